using System.Runtime;
using System.Runtime.InteropServices;

namespace PdsReadonly.Archive;

/// <summary>
/// What the process holds and does not use: both heaps keep it for the next time.
/// </summary>
internal static partial class ProcessMemory
{
    /// <summary>
    /// Gives freed memory back to the system: that of the runtime's heap, which is compacted, and
    /// that of SQLite and OpenSSL (malloc_trim(3), of glibc). Everything stands still meanwhile,
    /// some milliseconds for ten megabytes in use.
    /// </summary>
    internal static void GiveBack()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = Trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, which does it by itself or not at all.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint kept);
}
