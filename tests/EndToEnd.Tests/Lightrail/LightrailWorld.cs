using System.Globalization;
using EndToEnd.Tests.Harness;
using Samples.World;

namespace EndToEnd.Tests.Lightrail;

/// <summary>
/// A relay, the hosts of its accounts and what happens to them, and the published binary that
/// follows it: its index is compared with the truth.
/// </summary>
internal sealed class LightrailWorld : IAsyncDisposable
{
    private static readonly TimeSpan s_settleLimit = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);

    private readonly List<WorldServer> _servers = [];
    private readonly TemporaryFolder _data = new();
    private readonly WorldServer _upstream;
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);

    /// <param name="options">What happens.</param>
    /// <param name="withRelay">Else there is one host, which is followed itself.</param>
    internal LightrailWorld(EventScriptOptions options, bool withRelay = true)
    {
        HostTraits[] kinds =
        [
            HostTraits.Reference,
            HostTraits.Proving,
            HostTraits.All.Single(traits => traits.Name == "millipds"),
            HostTraits.All.Single(traits => traits.Name == "cocoon"),
        ];
        if (!withRelay) kinds = [HostTraits.Reference];
        var hosts = kinds.Select(kind => new WorldHost(Network, kind)).ToList();
        foreach (var host in hosts) _servers.Add(WorldServer.Start(host));
        if (withRelay)
        {
            var relay = new WorldHost(Network, HostTraits.Reference) { IsRelay = true };
            _servers.Add(WorldServer.Start(relay));
        }

        _upstream = _servers[^1];
        Script = new EventScript(Network, hosts, options);
        NoteNames();
    }

    internal WorldNetwork Network { get; } = new();

    internal EventScript Script { get; }

    internal PdsProcess Pds { get; private set; } = null!;

    /// <summary>Whom the binary follows, in place of the world's own.</summary>
    internal Uri? Upstream { get; set; }

    /// <summary>Requests a second.</summary>
    internal int CrawlQps { get; init; } = 1000;

    /// <summary>Starts the binary, over the data that the last one left.</summary>
    internal async Task StartAsync(params string[] more) => Pds = await PdsProcess.StartAsync(
        new PdsLaunch
        {
            DataFolder = _data.Location,
            UntilReady = false,
            Command = "lightrail",
            Arguments =
            [
                "--upstream", Url(Upstream ?? _upstream.Url), "--plc-url", Url(_upstream.Url),
                "--allow-private", "--crawl-qps", $"{CrawlQps}", "--plc-qps", "1000", .. more,
            ],
        });

    /// <summary>SIGTERM, which it has to obey.</summary>
    internal async Task StopAsync()
    {
        Assert.Equal(0, await Pds.StopAsync());
        Assert.DoesNotContain("   at ", Pds.Output.ToString(), StringComparison.Ordinal);
        await Pds.DisposeAsync();
        Pds = null!;
    }

    /// <summary>SIGKILL, whatever it is at.</summary>
    internal async Task KillAsync()
    {
        await Pds.KillAsync();
        await Pds.DisposeAsync();
        Pds = null!;
    }

    /// <summary>Some things happen.</summary>
    internal void Happen(long events)
    {
        Script.Run(Script.Events + events);
        NoteNames();
    }

    /// <summary>Waits until the index says the truth; fails with where it does not.</summary>
    internal async Task AssertTruthAsync()
    {
        NoteNames();
        using var late = new CancellationTokenSource(s_settleLimit);
        while (true)
        {
            string difference = await CompareAsync();
            if (difference.Length == 0) return;
            if (late.IsCancellationRequested)
            {
                Assert.Fail($"seed {Script.Options.Seed}: {difference}\n{await MetricsAsync()}");
            }

            await Task.Delay(s_look, CancellationToken.None);
        }
    }

    internal async Task<string> MetricsAsync() =>
        (await Pds.FetchAsync(HttpMethod.Get, "/metrics")).Text;

    /// <summary>One number of /metrics; zero while it is not there.</summary>
    internal async Task<double> MetricAsync(string name)
    {
        string metrics = await MetricsAsync();
        string? line = metrics.Split('\n').FirstOrDefault(
            text => text.StartsWith(name, StringComparison.Ordinal));
        return line is null
            ? 0
            : double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until a number is as wanted.</summary>
    internal async Task MetricUntilAsync(string name, Func<double, bool> isWanted)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!isWanted(await MetricAsync(name)))
        {
            if (late.IsCancellationRequested) Assert.Fail(await MetricsAsync());
            await Task.Delay(s_look, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Pds is not null) await Pds.DisposeAsync();
        foreach (var server in _servers) await server.DisposeAsync();
        Script.Dispose();
        _data.Dispose();
    }

    private static string Url(Uri url) => url.GetLeftPart(UriPartial.Authority);

    // Also what is gone by the end has to be asked for.
    private void NoteNames()
    {
        foreach (var collections in Script.Truth().Values) _names.UnionWith(collections ?? []);
    }

    private async Task<string> CompareAsync()
    {
        var truth = Script.Truth();
        var expected = truth.Where(each => each.Value is not null).Select(each => each.Key);
        string difference = Compare("all", expected, await ListAsync(null));
        if (difference.Length > 0) return difference;
        foreach (string name in _names.Where(name => Atproto.Syntax.Nsid.TryParse(name, out _)))
        {
            var holders = truth.Where(each => each.Value?.Contains(name) == true)
                .Select(each => each.Key);
            difference = Compare(name, holders, await ListAsync(name));
            if (difference.Length > 0) return difference;
        }

        return "";
    }

    private static string Compare(
        string what, IEnumerable<string> expected, IReadOnlyList<string> actual)
    {
        var should = expected.Order(StringComparer.Ordinal).ToList();
        if (should.SequenceEqual(actual)) return "";
        var missing = should.Except(actual).ToList();
        var invented = actual.Except(should).ToList();
        return $"{what}: {should.Count} should be, {actual.Count} are; "
            + $"missing {missing.Count} ({missing.FirstOrDefault()}), "
            + $"invented {invented.Count} ({invented.FirstOrDefault()})";
    }

    /// <summary>All who hold a collection, or anything.</summary>
    internal async Task<IReadOnlyList<string>> ListAsync(string? collection)
    {
        (string, string)[] parameters = collection is null
            ? [("limit", "2000")]
            : [("limit", "2000"), ("collection", collection)];
        var repos = await Pds.WalkAsync(
            "com.atproto.sync.listReposByCollection", "repos", 100, parameters);
        return [.. repos.Select(repo => repo.GetProperty("did").GetString()!)];
    }
}
