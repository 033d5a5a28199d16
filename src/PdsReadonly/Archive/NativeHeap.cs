using System.Runtime.InteropServices;

namespace PdsReadonly.Archive;

/// <summary>
/// What SQLite and OpenSSL allocate. The C library keeps what was freed for the next time, up to
/// the most that loading ever took.
/// </summary>
internal static partial class NativeHeap
{
    /// <summary>Gives freed memory back to the system (malloc_trim(3), of glibc).</summary>
    internal static void GiveBack()
    {
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
