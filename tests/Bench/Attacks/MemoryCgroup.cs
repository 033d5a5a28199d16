using System.Globalization;

namespace Bench.Attacks;

/// <summary>
/// A control group (version 1) with 128 MB and no swap: what MemoryMax=128M makes of a service.
/// </summary>
internal sealed class MemoryCgroup : IDisposable
{
    private const string Root = "/sys/fs/cgroup/memory";
    private const long Bytes = 128 << 20;

    private readonly string _folder;

    private MemoryCgroup(string folder) => _folder = folder;

    internal string Processes => Path.Combine(_folder, "cgroup.procs");

    /// <summary>Null, and why, where it cannot be had.</summary>
    internal static MemoryCgroup? TryMake(out string reason)
    {
        reason = "";
        if (!File.Exists(Path.Combine(Root, "memory.limit_in_bytes")))
        {
            reason = $"no control groups of version 1 at {Root}: mount -t cgroup -o memory";
            return null;
        }

        var group = new MemoryCgroup(Path.Combine(Root, $"pds-attacks-{Environment.ProcessId}"));
        try
        {
            Directory.CreateDirectory(group._folder);
            group.Limit("memory.limit_in_bytes");
            // Where the kernel counts swap too; elsewhere the machine should have none.
            if (File.Exists(group.PathOf("memory.memsw.limit_in_bytes")))
            {
                group.Limit("memory.memsw.limit_in_bytes");
            }

            return group;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reason = e.Message;
            return null;
        }
    }

    internal IEnumerable<(string What, string Figure)> Figures()
    {
        string killed = File.ReadLines(PathOf("memory.oom_control"))
            .FirstOrDefault(line => line.StartsWith("oom_kill ", StringComparison.Ordinal))
            ?? "oom_kill unknown";
        yield return ("cgroup: killed for want of memory", killed);
        yield return ("cgroup: times its limit was hit", Read("memory.failcnt"));
        double most = long.Parse(
            Read("memory.max_usage_in_bytes"), CultureInfo.InvariantCulture) / 1048576.0;
        yield return (
            "cgroup: most memory, with cached files",
            string.Create(CultureInfo.InvariantCulture, $"{most:F1} MB"));
    }

    public void Dispose()
    {
        // Its last process may still be on its way out.
        for (int i = 0; i < 50; i++)
        {
            try
            {
                Directory.Delete(_folder);
                return;
            }
            catch (IOException)
            {
                Thread.Sleep(100);
            }
        }
    }

    private void Limit(string name) =>
        File.WriteAllText(PathOf(name), Bytes.ToString(CultureInfo.InvariantCulture));

    private string Read(string name) => File.ReadAllText(PathOf(name)).Trim();

    private string PathOf(string name) => Path.Combine(_folder, name);
}
