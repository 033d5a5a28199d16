using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PdsReadonly.Platform;

/// <summary>Size and times of a file; times in nanoseconds since 1970.</summary>
internal readonly unsafe partial record struct FileStat(
    long Bytes, long ModifiedNanoseconds, long ChangedNanoseconds, bool IsRegular)
{
    private const int AtCurrentDirectory = -100;
    private const int OfDescriptor = 0x1000;
    private const uint BasicStats = 0x7ff;
    private const int StatxBytes = 256;
    private const int FileKindMask = 0xf000;
    private const int RegularFile = 0x8000;

    /// <summary>
    /// Null when the file is not there. The time of status change, which no program can set back,
    /// is known on Linux alone; elsewhere it is the time of modification.
    /// </summary>
    internal static FileStat? Of(string path) =>
        OperatingSystem.IsLinux() ? OfLinux(AtCurrentDirectory, path, 0) : OfPlain(path);

    /// <summary>Of a file that is open; null when it cannot be told.</summary>
    internal static FileStat? Of(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux()) return OfPlain(file);
        bool isHeld = false;
        try
        {
            file.DangerousAddRef(ref isHeld);
            return OfLinux((int)file.DangerousGetHandle(), "", OfDescriptor);
        }
        finally
        {
            if (isHeld) file.DangerousRelease();
        }
    }

    private static FileStat? OfPlain(SafeFileHandle file)
    {
        long modified = (File.GetLastWriteTimeUtc(file) - DateTime.UnixEpoch).Ticks * 100;
        return new FileStat(RandomAccess.GetLength(file), modified, modified, IsRegular: true);
    }

    /// <summary>The plain twin, from what the platform shows everywhere.</summary>
    internal static FileStat? OfPlain(string path)
    {
        var info = new FileInfo(path);
        if (!info.Exists) return null;
        long modified = (info.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks * 100;
        return new FileStat(info.Length, modified, modified, IsRegular: true);
    }

    // statx has one layout on every architecture, which stat has not (statx(2)).
    private static FileStat? OfLinux(int folder, string path, int flags)
    {
        long* statx = stackalloc long[StatxBytes / sizeof(long)];
        if (Statx(folder, path, flags, BasicStats, statx) != 0) return null;
        // stx_size at 40; stx_ctime at 96, stx_mtime at 112: seconds, then nanoseconds in 32 bits.
        // stx_mode at 28, whose upper four bits are the kind of file.
        bool isRegular = (((ushort*)statx)[14] & FileKindMask) == RegularFile;
        return new FileStat(
            statx[5], Nanoseconds(statx + 14), Nanoseconds(statx + 12), isRegular);
    }

    private static long Nanoseconds(long* timestamp) =>
        (timestamp[0] * 1_000_000_000) + *(uint*)(timestamp + 1);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8,
        SetLastError = true)]
    private static partial int Statx(
        int folder, string path, int flags, uint mask, long* statx);
}
