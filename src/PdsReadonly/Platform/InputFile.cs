using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PdsReadonly.Platform;

/// <summary>
/// The one way to open a file that others put where we read. It is a regular file, reached through
/// links or not, or it is refused: opening a pipe waits for its writer, a device may have no end.
/// </summary>
internal static partial class InputFile
{
    /// <summary>
    /// Others may do with the file what they like: what was changed is found out by hashing, and on
    /// Windows a lock of ours would keep an operator from putting a new file in its place.
    /// </summary>
    internal const FileShare Shared = FileShare.ReadWrite | FileShare.Delete;

    private const string NotRegular =
        "not a regular file, but a folder, pipe, socket or device";

    // open(2): the same figures on x64 and arm64.
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int NoTerminal = 0x100;

    // access(2)
    private const int Readable = 4;

    // errno(3)
    private const int NotPermitted = 1;
    private const int NoSuchFile = 2;
    private const int AccessDenied = 13;
    private const int NotAFolder = 20;

    /// <summary>
    /// Throws IOException or UnauthorizedAccessException, whose texts say why, when it cannot be
    /// opened or is not a regular file.
    /// </summary>
    internal static SafeFileHandle Open(string path)
    {
        if (!OperatingSystem.IsLinux()) return File.OpenHandle(path, share: Shared);
        // A device is not even opened, which may do something by itself.
        if (FileStat.Of(path) is { IsRegular: false }) throw new IOException(NotRegular);
        int file = OpenFile(path, NonBlocking | CloseOnExec | NoTerminal);
        if (file < 0) throw Failure(Marshal.GetLastPInvokeError());
        var handle = new SafeFileHandle(file, ownsHandle: true);
        // What lay there may have been exchanged for something else in between.
        if (FileStat.Of(handle) is { IsRegular: true }) return handle;
        handle.Dispose();
        throw new IOException(NotRegular);
    }

    /// <summary>The same; null when it cannot be opened.</summary>
    internal static SafeFileHandle? TryOpen(string path)
    {
        try
        {
            return Open(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Reads a whole file, with memory for what is there and not for what is claimed. Throws as
    /// <see cref="Open"/> does, and InvalidDataException when it is larger than allowed.
    /// </summary>
    internal static byte[] ReadAll(string path, int bytesMax)
    {
        using var file = Open(path);
        long length = RandomAccess.GetLength(file);
        // One byte more than there should be, to see the end, and that it does not grow.
        byte[] content = new byte[Math.Min(length, bytesMax) + 1];
        int filled = 0;
        int read;
        while ((read = RandomAccess.Read(file, content.AsSpan(filled), filled)) > 0)
        {
            filled += read;
            if (filled > bytesMax)
            {
                throw new InvalidDataException($"larger than {bytesMax:N0} bytes");
            }

            if (filled == content.Length)
            {
                Array.Resize(ref content, (int)Math.Min(2L * filled, bytesMax + 1L));
            }
        }

        return content[..filled];
    }

    /// <summary>
    /// Why a file or folder that may be there cannot be read; null when it can be, or is not there.
    /// </summary>
    internal static string? DenialOf(string path)
    {
        if (!OperatingSystem.IsLinux() || Access(path, Readable) == 0) return null;
        int errno = Marshal.GetLastPInvokeError();
        return errno is NoSuchFile or NotAFolder ? null : Describe(errno);
    }

    private static Exception Failure(int errno) => errno switch
    {
        NotPermitted or AccessDenied => new UnauthorizedAccessException(Describe(errno)),
        NoSuchFile => new FileNotFoundException(Describe(errno)),
        _ => new IOException(Describe(errno), errno),
    };

    // The user is named, since a service has another than the one who tried it by hand.
    private static string Describe(int errno) => errno switch
    {
        NotPermitted or AccessDenied when OperatingSystem.IsLinux() =>
            $"permission denied (uid {EffectiveUser()})",
        NoSuchFile => "no such file or folder",
        _ => Marshal.GetPInvokeErrorMessage(errno),
    };

    // Variadic in C; without O_CREAT there is no third argument.
    [LibraryImport(
        "libc", EntryPoint = "open64", StringMarshalling = StringMarshalling.Utf8,
        SetLastError = true)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport(
        "libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8,
        SetLastError = true)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
