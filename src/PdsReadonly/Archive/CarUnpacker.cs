using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Atproto.Car;

namespace PdsReadonly.Archive;

/// <summary>
/// Unpacks .car.gz files into the data folder, since blocks are read at random. What is unpacked is
/// verified like any other CAR; the packed file stays the source.
/// </summary>
internal static class CarUnpacker
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Where the unpacked form of a source lies, whether made yet or not.</summary>
    internal static string PathFor(string sourcePath, string fingerprint, string folder)
    {
        // Another state of the source is another file: one that is being served is never overwritten.
        byte[] name = SHA256.HashData(Encoding.UTF8.GetBytes($"{sourcePath}\n{fingerprint}"));
        return Path.Combine(folder, Convert.ToHexStringLower(name.AsSpan(0, 16)) + ".car");
    }

    /// <summary>
    /// Unpacks under a temporary name and renames. Throws IOException when the disk is full or the
    /// source cannot be read, InvalidDataException when it is no gzip or larger than a CAR may be.
    /// </summary>
    internal static void Unpack(
        string sourcePath, string targetPath, long bytesMax = CarLimits.FileBytesMax)
    {
        string temporary = targetPath + ".tmp";
        try
        {
            using (var source = File.OpenRead(sourcePath))
            using (var gzip = new GZipStream(source, CompressionMode.Decompress))
            using (var target = File.Create(temporary, BufferBytes))
            {
                byte[] buffer = new byte[BufferBytes];
                int read;
                while ((read = gzip.Read(buffer)) > 0)
                {
                    if (target.Position + read > bytesMax)
                    {
                        throw new InvalidDataException(CarError.FileTooLarge.Describe());
                    }

                    target.Write(buffer, 0, read);
                }
            }

            File.Move(temporary, targetPath, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
