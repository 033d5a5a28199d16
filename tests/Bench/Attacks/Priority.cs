using System.Runtime.InteropServices;

namespace Bench.Attacks;

/// <summary>Who waits for a processor first.</summary>
internal static partial class Priority
{
    private const int OfThread = 0;
    private const int Lowest = 19;
    private const int High = -10;

    /// <summary>On Linux the thread's own (setpriority(2), 0 for the caller).</summary>
    internal static void LowerThisThread() => _ = Set(OfThread, 0, Lowest);

    /// <summary>
    /// The thread's own, that of threads and processes it starts from now on, and so the server's:
    /// others at work on the machine disturb the figures less. Only root may.
    /// </summary>
    internal static void RaiseThisThread() => _ = Set(OfThread, 0, High);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int Set(int which, int who, int nice);
}
