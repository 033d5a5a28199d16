using Atproto.Car;
using PdsReadonly.Platform;

namespace PdsReadonly.Archive;

/// <summary>Says what is wrong with a file that is to be unpacked and cannot be.</summary>
internal static class PackedFile
{
    /// <summary>
    /// What the file is instead, by how it begins; else that it is damaged, and how.
    /// </summary>
    internal static string Describe(string path, string damage)
    {
        byte[] start = new byte[ForeignFile.BytesLookedAt];
        try
        {
            using var file = InputFile.Open(path);
            start = start[..RandomAccess.Read(file, start, 0)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return damage;
        }

        if (start.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b])) return damage;
        return CarHeader.Read(start, out _, out _, out _) == CarStatus.Done
            ? "file is a CAR that is not packed, so its name has to end in .car"
            : $"file {ForeignFile.Describe(start) ?? "is not packed by gzip"}";
    }
}
