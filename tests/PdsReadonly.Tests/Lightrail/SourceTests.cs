using System.Net;
using PdsReadonly.Lightrail;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>Whether an upstream speaks for other hosts.</summary>
public sealed class SourceTests : IDisposable
{
    private readonly IndexedWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Test]
    public async Task IsRelay_WhoListsHosts()
    {
        _world.Join("alice", _world.One, "a.b.c");
        Assert.True(await AskAsync(_world.FromRelay));
        Assert.False(await AskAsync(_world.SourceOf(_world.One)));
    }

    [Test]
    [Arguments(HttpStatusCode.OK, "{\"hosts\":[]}", true)]
    [Arguments(HttpStatusCode.OK, "{\"hosts\":{}}", false)]
    [Arguments(HttpStatusCode.OK, "<!doctype html>", false)]
    [Arguments(HttpStatusCode.NotFound, "", false)]
    [Arguments(HttpStatusCode.NotImplemented, "", false)]
    [Arguments(HttpStatusCode.Unauthorized, "", false)]
    [Arguments(HttpStatusCode.TooManyRequests, "", null)]
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
        Source.IsRelayAsync(source.Host, TestRun.Cancellation);
}
