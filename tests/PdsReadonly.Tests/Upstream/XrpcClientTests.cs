using System.Net;
using PdsReadonly.Tests.Support;
using PdsReadonly.Upstream;

namespace PdsReadonly.Tests.Upstream;

/// <summary>What a client bears of a host, and for how long.</summary>
public sealed class XrpcClientTests
{
    private readonly ImpatientTime _time = new(XrpcClient.AttemptTimeout);

    [Test]
    [Arguments(400, XrpcStatus.Denied, 1)]
    [Arguments(302, XrpcStatus.Denied, 1)]
    [Arguments(404, XrpcStatus.NoMethod, 1)]
    [Arguments(501, XrpcStatus.NoMethod, 1)]
    [Arguments(429, XrpcStatus.Busy, XrpcClient.AttemptsMax)]
    [Arguments(503, XrpcStatus.Busy, XrpcClient.AttemptsMax)]
    [Arguments(500, XrpcStatus.Failed, XrpcClient.FailuresMax)]
    internal async Task Get_EachStatus_IsAskedForAsOftenAsItHelps(
        int code, XrpcStatus expected, int requests)
    {
        using var http = Host(() => new HttpResponseMessage((HttpStatusCode)code));
        var client = Client(http);
        Assert.Equal(expected, (await GetAsync(client)).Status);
        Assert.Equal(requests, client.Requests);
        Assert.Equal(requests - 1, _time.Delays.Count);
    }

    [Test]
    public async Task Get_Broken_IsUnreachable()
    {
        using var http = Host(() => throw new HttpRequestException("reset"));
        Assert.Equal(XrpcStatus.Unreachable, (await GetAsync(Client(http))).Status);
    }

    [Test]
    [Arguments(10, XrpcStatus.Given)]
    [Arguments(11, XrpcStatus.TooLarge)]
    internal async Task Get_BodyAtTheLimitAndAbove(int length, XrpcStatus expected)
    {
        using var http = Host(() => Body(new ByteArrayContent(new byte[length])));
        Assert.Equal(expected, (await GetAsync(Client(http))).Status);
    }

    [Test]
    public async Task Get_EndlessBody_IsLeftAtTheLimit()
    {
        using var http = Host(() => Body(new StreamContent(new EndlessStream())));
        var client = Client(http);
        Assert.Equal(XrpcStatus.TooLarge, (await GetAsync(client)).Status);
        Assert.InRange(client.Bytes, 11, 1_000_000);
    }

    [Test]
    public async Task Get_BodyThatTrickles_IsLeft()
    {
        using var http = Host(() => Body(new StreamContent(new TricklingStream(_time))));
        var client = Client(http);
        var answer = await client.GetAsync(
            "a.b.c", 1_000_000, TestRun.Cancellation);
        Assert.Equal(XrpcStatus.TooSlow, answer.Status);
        Assert.Equal(1, client.Requests);
        Assert.InRange(client.Bytes, 1, 100);
    }

    [Test]
    public async Task Get_BodyThatBreaksOff_BeginsAnew()
    {
        int count = 0;
        using var http = Host(() => Body(new StreamContent(
            count++ == 0 ? new BreakingStream([1, 2, 3]) : new MemoryStream([4, 5]))));
        var answer = await GetAsync(Client(http));
        Assert.Equal(XrpcStatus.Given, answer.Status);
        Assert.Equal([4, 5], answer.Body.ToArray());
    }

    [Test]
    [Arguments("""{"error":"RepoNotFound","message":"no"}""", "400 RepoNotFound")]
    [Arguments("""{"error":"A name with spaces"}""", "400")]
    [Arguments("""{"error":"Ünï"}""", "400")]
    [Arguments("""{"error":12}""", "400")]
    [Arguments("""["error"]""", "400")]
    [Arguments("""{"error":"\ud800"}""", "400")]
    [Arguments("<html>", "400")]
    [Arguments("", "400")]
    public async Task Get_Error_IsNamedWhereItHasAName(string body, string expected)
    {
        using var http = Host(() => new HttpResponseMessage(HttpStatusCode.BadRequest)
        {
            Content = new StringContent(body),
        });
        var answer = await GetAsync(Client(http));
        Assert.Equal(XrpcStatus.Denied, answer.Status);
        Assert.Equal(expected, answer.ToString());
        Assert.True(answer.Body.IsEmpty);
    }

    [Test]
    public async Task Get_HostThatWantsToBeLeftAlone_IsNotAskedAtAll()
    {
        using var http = Host(() =>
        {
            var busy = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
            busy.Headers.Add("Retry-After", "3000");
            return busy;
        });
        var client = Client(http);
        var answer = await GetAsync(client);
        Assert.Equal((XrpcStatus.Busy, 0), (answer.Status, answer.Code));
        Assert.Equal(1, client.Requests);
        await GetAsync(client);
        Assert.Equal(1, client.Requests);
    }

    [Test]
    public async Task Get_Retries_AreSpreadAroundTheirBackoff()
    {
        using var http = Host(() => new HttpResponseMessage(HttpStatusCode.BadGateway));
        await GetAsync(Client(http));
        Assert.Equal(3, _time.Delays.Count);
        for (int i = 0; i < 3; i++)
        {
            Assert.InRange(_time.Delays[i].TotalSeconds / (1 << i), 0.49, 1.51);
        }
    }

    [Test]
    public async Task Get_Cancelled_Throws()
    {
        using var source = new CancellationTokenSource();
        using var http = Host(() =>
        {
            source.Cancel();
            return new HttpResponseMessage(HttpStatusCode.BadGateway);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Client(http).GetAsync("a.b.c", 10, source.Token));
    }

    [Test]
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

    [Test]
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
        client.GetAsync("a.b.c", 10, TestRun.Cancellation);

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

    // A byte a second.
    private sealed class TricklingStream(ImpatientTime time) : MemoryStream
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            time.Pass(TimeSpan.FromSeconds(1));
            return ValueTask.FromResult(1);
        }
    }

    private sealed class BreakingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = await base.ReadAsync(buffer, cancellationToken);
            return count > 0 ? count : throw new IOException("reset");
        }
    }
}
