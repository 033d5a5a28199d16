using System.Diagnostics;
using System.Globalization;

namespace Bench.Http;

/// <summary>What one run of wrk measured, and what it cost the server.</summary>
/// <param name="Requests">Answered in the run.</param>
/// <param name="Seconds">Of the run.</param>
/// <param name="MedianMs">Latency.</param>
/// <param name="P99Ms">Latency that one in a hundred exceeds.</param>
/// <param name="CpuSeconds">Of the server, user and system.</param>
internal readonly record struct LoadRun(
    double Requests, double Seconds, double MedianMs, double P99Ms, double CpuSeconds)
{
    internal double Rate => Requests / Seconds;

    internal double CpuMicroseconds => CpuSeconds * 1e6 / Requests;

    /// <summary>Of its one core; well below 1 the client is what limits the rate.</summary>
    internal double Busy => CpuSeconds / Seconds;
}

/// <summary>
/// Loads a server with wrk: one thread, 64 connections, paths from a list in turn.
/// </summary>
internal sealed class Wrk(BenchOptions options)
{
    internal const int Connections = 64;

    // A request per path, made up before the run; wrk writes what the script hands it.
    private const string Script =
        """
        local requests = {}
        local at = 0
        function init(arguments)
            for path in io.lines(arguments[1]) do
                requests[#requests + 1] = wrk.format("GET", path)
            end
        end
        function request()
            at = at % #requests + 1
            return requests[at]
        end
        function done(summary, latency)
            local errors = summary.errors
            print(string.format("run %d %d %d %d %d", summary.requests, summary.duration,
                latency:percentile(50), latency:percentile(99),
                errors.connect + errors.read + errors.write + errors.status + errors.timeout))
        end

        """;

    /// <summary>Runs once, for so many seconds.</summary>
    /// <param name="server">Whose time is taken.</param>
    /// <param name="url">Its address.</param>
    /// <param name="paths">A file, one path a line.</param>
    /// <param name="seconds">At least 5 for a figure: /proc counts in steps of 10 ms.</param>
    /// <param name="meanwhile">Called about ten times a second.</param>
    internal LoadRun Run(
        LocalProcess server, Uri url, string paths, int seconds, Action? meanwhile = null)
    {
        string script = Path.Combine(options.Work, "load.lua");
        File.WriteAllText(script, Script);
        var start = new ProcessStartInfo("wrk")
        {
            ArgumentList =
            {
                "-t1", $"-c{Connections}", $"-d{seconds}", "--timeout", "30s",
                "-s", script, url.GetLeftPart(UriPartial.Authority), "--", paths,
            },
            RedirectStandardOutput = true,
        };
        var before = server.CpuTime();
        using var process =
            Process.Start(start) ?? throw new InvalidOperationException("cannot start wrk");
        while (!process.WaitForExit(100)) meanwhile?.Invoke();
        double cpu = (server.CpuTime() - before).TotalSeconds;
        return Parse(process.StandardOutput.ReadToEnd(), cpu);
    }

    internal static string Version()
    {
        var start = new ProcessStartInfo("wrk", "-v") { RedirectStandardOutput = true };
        using var process =
            Process.Start(start) ?? throw new InvalidOperationException("cannot start wrk");
        return string.Join(' ', process.StandardOutput.ReadToEnd().Split(' ').Take(2));
    }

    private static LoadRun Parse(string output, double cpu)
    {
        string line = output.Split('\n')
            .Last(line => line.StartsWith("run ", StringComparison.Ordinal));
        double[] told =
            [.. line.Split(' ').Skip(1).Select(n => double.Parse(n, CultureInfo.InvariantCulture))];
        if (told[4] > 0) throw new InvalidDataException($"{told[4]} requests failed: {output}");
        return new LoadRun(told[0], told[1] / 1e6, told[2] / 1000, told[3] / 1000, cpu);
    }
}
