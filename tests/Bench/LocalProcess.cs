using System.Diagnostics;
using System.Globalization;

namespace Bench;

/// <summary>A server started for a measurement, and what /proc tells of it.</summary>
/// <remarks>Its command must end in <c>exec</c>, so that the shell becomes the server.</remarks>
internal class LocalProcess : IDisposable
{
    private readonly Process _process;
    private readonly Dictionary<string, TaskCompletionSource<double>> _awaited;
    private readonly List<string> _lines = [];

    /// <param name="command">For the shell.</param>
    /// <param name="awaited">Beginnings of lines that will be waited for.</param>
    protected LocalProcess(string command, params string[] awaited)
    {
        _awaited = awaited.ToDictionary(
            prefix => prefix, _ => new TaskCompletionSource<double>());
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", command },
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        Started = Stopwatch.StartNew();
        _process = Process.Start(start) ?? throw new InvalidOperationException("cannot start");
        _process.ErrorDataReceived += (_, line) => OnLine(line.Data);
        _process.OutputDataReceived += (_, line) => OnLine(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    internal Stopwatch Started { get; }

    /// <summary>The process that does the work; a child of the one started for some.</summary>
    internal virtual int Pid => _process.Id;

    /// <summary>One line of /proc/pid/status in KB: VmHWM, VmRSS, RssAnon.</summary>
    internal long StatusKilobytes(string name)
    {
        string line = File.ReadLines($"/proc/{Pid}/status")
            .First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(
            line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal),
            NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture);
    }

    /// <summary>User and system time so far, in steps of the system's clock tick.</summary>
    internal TimeSpan CpuTime()
    {
        using var process = Process.GetProcessById(Pid);
        return process.TotalProcessorTime;
    }

    /// <summary>Null while it runs.</summary>
    internal int? ExitCode => _process.HasExited ? _process.ExitCode : null;

    /// <summary>How many lines of its output hold a text.</summary>
    internal int CountLines(string text) =>
        Lines().Count(line => line.Contains(text, StringComparison.Ordinal));

    internal int OpenDescriptors() => Directory.GetFiles($"/proc/{Pid}/fd").Length;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing) return;
        if (!_process.HasExited)
        {
            using var kill = Process.Start("/bin/kill", ["-TERM", $"{_process.Id}"]);
            if (!_process.WaitForExit(TimeSpan.FromSeconds(15))) _process.Kill();
        }

        _process.Dispose();
    }

    /// <summary>Waits for a line; gives it and the seconds from start until it came.</summary>
    protected (string Line, double Seconds) WaitLine(string prefix, TimeSpan timeout)
    {
        var line = _awaited[prefix].Task;
        var ended = _process.WaitForExitAsync();
        int first = Task.WaitAny([line, ended], timeout);
        if (first != 0)
        {
            throw new InvalidOperationException(
                $"no line \"{prefix}…\" but: {string.Join(" | ", Lines())}");
        }

        return (LastLine(prefix), line.GetAwaiter().GetResult());
    }

    protected string LastLine(string prefix) =>
        Lines().Last(line => line.StartsWith(prefix, StringComparison.Ordinal));

    private string[] Lines()
    {
        lock (_lines) return [.. _lines];
    }

    private void OnLine(string? line)
    {
        if (line is null) return;
        lock (_lines) _lines.Add(line);
        foreach (var (prefix, source) in _awaited)
        {
            if (!line.StartsWith(prefix, StringComparison.Ordinal)) continue;
            source.TrySetResult(Started.Elapsed.TotalSeconds);
        }
    }
}
