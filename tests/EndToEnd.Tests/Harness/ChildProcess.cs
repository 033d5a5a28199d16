using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EndToEnd.Tests.Harness;

/// <summary>
/// A process under test: its output is collected line by line, and it never outlives its test.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int Sighup = 1;
    private const int Sigint = 2;
    private const int Sigterm = 15;

    private readonly Process _process;
    private readonly TimeSpan _grace;

    // A shell without job control starts what runs in its background with SIGINT ignored, nohup
    // does so with SIGHUP, and children inherit that, these children too.
    static ChildProcess()
    {
        ulong ignored = Convert.ToUInt64(
            File.ReadLines("/proc/self/status")
                .Single(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..].Trim(),
            16);
        foreach (int signal in (int[])[Sighup, Sigint])
        {
            if ((ignored >> (signal - 1) & 1) != 0) _ = SetDefault(signal, 0);
        }
    }

    private ChildProcess(Process process, TimeSpan grace)
    {
        _process = process;
        _grace = grace;
    }

    public int Id => _process.Id;

    /// <summary>What it wrote to stdout and to stderr, each as it came.</summary>
    public ProcessOutput Output { get; } = new();

    public bool HasExited => _process.HasExited;

    /// <param name="file">The executable.</param>
    /// <param name="arguments">Its arguments, unquoted.</param>
    /// <param name="environment">Variables on top of those of the tests.</param>
    /// <param name="grace">
    /// How long after SIGTERM it is killed: 10 s unless given, as container engines have it.
    /// </param>
    public static ChildProcess Start(
        string file,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        TimeSpan? grace = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Settings of whoever runs the tests are not settings of the tests.
        foreach (string name in start.Environment.Keys.Where(IsOurs).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var child = new ChildProcess(process, grace ?? TimeSpan.FromSeconds(10));
        process.OutputDataReceived += (_, line) => child.Output.AddOut(line.Data);
        process.ErrorDataReceived += (_, line) => child.Output.AddError(line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>
    /// Waits for its end by itself; its exit code, 128 + n when signal n ended it.
    /// </summary>
    public async Task<int> WaitForExitAsync(TimeSpan limit)
    {
        using var late = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"still running after {limit}:\n{Output}");
        }

        return _process.ExitCode;
    }

    /// <summary>SIGTERM, then, after the grace, SIGKILL; its exit code.</summary>
    public async Task<int> StopAsync()
    {
        Signal(Sigterm);
        using var late = new CancellationTokenSource(_grace);
        try
        {
            await _process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
        }

        return _process.ExitCode;
    }

    /// <summary>SIGKILL, as a power cut would have it.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Sends a signal by number; a process that has ended is left alone.</summary>
    public void Signal(int signal)
    {
        if (!_process.HasExited) _ = SendSignal(_process.Id, signal);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private static bool IsOurs(string name) =>
        name.StartsWith("PDS_", StringComparison.Ordinal) || name is "CACHE_DIRECTORY";

    [DllImport("libc", EntryPoint = "signal")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint SetDefault(int signal, nint handler);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}
