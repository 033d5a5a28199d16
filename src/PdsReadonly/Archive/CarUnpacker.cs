using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Atproto.Car;
using Microsoft.Win32.SafeHandles;
using PdsReadonly.Platform;

namespace PdsReadonly.Archive;

/// <summary>
/// Unpacks .car.gz files into the data folder, since blocks are read at random. What is unpacked is
/// verified like any other CAR; the packed file stays the source.
/// </summary>
internal static class CarUnpacker
{
    private const int BufferBytes = 1 << 20;

    // Repos pack to a half or a third. What unpacks to a hundred times its size was made to fill
    // disks.
    private const int RatioMax = 100;
    private const long RatioFreeBytes = 16L << 20;

    /// <summary>Where the unpacked form of a source lies, whether made yet or not.</summary>
    internal static string PathFor(string sourcePath, string folder)
    {
        // Another state of the source is another file: one that is being served is never
        // overwritten.
        string state = $"{sourcePath}\n{FileFingerprint.Of(sourcePath)}";
        byte[] name = SHA256.HashData(Encoding.UTF8.GetBytes(state));
        return Path.Combine(folder, Convert.ToHexStringLower(name.AsSpan(0, 16)) + ".car");
    }

    /// <summary>
    /// Unpacks under a temporary name and renames. Throws IOException when the disk is full or the
    /// source cannot be read, InvalidDataException when it is no gzip or unpacks to more than it
    /// should.
    /// <paramref name="onProgress"/> is called before each read of the source, and may throw to end
    /// it: a packed file may be long and unpack to nothing.
    /// </summary>
    internal static void Unpack(string sourcePath, string targetPath, Action? onProgress = null)
    {
        using var source = new PackedFile(InputFile.Open(sourcePath), onProgress);
        long bytesMax = Math.Min(
            CarLimits.FileBytesMax, RatioFreeBytes + (source.Length * RatioMax));
        string temporary = targetPath + ".tmp";
        try
        {
            using (var gzip = new GZipStream(source, CompressionMode.Decompress))
            using (var target = File.Create(temporary, BufferBytes))
            {
                byte[] buffer = new byte[BufferBytes];
                int read;
                while ((read = gzip.Read(buffer)) > 0)
                {
                    if (target.Position + read > bytesMax)
                    {
                        throw new InvalidDataException($"unpacks to more than {bytesMax:N0} bytes");
                    }

                    target.Write(buffer, 0, read);
                }

                target.Flush(flushToDisk: true);
            }

            File.Move(temporary, targetPath, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private sealed class PackedFile(SafeFileHandle handle, Action? onRead)
        : FileStream(handle, FileAccess.Read)
    {
        public override int Read(byte[] buffer, int offset, int count)
        {
            onRead?.Invoke();
            return base.Read(buffer, offset, count);
        }

        public override int Read(Span<byte> buffer)
        {
            onRead?.Invoke();
            return base.Read(buffer);
        }
    }
}
