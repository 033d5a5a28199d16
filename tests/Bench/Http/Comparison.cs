using static Bench.Report;

namespace Bench.Http;

/// <summary>One server under one load, to be measured again and again.</summary>
internal sealed record Contender(string Name, LocalProcess Server, Uri Url, string Paths);

/// <summary>
/// Contenders loaded in turn, A B A B …, so that a machine's moods meet them alike; the ratios are
/// those of each turn.
/// </summary>
internal sealed class Comparison(BenchOptions options)
{
    private readonly Wrk _wrk = new(options);

    private int Seconds => options.Quick ? 1 : 6;

    /// <summary>Measures and prints; gives the runs of each contender.</summary>
    internal IReadOnlyList<LoadRun>[] Run(string title, params Contender[] contenders)
    {
        Title($"{title}, {Wrk.Connections} connections");
        foreach (var contender in contenders) Load(contender, seconds: options.Quick ? 1 : 2);
        var runs = contenders.Select(_ => new List<LoadRun>()).ToArray();
        for (int turn = 0; turn < options.Runs; turn++)
        {
            for (int i = 0; i < contenders.Length; i++) runs[i].Add(Load(contenders[i], Seconds));
        }

        for (int i = 0; i < contenders.Length; i++) Print(contenders[i], runs[i]);
        return runs;
    }

    /// <summary>Prints a ratio of two contenders' runs, turn by turn.</summary>
    internal static void Ratio(
        string what, IReadOnlyList<LoadRun> ours, IReadOnlyList<LoadRun> peer,
        Func<LoadRun, double> figure)
    {
        var ratio = Figures.Of(ours.Zip(peer, (a, b) => figure(a) / figure(b)));
        Row(what, ratio.Print(2));
    }

    private LoadRun Load(Contender contender, int seconds)
    {
        // All share one core: what the last one had in hand when wrk left is none of the next's.
        Thread.Sleep(500);
        return _wrk.Run(contender.Server, contender.Url, contender.Paths, seconds);
    }

    private static void Print(Contender contender, List<LoadRun> runs)
    {
        Figures Of(Func<LoadRun, double> figure) => Figures.Of(runs.Select(figure));
        string name = contender.Name;
        double rss = contender.Server.StatusKilobytes("VmRSS") / 1024.0;
        double anonymous = contender.Server.StatusKilobytes("RssAnon") / 1024.0;
        Row($"{name}: requests/s", Of(run => run.Rate).Print());
        Row(
            $"{name}: CPU per request",
            $"{Of(run => run.CpuMicroseconds).Print(1)} µs, "
            + $"{Of(run => run.Busy * 100).Median:F0} % of a core");
        Row(
            $"{name}: latency",
            $"p50 {Of(run => run.MedianMs).Print(2)} ms, p99 {Of(run => run.P99Ms).Print(2)} ms");
        Row($"{name}: VmRSS (RssAnon)", $"{rss:F1} ({anonymous:F1}) MB");
    }
}
