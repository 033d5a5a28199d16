using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using PdsReadonly.Platform;

namespace PdsReadonly.Archive;

/// <summary>
/// Reads of files that do not wait for a disk: what is in the kernel's memory comes at once, the
/// rest not at all (preadv2(2), RWF_NOWAIT).
/// </summary>
internal static unsafe partial class FileRead
{
    private const int WithoutWaiting = 0x8;

    /// <summary>Opens a regular file; null when it is not there or cannot be read.</summary>
    internal static SafeFileHandle? TryOpen(string path) => InputFile.TryOpen(path);

    /// <summary>
    /// Fills the buffer; false when a part of it is not in memory, or not in the file.
    /// </summary>
    internal static bool TryReadInMemory(SafeFileHandle file, long offset, Span<byte> buffer)
    {
        if (!OperatingSystem.IsLinux()) return TryReadPlain(file, offset, buffer);
        bool isHeld = false;
        try
        {
            file.DangerousAddRef(ref isHeld);
            fixed (byte* room = buffer)
            {
                var part = new Part { Start = room, Length = (nuint)buffer.Length };
                nint count = Read(
                    (int)file.DangerousGetHandle(), &part, 1, offset, WithoutWaiting);
                // A file system that cannot tell, as those over a network, counts as a disk.
                return count == buffer.Length;
            }
        }
        finally
        {
            if (isHeld) file.DangerousRelease();
        }
    }

    /// <summary>The plain twin, which waits.</summary>
    internal static bool TryReadPlain(SafeFileHandle file, long offset, Span<byte> buffer)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                int read = RandomAccess.Read(file, buffer, offset);
                if (read == 0) return false;
                offset += read;
                buffer = buffer[read..];
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private struct Part
    {
        internal byte* Start;
        internal nuint Length;
    }

    [LibraryImport("libc", EntryPoint = "preadv64v2")]
    private static partial nint Read(int file, Part* parts, int count, long offset, int flags);
}
