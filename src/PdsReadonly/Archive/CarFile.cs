using Atproto.Repo;
using Microsoft.Win32.SafeHandles;

namespace PdsReadonly.Archive;

/// <summary>
/// One CAR file, open for reading. Read by position, not mapped: a file that is cut short under us
/// must be a failed read, not a signal that ends the process.
/// </summary>
internal sealed class CarFile : ICarSource, IDisposable
{
    /// <summary>
    /// Others may do with the file what they like: what was changed is found out by hashing, and on
    /// Windows a lock of ours would keep an operator from putting a new file in its place.
    /// </summary>
    internal const FileShare Shared = FileShare.ReadWrite | FileShare.Delete;

    private readonly SafeFileHandle _handle;

    private CarFile(SafeFileHandle handle, long length)
    {
        _handle = handle;
        Length = length;
    }

    /// <inheritdoc/>
    public long Length { get; }

    /// <summary>
    /// Throws IOException or UnauthorizedAccessException when it cannot be opened.
    /// </summary>
    internal static CarFile Open(string path)
    {
        // Opening a pipe waits for its writer, for ever if need be.
        if (FileStat.Of(path) is { IsRegular: false }) throw new IOException("is no regular file");
        var handle = File.OpenHandle(path, share: Shared);
        return new CarFile(handle, RandomAccess.GetLength(handle));
    }

    /// <summary>
    /// The same for a file that is to vanish when it is closed, or at once where open files can
    /// lose their name.
    /// </summary>
    internal static CarFile OpenTemporary(string path)
    {
        var handle = File.OpenHandle(path, options: FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows()) File.Delete(path);
        return new CarFile(handle, RandomAccess.GetLength(handle));
    }

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> buffer) => RandomAccess.Read(_handle, buffer, offset);

    /// <summary>Fills the buffer; false when the file ends before, or cannot be read.</summary>
    internal bool TryReadFully(long offset, Span<byte> buffer) =>
        FileRead.TryReadPlain(_handle, offset, buffer);

    /// <summary>The same without waiting for a disk; false as well when it would have to.</summary>
    internal bool TryReadInMemory(long offset, Span<byte> buffer) =>
        FileRead.TryReadInMemory(_handle, offset, buffer);

    public void Dispose() => _handle.Dispose();
}
