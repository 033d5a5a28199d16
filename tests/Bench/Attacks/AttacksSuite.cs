using System.Diagnostics;
using System.Globalization;
using Bench.Http;
using static Bench.Report;

namespace Bench.Attacks;

/// <summary>
/// Attacks on the published binary, one after the other and each on a server of its own: what the
/// attackers sent, what a normal client noticed, what it cost the server. Everything is on
/// loopback, bounded in count and time. Server on one core, clients on the other.
/// </summary>
internal sealed class AttacksSuite
{
    private readonly BenchOptions _options;
    private readonly AttackArchive _archive;
    private readonly AttackList _attacks;
    private readonly List<string> _summary = [];

    private AttacksSuite(BenchOptions options)
    {
        _options = options;
        _archive = new AttackArchive(options);
        _attacks = new AttackList(options, _archive);
    }

    internal static int Run(BenchOptions options)
    {
        if (Environment.ProcessorCount < 2)
        {
            Console.Error.WriteLine("attacks: needs two processors, one for the clients");
            return 3;
        }

        CpuPin.PinClient();
        Priority.RaiseThisThread();
        Describe(options);
        var suite = new AttacksSuite(options);
        foreach (var attack in suite._attacks.All())
        {
            bool wanted = options.Only is not { } only
                || attack.Name.StartsWith(only, StringComparison.Ordinal);
            if (wanted) suite.Run(attack);
        }

        suite.PrintSummary();
        if (Leaving.Name.StartsWith(options.Only ?? Leaving.Name, StringComparison.Ordinal))
        {
            suite.RunLeaving();
        }

        return 0;
    }

    private void RunLeaving()
    {
        string[] cars = [_archive.Honest, _archive.Big, _archive.Pages, _archive.Wide];
        using var server = OwnServer.Start(
            _options, string.Join(" --car ", cars), _archive.Data, _archive.Blobs);
        Leaving.Run(server, _attacks.LongRequests(), _options.Quick ? 1 : _options.Runs);
    }

    private void Run(Attack attack)
    {
        Title($"{attack.Name}: {attack.What}");
        if (!attack.InCgroup)
        {
            Run(attack, group: null);
            return;
        }

        using var group = MemoryCgroup.TryMake(out string reason);
        if (group is null) Row("skipped", reason);
        else Run(attack, group);
    }

    private void Run(Attack attack, MemoryCgroup? group)
    {
        if (Directory.Exists(_archive.Data)) Directory.Delete(_archive.Data, recursive: true);
        string cars = attack.Car is { } car
            ? $"{_archive.Honest} --car {car}"
            : _archive.Honest;
        using var server = OwnServer.Start(
            _options, cars, _archive.Data, _archive.Blobs, cgroupProcesses: group?.Processes);
        Row("seconds to serve", Number(server.SecondsToServe, 2));
        using var clients = new NormalClients(server, _archive);
        using var memory = new MemorySeries(server.Process);
        Thread.Sleep(500);
        clients.Begin();
        Thread.Sleep(_options.Quick ? 1_000 : 3_000);
        clients.Print("before");
        Row("RssAnon before", $"{memory.Last():F1} MB");

        foreach (byte[] request in attack.Before)
        {
            using var first = new RawConnection(server.EndPoint, new byte[64 << 10]);
            first.Exchange(request);
        }

        clients.Begin();
        var watch = Stopwatch.StartNew();
        var cpu = server.Process.CpuTime();
        using (var attackers = attack.Begin(server.EndPoint))
        {
            attackers.Wait();
            clients.Print("meanwhile");
            foreach (var (what, figure) in attackers.Figures()) Row(what, figure);
        }

        var times = clients.Times();
        string load = server.Process.ExitCode is null
            ? Number((server.Process.CpuTime() - cpu).TotalSeconds, 1)
            : "unknown";
        Row("server's CPU", $"{load} s in {Number(watch.Elapsed.TotalSeconds, 1)} s");
        Row("RssAnon, most so far", $"{memory.Most():F1} MB");
        clients.Begin();
        Thread.Sleep(10_000);
        clients.Print("10 s after");
        double after = memory.Last();
        Row("RssAnon 10 s after", $"{after:F1} MB");
        if (attack.SecondsAfter > 10 && !_options.Quick)
        {
            Thread.Sleep(TimeSpan.FromSeconds(attack.SecondsAfter - 10));
            Row($"RssAnon {attack.SecondsAfter} s after", $"{memory.Last():F1} MB");
        }

        Row("RssAnon every 5 s", memory.Print());
        Row("server", StateOf(server));
        foreach (var (what, figure) in group?.Figures() ?? []) Row(what, figure);
        _summary.Add(
            $"| {attack.Name} | {times.Kept.PrintShort()} | {times.Fresh.PrintShort()} "
            + $"| {times.Proofs.PrintShort()} | {memory.Most():F0} | {after:F0} "
            + $"| {load} | {StateOf(server)} |");
    }

    private static string StateOf(OwnServer server)
    {
        int shortages = server.Process.CountLines(nameof(OutOfMemoryException));
        string state = server.Process.ExitCode is { } code ? $"ended with {code}" : "runs";
        return shortages == 0 ? state : $"{state}, {shortages} × OutOfMemoryException";
    }

    private void PrintSummary()
    {
        Console.WriteLine();
        Console.WriteLine(
            "A normal client meanwhile: p50 / p99 / max ms. RssAnon in MB, CPU in s of one core.");
        Console.WriteLine();
        Console.WriteLine(
            "| attack | getRecord, kept | getRecord, fresh | proof | RssAnon most | 10 s after "
            + "| CPU | server |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (string row in _summary) Console.WriteLine(row);
    }

    private static string Number(double value, int decimals) =>
        value.ToString($"F{decimals}", CultureInfo.InvariantCulture);
}
