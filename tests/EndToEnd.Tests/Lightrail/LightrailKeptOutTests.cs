using System.Diagnostics;
using System.Globalization;
using EndToEnd.Tests.Harness;
using Samples;
using Samples.World;

namespace EndToEnd.Tests.Lightrail;

/// <summary>
/// An honest repo that is announced when the published binary is busy with a crowd that never
/// answers, or does not exist: it is proven all the same, and soon. How soon is printed.
/// </summary>
public sealed class LightrailKeptOutTests : IAsyncDisposable
{
    private const int SilentHosts = 40;
    private const int AccountsPerHost = 5;
    private const int SilentDocuments = 64;
    private const int MadeUp = 234_000;

    private readonly SampleKey _key = SampleKey.FromSeed(SampleCurve.P256, "kept out");
    private readonly WorldNetwork _network = new();
    private readonly TemporaryFolder _data = new();
    private readonly List<WorldServer> _servers = [];
    private readonly List<SilentHost> _silent = [];
    private readonly List<TinyHost> _tiny = [];
    private WorldHost _honest = null!;

    // Longer than any good binary needs, and shorter than one that waits for its crowd.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Test]
    public async Task Follow_SilentHosts_AnHonestRepoIsProven()
    {
        JoinSilentHosts(drips: null);
        await using var pds = await StartAsync(Start(HostTraits.Reference, isRelay: true));
        await UntilAsync(
            pds, "silent hosts were asked",
            () => _silent.Count(host => host.Connections > 0) >= 8);
        await AssertHonestIsProvenAsync(pds, "plc");
    }

    [Test]
    public async Task Follow_HostsThatDrip_AnHonestRepoIsProven()
    {
        JoinSilentHosts("HTTP/1.1 200 OK\r\nContent-Type: x/y\r\nX-Long: "u8.ToArray());
        await using var pds = await StartAsync(Start(HostTraits.Reference, isRelay: true));
        await UntilAsync(
            pds, "dripping hosts were asked",
            () => _silent.Count(host => host.Connections > 0) >= 8);
        await AssertHonestIsProvenAsync(pds, "plc");
    }

    [Test]
    public async Task Follow_SilentDocuments_HonestReposOfBothKindsAreProven()
    {
        var nowhere = new WorldHost(_network, HostTraits.Proving)
        {
            Url = new("http://127.0.0.1:9"),
        };
        for (int i = 0; i < SilentDocuments; i++)
        {
            var silent = new SilentHost();
            _silent.Add(silent);
            Join($"did:web:localhost%3A{silent.Port}", nowhere);
        }

        await using var pds = await StartAsync(Start(HostTraits.Reference, isRelay: true));
        await UntilAsync(
            pds, "silent documents were asked for",
            () => _silent.Count(host => host.Connections > 0) >= 16);
        await AssertHonestIsProvenAsync(pds, "plc", "web");
    }

    [Test]
    public async Task Follow_MadeUpRepos_AnHonestRepoIsProvenAndLittleIsKept()
    {
        Join(SampleIdentity.Plc("any"), Honest);
        var relay = Start(HostTraits.Reference, isRelay: true, madeUp: MadeUp);
        await using var pds = await StartAsync(relay, "--plc-qps", "32");
        // Time enough for all that a list can do.
        await UntilAsync(
            pds, "much was listed",
            async () => relay.Methods.Count(method => method == "listRepos") >= MadeUp / 1000
                || await MetricAsync(pds, "lightrail_identity_failures_total{") >= 300);
        await AssertHonestIsProvenAsync(pds, "plc");
        double kept = await MetricAsync(pds, "lightrail_repos ");
        Console.WriteLine($"{kept} repos are kept");
        Assert.InRange(kept, 1, 10_000);
        Assert.Equal(0, await pds.StopAsync());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) await server.DisposeAsync();
        foreach (var silent in _silent) await silent.DisposeAsync();
        foreach (var host in _tiny) await host.DisposeAsync();
        _key.Dispose();
        _data.Dispose();
    }

    private WorldHost Honest => _honest ??= Start(HostTraits.Proving);

    private void JoinSilentHosts(byte[]? drips)
    {
        for (int i = 0; i < SilentHosts; i++)
        {
            var silent = new SilentHost(drips);
            _silent.Add(silent);
            var host = new WorldHost(_network, HostTraits.Proving) { Url = silent.Url };
            for (int j = 0; j < AccountsPerHost; j++) Join(SampleIdentity.Plc($"{i} {j}"), host);
        }
    }

    private Task<PdsProcess> StartAsync(WorldHost relay, params string[] more)
    {
        string url = relay.Url.GetLeftPart(UriPartial.Authority);
        return PdsProcess.StartAsync(new PdsLaunch
        {
            DataFolder = _data.Location,
            UntilReady = false,
            Command = "lightrail",
            Arguments = ["--upstream", url, "--plc-url", url, "--allow-private", .. more],
        });
    }

    // Announced as on the network: by an event, when all others are under way.
    private async Task AssertHonestIsProvenAsync(PdsProcess pds, params string[] methods)
    {
        double before = await MetricAsync(pds, "lightrail_repos_proven ");
        foreach (string method in methods)
        {
            string did = SampleIdentity.Plc("honest");
            if (method == "web")
            {
                var documents = new Dictionary<string, byte[]>();
                var host = new TinyHost(documents);
                _tiny.Add(host);
                did = $"did:web:localhost%3A{host.Address.Port}";
                documents["/.well-known/did.json"] = SampleIdentity.Document(
                    did, "honest.example.com", _key,
                    Honest.Url.GetLeftPart(UriPartial.Authority));
            }

            Join(did, Honest);
            _network.Feed.Append(seq => EventFrame.Account(seq, did, AccountState.Active));
        }

        var watch = Stopwatch.StartNew();
        await UntilAsync(
            pds, "the honest repos are proven",
            async () => await MetricAsync(pds, "lightrail_repos_proven ")
                >= before + methods.Length);
        Console.WriteLine(
            $"proven after {watch.Elapsed.TotalSeconds:F1} s");
    }

    private WorldHost Start(HostTraits traits, bool isRelay = false, int madeUp = 0)
    {
        var host = new WorldHost(_network, traits) { IsRelay = isRelay, MadeUpRepos = madeUp };
        _servers.Add(WorldServer.Start(host));
        return host;
    }

    private void Join(string did, WorldHost host) =>
        _network.Add(new WorldRepo(did, _key, ["a.b.c/self", "x.y.z/self"]), host);

    private static Task UntilAsync(PdsProcess pds, string what, Func<bool> condition) =>
        UntilAsync(pds, what, () => Task.FromResult(condition()));

    private static async Task UntilAsync(PdsProcess pds, string what, Func<Task<bool>> condition)
    {
        using var late = new CancellationTokenSource(s_limit);
        while (!await condition())
        {
            if (late.IsCancellationRequested) Assert.Fail($"not: {what}\n{await TextAsync(pds)}");
            await Task.Delay(100, CancellationToken.None);
        }
    }

    private static async Task<string> TextAsync(PdsProcess pds) =>
        (await pds.FetchAsync(HttpMethod.Get, "/metrics")).Text;

    private static async Task<double> MetricAsync(PdsProcess pds, string name)
    {
        string[] lines = (await TextAsync(pds)).Split('\n');
        return lines.Where(line => line.StartsWith(name, StringComparison.Ordinal))
            .Sum(NumberIn);
    }

    private static double NumberIn(string line) =>
        double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
}
