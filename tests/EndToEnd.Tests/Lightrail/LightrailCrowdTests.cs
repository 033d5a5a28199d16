using System.Globalization;
using EndToEnd.Tests.Harness;
using Samples;
using Samples.World;

namespace EndToEnd.Tests.Lightrail;

/// <summary>
/// Many hosts that send all they can, each as long as it is let, beside one that is honest: the
/// published binary takes no more memory than it is allowed, and the honest repos are proven.
/// </summary>
public sealed class LightrailCrowdTests : IAsyncDisposable
{
    private const int Hosts = 12;
    private const int AccountsPerHost = 4;
    private const int Honest = 40;

    // The program itself, 64 MB over all walks, 16 MB that are their own, 16 MB that was let go and
    // lies about, and room around all that: 139 to 157 MB in ten runs, quiet and busy. Without a
    // budget it were 800 MB and more.
    private const long ResidentBytesMax = 208L << 20;

    private readonly SampleKey _key = SampleKey.FromSeed(SampleCurve.P256, "crowd");
    private readonly WorldNetwork _network = new();
    private readonly TemporaryFolder _data = new();
    private readonly List<WorldServer> _servers = [];

    [Test]
    public async Task Follow_CrowdOfHostileHosts_KeepsItsMemoryAndProvesTheOthers()
    {
        for (int i = 0; i < Hosts; i++)
        {
            var host = Start(HostTraits.Proving);
            var lies = new Dictionary<string, WorldAnswer>();
            for (int j = 0; j < AccountsPerHost; j++)
            {
                var repo = Join($"hostile {i} {j}", host);
                lies.Add(repo.Did, LieOf(i, repo));
            }

            host.Lie = (_, repo, _) => lies[repo.Did];
        }

        var honest = Start(HostTraits.Proving);
        for (int i = 0; i < Honest; i++) Join($"honest {i}", honest);
        string relay = Start(HostTraits.Reference, isRelay: true).Url
            .GetLeftPart(UriPartial.Authority);
        await using var pds = await PdsProcess.StartAsync(new PdsLaunch
        {
            DataFolder = _data.Location,
            UntilReady = false,
            Command = "lightrail",
            Arguments =
            [
                "--upstream", relay, "--plc-url", relay, "--allow-private", "--crawl-qps", "1000",
                "--plc-qps", "1000",
            ],
        });
        await UntilAsync(pds, "lightrail_repos_proven ", value => value >= Honest);
        // The budget was met. A host is asked for one repo at a time until it has answered, so it
        // is not met as often as there are repos.
        await UntilAsync(pds, "lightrail_unproven_total{reason=\"NoRoom\"}", value => value >= 5);
        long peak = pds.Readings().PeakResidentBytes;
        Console.WriteLine($"at most {peak >> 20} MB");
        Assert.InRange(peak, 0, ResidentBytesMax);
        Assert.Equal(0, await pds.StopAsync());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) await server.DisposeAsync();
        _key.Dispose();
        _data.Dispose();
    }

    // Bodies without an end, bodies that stop halfway, nodes that take many times their size.
    private static WorldAnswer LieOf(int host, WorldRepo repo)
    {
        var block = SampleBlock.Of(new byte[7_900_000]);
        var junk = WorldAnswer.OfCar(
            new SampleCar([repo.Commit.Cid], [repo.Commit, block]).ToBytes());
        return (host % 3) switch
        {
            0 => junk with { Shape = BodyShape.Endless },
            1 => junk with { Shape = BodyShape.Stalled },
            _ => WorldAnswer.OfCar(ForgedTree.Swollen(repo, 5000).ProvenPage()),
        };
    }

    private WorldHost Start(HostTraits traits, bool isRelay = false)
    {
        var host = new WorldHost(_network, traits) { IsRelay = isRelay };
        _servers.Add(WorldServer.Start(host));
        return host;
    }

    private WorldRepo Join(string name, WorldHost host)
    {
        var repo = new WorldRepo(SampleIdentity.Plc(name), _key, ["a.b.c/self", "x.y.z/self"]);
        _network.Add(repo, host);
        return repo;
    }

    private static async Task UntilAsync(PdsProcess pds, string name, Func<double, bool> isWanted)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (true)
        {
            string text = (await pds.FetchAsync(HttpMethod.Get, "/metrics")).Text;
            string? line = Array.Find(
                text.Split('\n'), each => each.StartsWith(name, StringComparison.Ordinal));
            if (line is not null && isWanted(NumberIn(line))) return;
            if (late.IsCancellationRequested) Assert.Fail(text);
            await Task.Delay(200, CancellationToken.None);
        }
    }

    private static double NumberIn(string line) =>
        double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
}
