using System.Runtime.InteropServices;

namespace PdsReadonly.Platform;

/// <summary>What the system allows this process.</summary>
internal static partial class ProcessLimits
{
    /// <summary>
    /// Fewer open files do not do for any command: the runtime alone takes about ten, and where one
    /// of those is lacking it ends the process.
    /// </summary>
    internal const int DescriptorsMin = 32;

    private const int OpenFiles = 7;
    private const int Usual = 1024;

    /// <summary>
    /// How many files may be open at once: the soft limit. Asked for without opening one; elsewhere
    /// than on Linux the usual one is assumed.
    /// </summary>
    internal static int Descriptors()
    {
        if (!OperatingSystem.IsLinux() || GetLimit(OpenFiles, out var limit) != 0) return Usual;
        return (int)Math.Min(limit.Soft, int.MaxValue);
    }

    private struct Limit
    {
        internal ulong Soft;
        internal ulong Hard;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit64")]
    private static partial int GetLimit(int resource, out Limit limit);
}
