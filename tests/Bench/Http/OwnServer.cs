using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace Bench.Http;

/// <summary>
/// The program under test on its one core, with the options this build of it knows.
/// </summary>
internal sealed partial class OwnServer : IDisposable
{
    // Far beyond what any part opens, within what a descriptor limit of 20,000 lets it.
    private const int ConnectionsMax = 16_000;

    private OwnServer(ServerProcess process)
    {
        Process = process;
        SecondsToServe = Process.WaitReady();
        Url = process.WaitListening();
        EndPoint = new IPEndPoint(IPAddress.Loopback, Url.Port);
    }

    internal ServerProcess Process { get; }

    /// <summary>From its start until every file was read.</summary>
    internal double SecondsToServe { get; }

    internal Uri Url { get; }

    internal IPEndPoint EndPoint { get; }

    /// <summary>Serves CARs over a data folder that may have their indexes already.</summary>
    /// <param name="options">Of the suite.</param>
    /// <param name="cars">A folder, or several values of the option.</param>
    /// <param name="data">A folder.</param>
    /// <param name="blobs">A folder, or none.</param>
    /// <param name="descriptorLimit">The system's own unless given.</param>
    /// <param name="manyConnections">Raises the limits on connections.</param>
    /// <param name="cgroupProcesses">Where a control group takes processes.</param>
    internal static OwnServer Start(
        BenchOptions options, string cars, string data, string? blobs = null,
        int? descriptorLimit = null, bool manyConnections = false,
        string? cgroupProcesses = null)
    {
        string help = Help(options);
        string chosen = blobs is null ? "" : $"--blobs {blobs}";
        if (help.Contains("--loops", StringComparison.Ordinal)) chosen += " --loops 1";
        if (manyConnections)
        {
            var names = ConnectionLimits().Matches(help).Select(match => match.Value);
            chosen += string.Concat(names.Distinct().Select(name => $" {name} {ConnectionsMax}"));
        }

        return new OwnServer(new ServerProcess(
            $"{CpuPin.Server} {options.Binary}", data, cars, descriptorLimit, chosen,
            cgroupProcesses));
    }

    /// <summary>Open descriptors, and how many of them are sockets.</summary>
    internal (int All, int Sockets) Descriptors()
    {
        var links = Directory.GetFiles($"/proc/{Process.Pid}/fd")
            .Select(file => new FileInfo(file).LinkTarget)
            .ToArray();
        return (
            links.Length,
            links.Count(link => link?.StartsWith("socket:", StringComparison.Ordinal) is true));
    }

    internal double Megabytes(string name) => Process.StatusKilobytes(name) / 1024.0;

    /// <summary>VmRSS, and RssAnon: what of it is no file's pages, nor the binary's.</summary>
    internal string Memory() => $"{Megabytes("VmRSS"):F1} ({Megabytes("RssAnon"):F1}) MB";

    public void Dispose() => Process.Dispose();

    private static string Help(BenchOptions options)
    {
        var start = new ProcessStartInfo(options.Binary, "serve --help")
        {
            RedirectStandardOutput = true,
        };
        using var process =
            System.Diagnostics.Process.Start(start)
            ?? throw new InvalidOperationException("cannot start");
        return process.StandardOutput.ReadToEnd();
    }

    [GeneratedRegex("--[a-z-]*connections[a-z-]*")]
    private static partial Regex ConnectionLimits();
}
