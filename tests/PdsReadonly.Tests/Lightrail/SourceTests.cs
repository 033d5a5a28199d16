using System.Net;
using PdsReadonly.Lightrail;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>Whether an upstream speaks for other hosts.</summary>
public sealed class SourceTests : IDisposable
{
    private readonly IndexedWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task IsRelay_WhoListsHosts()
    {
        _world.Join("alice", _world.One, "a.b.c");
        Assert.True(await AskAsync(_world.FromRelay));
        Assert.False(await AskAsync(_world.SourceOf(_world.One)));
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, "{\"hosts\":[]}", true)]
    [InlineData(HttpStatusCode.OK, "{\"hosts\":{}}", false)]
    [InlineData(HttpStatusCode.OK, "<!doctype html>", false)]
    [InlineData(HttpStatusCode.NotFound, "", false)]
    [InlineData(HttpStatusCode.NotImplemented, "", false)]
    [InlineData(HttpStatusCode.Unauthorized, "", false)]
    [InlineData(HttpStatusCode.TooManyRequests, "", null)]
    public async Task IsRelay_ByItsAnswer(HttpStatusCode status, string body, bool? expected)
    {
        _world.Answer = _ =>
        {
            var answer = new HttpResponseMessage(status) { Content = new StringContent(body) };
            if (status == HttpStatusCode.TooManyRequests) answer.Headers.Add("Retry-After", "9999");
            return Task.FromResult<HttpResponseMessage?>(answer);
        };
        Assert.Equal(expected, await AskAsync(_world.FromRelay));
    }

    private static Task<bool?> AskAsync(Source source) =>
        Source.IsRelayAsync(source.Host, TestContext.Current.CancellationToken);
}
