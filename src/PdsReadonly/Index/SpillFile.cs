using Atproto.Repo;
using Microsoft.Win32.SafeHandles;

namespace PdsReadonly.Index;

/// <summary>
/// A file for what does not fit memory while a CAR is read. Made when first needed, deleted by
/// the system when closed, even by a crash.
/// </summary>
internal sealed class SpillFile(string folder) : ISpillFile, IDisposable
{
    private SafeFileHandle? _handle;
    private long _length;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _handle ??= Create();
        RandomAccess.Write(_handle, bytes, _length);
        _length += bytes.Length;
    }

    public void Read(long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int read = _handle is null ? 0 : RandomAccess.Read(_handle, buffer, offset);
            if (read == 0)
            {
                throw new IOException("the spill file is shorter than what was put there");
            }
            offset += read;
            buffer = buffer[read..];
        }
    }

    public void Clear()
    {
        _handle?.Dispose();
        _handle = null;
        _length = 0;
    }

    public void Dispose() => Clear();

    private SafeFileHandle Create()
    {
        string path = Path.Combine(folder, $"spill-{Guid.NewGuid():N}.tmp");
        var handle = File.OpenHandle(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None,
            FileOptions.DeleteOnClose);
        // Where open files can lose their name, it goes at once: then a kill leaves nothing behind.
        if (!OperatingSystem.IsWindows()) File.Delete(path);
        return handle;
    }
}
