namespace PdsReadonly.Platform;

/// <summary>Tells a full disk from other failures.</summary>
internal static class DiskRoom
{
    // errno(3), which .NET gives as HResult; the last is Windows' own.
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Whether a file could not be written for want of room.</summary>
    internal static bool IsLacking(Exception exception) =>
        exception is IOException { HResult: NoSpace or QuotaExceeded or WindowsDiskFull };
}
