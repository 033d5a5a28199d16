using System.Diagnostics;
using System.Globalization;

namespace Bench;

/// <summary>The published binary, serving; ended when disposed.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource<Uri> _listening = new();
    private readonly TaskCompletionSource<double> _ready = new();

    internal ServerProcess(string binary, string data, string cars, int? descriptorLimit = null)
    {
        string command = string.Join(
            ' ',
            descriptorLimit is { } limit ? $"ulimit -n {limit};" : "",
            "exec", binary, "serve --port 0 --bind 127.0.0.1 --data", data, "--car", cars);
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", command },
            RedirectStandardError = true,
        };
        Started = Stopwatch.StartNew();
        _process = Process.Start(start) ?? throw new InvalidOperationException("cannot start");
        _process.ErrorDataReceived += (_, line) => OnLine(line.Data);
        _process.BeginErrorReadLine();
    }

    internal Stopwatch Started { get; }

    internal List<string> Lines { get; } = [];

    internal Uri WaitListening() =>
        _listening.Task.WaitAsync(TimeSpan.FromMinutes(1)).GetAwaiter().GetResult();

    /// <summary>Seconds from start until every file was read.</summary>
    internal double WaitReady() =>
        _ready.Task.WaitAsync(TimeSpan.FromMinutes(10)).GetAwaiter().GetResult();

    /// <summary>One line of /proc/pid/status in KB: VmHWM, VmRSS, RssAnon.</summary>
    internal long StatusKilobytes(string name)
    {
        string line = File.ReadLines($"/proc/{_process.Id}/status")
            .First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(
            line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal),
            NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture);
    }

    /// <summary>User and system time so far.</summary>
    internal TimeSpan CpuTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    internal int OpenDescriptors() => Directory.GetFiles($"/proc/{_process.Id}/fd").Length;

    internal HttpClient Client() => new() { BaseAddress = WaitListening() };

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start("/bin/kill", ["-TERM", $"{_process.Id}"]);
            if (!_process.WaitForExit(TimeSpan.FromSeconds(15))) _process.Kill();
        }

        _process.Dispose();
    }

    private void OnLine(string? line)
    {
        if (line is null) return;
        Lines.Add(line);
        const string Listening = "listening on ";
        if (line.StartsWith(Listening, StringComparison.Ordinal))
        {
            _listening.TrySetResult(new Uri(line[Listening.Length..]));
        }

        if (line.StartsWith("ready:", StringComparison.Ordinal))
        {
            _ready.TrySetResult(Started.Elapsed.TotalSeconds);
        }
    }
}
