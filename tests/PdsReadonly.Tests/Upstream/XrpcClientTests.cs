using System.Net;
using PdsReadonly.Tests.Support;
using PdsReadonly.Upstream;

namespace PdsReadonly.Tests.Upstream;

/// <summary>What a client bears of a host, and for how long.</summary>
public sealed class XrpcClientTests
{
    private readonly ImpatientTime _time = new(XrpcClient.AttemptTimeout);

    [Theory]
    [InlineData(400, XrpcStatus.Denied, 1)]
    [InlineData(302, XrpcStatus.Denied, 1)]
    [InlineData(404, XrpcStatus.NoMethod, 1)]
    [InlineData(501, XrpcStatus.NoMethod, 1)]
    [InlineData(429, XrpcStatus.Busy, XrpcClient.AttemptsMax)]
    [InlineData(503, XrpcStatus.Busy, XrpcClient.AttemptsMax)]
    [InlineData(500, XrpcStatus.Failed, XrpcClient.FailuresMax)]
    internal async Task Get_EachStatus_IsAskedForAsOftenAsItHelps(
        int code, XrpcStatus expected, int requests)
    {
        using var http = Host(() => new HttpResponseMessage((HttpStatusCode)code));
        var client = Client(http);
        Assert.Equal(expected, (await GetAsync(client)).Status);
        Assert.Equal(requests, client.Requests);
        Assert.Equal(requests - 1, _time.Delays.Count);
    }

    [Fact]
    public async Task Get_Broken_IsUnreachable()
    {
        using var http = Host(() => throw new HttpRequestException("reset"));
        Assert.Equal(XrpcStatus.Unreachable, (await GetAsync(Client(http))).Status);
    }

    [Theory]
    [InlineData(10, XrpcStatus.Given)]
    [InlineData(11, XrpcStatus.TooLarge)]
    internal async Task Get_BodyAtTheLimitAndAbove(int length, XrpcStatus expected)
    {
        using var http = Host(() => Body(new ByteArrayContent(new byte[length])));
        Assert.Equal(expected, (await GetAsync(Client(http))).Status);
    }

    [Fact]
    public async Task Get_EndlessBody_IsLeftAtTheLimit()
    {
        using var http = Host(() => Body(new StreamContent(new EndlessStream())));
        var client = Client(http);
        Assert.Equal(XrpcStatus.TooLarge, (await GetAsync(client)).Status);
        Assert.InRange(client.Bytes, 11, 1_000_000);
    }

    [Fact]
    public async Task Get_RetryAfter_IsWaitedFor()
    {
        int count = 0;
        using var http = Host(() =>
        {
            if (count++ > 0) return Body(new ByteArrayContent([1]));
            var busy = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
            busy.Headers.Add("Retry-After", "30");
            return busy;
        });
        Assert.Equal(XrpcStatus.Given, (await GetAsync(Client(http))).Status);
        Assert.Equal(30, _time.Delays.Sum(delay => delay.TotalSeconds));
    }

    [Fact]
    public async Task Get_AfterTheRateIsSpent_WaitsForItsReset()
    {
        using var http = Host(() =>
        {
            var last = Body(new ByteArrayContent([1]));
            last.Headers.Add("RateLimit-Remaining", "0");
            long reset = _time.GetUtcNow().ToUnixTimeSeconds() + 40;
            last.Headers.Add("RateLimit-Reset", $"{reset}");
            return last;
        });
        var client = Client(http);
        await GetAsync(client);
        Assert.Empty(_time.Delays);
        await GetAsync(client);
        Assert.Equal([TimeSpan.FromSeconds(40)], _time.Delays);
    }

    private static Task<XrpcAnswer> GetAsync(XrpcClient client) =>
        client.GetAsync("a.b.c", 10, TestContext.Current.CancellationToken);

    private static HttpResponseMessage Body(HttpContent content) => new() { Content = content };

    private static HttpClient Host(Func<HttpResponseMessage> answer) =>
        new(new Answers(answer), disposeHandler: true);

    private XrpcClient Client(HttpClient http) =>
        new(http, new Uri("https://host.example"), new HostPace(0, _time), _time);

    private sealed class Answers(Func<HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer());
    }

    private sealed class EndlessStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(buffer.Length);
    }
}
