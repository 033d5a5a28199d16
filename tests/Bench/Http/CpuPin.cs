using System.Globalization;
using System.Runtime.InteropServices;

namespace Bench.Http;

/// <summary>
/// Servers run on the first processor, all that loads them on the second: neither disturbs the
/// other, and each server has one core.
/// </summary>
internal static partial class CpuPin
{
    internal const string Server = "taskset -c 0";
    private const int ClientCpu = 1;

    /// <summary>
    /// Pins this process: every thread there is, and through them every thread and process to come.
    /// </summary>
    internal static void PinClient()
    {
        nuint mask = 1u << ClientCpu;
        foreach (string task in Directory.GetDirectories("/proc/self/task"))
        {
            int id = int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture);
            // A thread may have ended since it was listed.
            _ = SetAffinity(id, (nuint)Marshal.SizeOf<nuint>(), in mask);
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint maskBytes, in nuint mask);
}
