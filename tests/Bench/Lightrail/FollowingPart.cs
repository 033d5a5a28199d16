using System.Diagnostics;
using Bench.Http;
using static Bench.Report;

namespace Bench.Lightrail;

/// <summary>
/// The published binary with an empty index: it lists a relay's repos, proves each at its host and
/// then follows the relay's events. How fast, with how much memory; and whether what it knows in
/// the end is true.
/// </summary>
internal sealed class FollowingPart
{
    private const int ReposPerEvent = 5;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(15);

    // What is given back is given back within a few seconds.
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(15);

    private readonly FollowedNetwork _network;
    private readonly LightrailProcess _server;
    private readonly MemoryPeak _memory;

    private FollowingPart(FollowedNetwork network, LightrailProcess server)
    {
        _network = network;
        _server = server;
        _memory = new MemoryPeak(server);
    }

    internal static async Task RunAsync(BenchOptions options, int repos)
    {
        string data = Path.GetFullPath(Path.Combine(options.Work, "lightrail-following"));
        if (Directory.Exists(data)) Directory.Delete(data, recursive: true);
        var watch = Stopwatch.StartNew();
        await using var network = new FollowedNetwork(repos);
        Title($"following, once: {repos:N0} repos of {SomeCollections.OfRepoCount} collections");
        Row("records of a repo", $"{network.Records / (double)repos:N1}");
        Row("hosts", $"{FollowedNetwork.HostCount}");
        Row("made in", $"{watch.Elapsed.TotalSeconds:F0} s");
        CpuPin.PinClient();
        using var server = new LightrailProcess(
            options.Binary, data, network.Url,
            $"--plc-url {network.Url} --crawl-qps 1000 --plc-qps 1000");
        var part = new FollowingPart(network, server);
        await part.ProveAsync();
        await part.FollowAsync(repos / ReposPerEvent);
        await part.CheckAsync();
    }

    private async Task ProveAsync()
    {
        _memory.Begin();
        _server.WaitListening();
        var watch = Stopwatch.StartNew();
        await UntilAsync("repos", _network.Repos);
        Row("listed", $"{watch.Elapsed.TotalSeconds:F1} s");
        _memory.Tell("meanwhile");
        await UntilAsync("repos_proven", _network.Repos);
        var cpu = _server.CpuTime();
        Row("all proven", $"{watch.Elapsed.TotalSeconds:F1} s");
        Row("repos proven/s", $"{_network.Repos / watch.Elapsed.TotalSeconds:N0}");
        Row("of the core", $"{100 * cpu / watch.Elapsed:F0} %");
        _memory.Tell("meanwhile");
        await SettleAsync();
    }

    private async Task FollowAsync(int count)
    {
        // Written before: what it costs the hosts is not to be measured.
        var frames = _network.Write(count);
        _memory.Begin();
        var cpu = _server.CpuTime();
        var watch = Stopwatch.StartNew();
        _network.Tell(frames);
        await UntilAsync("stream_seq", _network.LastSeq);
        Row("events", $"{count:N0} of {frames.Average(frame => frame.Length):N0} bytes");
        Row("events stored/s", $"{count / watch.Elapsed.TotalSeconds:N0}");
        Row("of the core", $"{100 * (_server.CpuTime() - cpu) / watch.Elapsed:F0} %");
        _memory.Tell("meanwhile");
        await SettleAsync();
    }

    private async Task SettleAsync()
    {
        _memory.Begin();
        await Task.Delay(s_settle);
        Row("idle after that", _memory.Now());
    }

    private async Task UntilAsync(string metric, double wanted)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            _memory.Look();
            var metrics = await _server.MetricsAsync();
            if (metrics.GetValueOrDefault(metric) >= wanted) return;
            if (watch.Elapsed > s_limit) throw Wrong(metric, wanted, metrics);
            await Task.Delay(s_look);
        }
    }

    private async Task CheckAsync()
    {
        var metrics = await _server.MetricsAsync();
        (string Name, double Wanted)[] all =
        [
            ("repos", _network.Repos),
            ("repos_active", _network.Repos),
            ("repos_proven", _network.Repos),
            ("pairs", _network.Pairs),
            ("pairs_claimed", 0),
            ("queue", 0),
            ("events_total", _network.LastSeq),
            ("verdicts_total", _network.LastSeq),
            ("proofs_total", _network.Repos),
            ("unproven_total", 0),
            ("refusals_total", 0),
            ("bad_events_total", 0),
            ("rollbacks_total", 0),
        ];
        foreach (var (name, wanted) in all)
        {
            double told = metrics.GetValueOrDefault(name);
            if (told != wanted) throw Wrong(name, wanted, metrics);
        }

        foreach (var (name, dids) in _network.Holders())
        {
            var listed = await _server.ListAsync(name);
            if (dids.SequenceEqual(listed)) continue;
            throw new InvalidDataException(
                $"{name}: {listed.Count} listed of {dids.Count}, first missing: "
                + $"{dids.Except(listed).FirstOrDefault()}, first invented: "
                + $"{listed.Except(dids).FirstOrDefault()}");
        }

        Row("checked", $"all {_network.Pairs:N0} pairs are listed, and no others");
    }

    private static InvalidDataException Wrong(
        string name, double wanted, Dictionary<string, double> metrics) =>
        new($"{name} is not {wanted} but: "
            + string.Join(", ", metrics.Select(each => $"{each.Key} {each.Value}")));
}
