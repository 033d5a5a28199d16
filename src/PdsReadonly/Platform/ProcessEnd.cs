using System.Runtime.InteropServices;

namespace PdsReadonly.Platform;

/// <summary>The last resort of a process that has to end.</summary>
internal static partial class ProcessEnd
{
    /// <summary>
    /// Ends it at once: no destructor, no other thread and no disk is waited for.
    /// </summary>
    internal static void Now(int exitCode)
    {
        if (OperatingSystem.IsLinux()) Exit(exitCode);
        else Environment.Exit(exitCode);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int exitCode);
}
