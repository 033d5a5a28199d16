using Atproto.Crypto;
using Atproto.Repo;
using Atproto.Syntax;
using EndToEnd.Tests.Harness;
using Samples;
using Samples.World;

namespace EndToEnd.Tests.Lightrail;

/// <summary>What is answered out of the index, with repositories of its own beside it.</summary>
public sealed class LightrailAnswersTests : IAsyncDisposable
{
    private const string Shared = "app.bsky.feed.post";

    private readonly LightrailWorld _world = new(new EventScriptOptions { Seed = 31, Repos = 60 });
    private readonly TemporaryFolder _cars = new();
    private readonly string _own = SampleIdentity.Plc("own");
    private string _both = "";

    [Before(Test)]
    public async Task InitializeAsync()
    {
        using var key = SampleKey.FromSeed(SampleCurve.P256, "own");
        var own = new WorldRepo(_own, key, [$"{Shared}/1", "com.example.own/1"]);
        var account = _world.Script.Accounts.First(
            each => each.Repo.Collections().Contains(Shared));
        _both = account.Did;
        await WriteAsync("own", own);
        await WriteAsync("both", account.Repo);
        await _world.StartAsync("--car", _cars.Location, "--signatures", "any");
        await _world.Pds.WaitUntilReadyAsync();
        await _world.MetricUntilAsync("lightrail_repos_proven ", proven => proven == 60);
    }

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        _cars.Dispose();
    }

    [Test]
    public async Task Answers_OfTheIndexAndOfCars()
    {
        await AssertListedOnceAsync(Shared);
        await AssertListedOnceAsync("com.example.own");
        await AssertListedOnceAsync(null);
        await AssertProofsHoldAsync();
        await AssertPagesAsync();
    }

    private async Task AssertListedOnceAsync(string? collection)
    {
        var expected = _world.Script.Truth()
            .Where(each => collection is null || each.Value!.Contains(collection))
            .Select(each => each.Key)
            .Append(_own)
            .Order(StringComparer.Ordinal);
        Assert.Equal(expected, await _world.ListAsync(collection));
    }

    private async Task AssertProofsHoldAsync()
    {
        int proven = 0;
        foreach (var account in _world.Script.Accounts.Where(each => each.Did != _both))
        {
            var answer = await _world.Pds.AskAsync(
                "com.atproto.sync.getRepoCollections", ("did", account.Did));
            if (answer.Status != 200) continue;
            Assert.Equal(KeyError.None, DidKey.TryParse(account.Key.DidKey, out var point));
            Assert.Equal(
                SignatureError.None, SignatureVerifier.TryCreate(point!, out var verifier));
            using (verifier)
            {
                Assert.True(Did.TryParse(account.Did, out var did));
                Assert.Null(CollectionProof.Verify(
                    answer.Body, did, verifier, null, out var collections));
                Assert.True(collections!.IsComplete && collections.IsSignatureVerified);
                Assert.Equal(account.Repo.Collections(), collections.Collections);
            }

            proven++;
        }

        Assert.Equal(_world.Script.Accounts.Count - 1, proven);
    }

    private async Task AssertPagesAsync()
    {
        var health = await _world.Pds.FetchAsync(HttpMethod.Get, "/xrpc/_health");
        Assert.Equal(200, health.Status);
        var page = await _world.Pds.FetchAsync(HttpMethod.Get, "/");
        Assert.Equal(200, page.Status);
        Assert.Contains("listReposByCollection", page.Text, StringComparison.Ordinal);
        Assert.Contains(": connected,", page.Text, StringComparison.Ordinal);
        Assert.Equal(60, await _world.MetricAsync("lightrail_repos "));
        Assert.Equal(1, await _world.MetricAsync("lightrail_stream_connected{"));
        Assert.Equal(0, await _world.MetricAsync("lightrail_repos_claimed "));
    }

    private Task WriteAsync(string name, HostedRepo repo) => File.WriteAllBytesAsync(
        _cars[name + ".car"], repo.Export(), TestRun.Cancellation);
}
