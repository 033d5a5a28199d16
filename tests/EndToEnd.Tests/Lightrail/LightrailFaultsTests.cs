using EndToEnd.Tests.Harness;
using Samples.World;

namespace EndToEnd.Tests.Lightrail;

/// <summary>
/// Streams that lose events, begin anew or break off, upstreams of either kind, and how it ends:
/// the truth has to come out all the same.
/// </summary>
public sealed class LightrailFaultsTests
{
    [Test]
    public async Task Follow_EventsLostWhileItWasAway_EndsWithTheTruth()
    {
        await using var world = new LightrailWorld(Options(seed: 21));
        await HappenWhileAwayAsync(world, feed => feed.ForgetUpTo(feed.Last - 20));
    }

    [Test]
    public async Task Follow_StreamThatBeganAnew_EndsWithTheTruth()
    {
        await using var world = new LightrailWorld(Options(seed: 22));
        await HappenWhileAwayAsync(world, feed => feed.Renumber(10));
        // And from there on it is followed: nothing is to be lost.
        await world.StopAsync();
        world.Happen(100);
        await world.StartAsync();
        await world.AssertTruthAsync();
    }

    [Test]
    public async Task Follow_ConnectionsCutAgainAndAgain_EndsWithTheTruth()
    {
        await using var world = new LightrailWorld(Options(seed: 23));
        world.Network.Feed.CutAfter = 150;
        await world.StartAsync();
        await world.MetricUntilAsync("lightrail_stream_connected{", value => value == 1);
        world.Happen(600);
        await world.AssertTruthAsync();
        await world.MetricUntilAsync("lightrail_stream_connects_total{", value => value >= 4);
    }

    [Test]
    public async Task Follow_OneHostForAnUpstream_EndsWithTheTruth()
    {
        await using var world = new LightrailWorld(Options(seed: 24), withRelay: false);
        await world.StartAsync();
        world.Happen(600);
        await world.AssertTruthAsync();
    }

    [Test]
    public async Task DeepCrawl_HostsThatARelayLists_FindsWhatItDoesNot()
    {
        await using var world = new LightrailWorld(Options(seed: 25));
        // A relay that has heard of one account at each host, and hears of nothing more.
        var narrow = new WorldNetwork();
        foreach (var each in world.Script.Accounts.DistinctBy(account => account.Host))
        {
            narrow.Add(each, each.Host!);
        }

        await using var relay = WorldServer.Start(
            new WorldHost(narrow, HostTraits.Reference) { IsRelay = true });
        world.Upstream = relay.Url;
        await world.StartAsync("--deep-crawl");
        await world.AssertTruthAsync();
    }

    [Test]
    public async Task Stop_WhileWalksAreUnderWay_IsAtOnceAndNothingIsLost()
    {
        await using (var slow = new LightrailWorld(Options(seed: 26)) { CrawlQps = 1 })
        {
            await slow.StartAsync();
            await slow.MetricUntilAsync("lightrail_resyncing ", count => count >= 1);
            await slow.StopAsync();
        }

        await using var world = new LightrailWorld(Options(seed: 26));
        await world.StartAsync();
        world.Happen(100);
        await world.StopAsync();
        await world.StartAsync();
        await world.AssertTruthAsync();
    }

    [Test]
    [Arguments("--upstream", "lightrail")]
    [Arguments("--upstream", "lightrail", "--upstream")]
    [Arguments("--upstream nonsense: expected", "lightrail", "--upstream", "nonsense")]
    [Arguments("--upstream ftp://a.b: expected", "lightrail", "--upstream", "ftp://a.b")]
    [Arguments("--upstream", "--upstream", "https://relay.example", "lightrail")]
    [Arguments("--plc-url", "lightrail", "--upstream", "https://a.example", "--plc-url", "x")]
    [Arguments("--crawl-qps", "lightrail", "--upstream", "https://a.example", "--crawl-qps", "0")]
    [Arguments("--walks-max", "lightrail", "--upstream", "https://a.example", "--walks-max", "x")]
    public async Task Usage_Wrong_IsSaidAndExitCode2(string said, params string[] arguments)
    {
        var (code, _, error) = await PublishedBinary.RunAsync(arguments);
        Assert.Equal(2, code);
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    private static async Task HappenWhileAwayAsync(LightrailWorld world, Action<EventFeed> lose)
    {
        await world.StartAsync();
        world.Happen(200);
        await world.AssertTruthAsync();
        await world.StopAsync();
        world.Happen(300);
        lose(world.Network.Feed);
        await world.StartAsync();
        world.Happen(100);
        await world.AssertTruthAsync();
    }

    private static EventScriptOptions Options(ulong seed) => new() { Seed = seed, Repos = 120 };
}
