using Atproto.Repo;
using Microsoft.Win32.SafeHandles;
using PdsReadonly.Platform;

namespace PdsReadonly.Archive;

/// <summary>
/// One CAR file, open for reading. Read by position, not mapped: a file that is cut short under us
/// must be a failed read, not a signal that ends the process.
/// </summary>
internal sealed class CarFile : ICarSource, IDisposable
{
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
        var handle = InputFile.Open(path);
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
