using System.Text.Unicode;

namespace Atproto.Car;

/// <summary>
/// Names what a file is instead of a CAR, by how it begins: a saved error message is the commonest,
/// and "cut off" would send its owner to download the same message again.
/// </summary>
public static class ForeignFile
{
    /// <summary>So many bytes of a file, or all of a shorter one, are enough to tell.</summary>
    public const int BytesLookedAt = 512;

    /// <summary>What it is, after "file"; null when that is not to be seen.</summary>
    public static string? Describe(ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty) return "is empty";
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]))
        {
            return "is packed by gzip, so its name has to end in .car.gz";
        }

        if (start.StartsWith("PK\x03\x04"u8) || start.StartsWith("PK\x05\x06"u8))
        {
            return "is a ZIP archive, not a CAR";
        }

        if (start.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]))
        {
            return "is packed by zstd; unpack it first";
        }

        return DescribeText(start[..Math.Min(start.Length, BytesLookedAt)]);
    }

    private static string? DescribeText(ReadOnlySpan<byte> start)
    {
        if (!IsText(start)) return null;
        var text = start.StartsWith("\uFEFF"u8) ? start[3..] : start;
        text = text.TrimStart(" \t\r\n"u8);
        return (text.IsEmpty ? (byte)0 : text[0]) switch
        {
            (byte)'{' or (byte)'[' => "is JSON, maybe a server's error message, not a CAR",
            (byte)'<' => "is HTML or XML, maybe a server's error page, not a CAR",
            _ => "is text, not a CAR",
        };
    }

    // The second byte of a CAR is the head of a map, with which no character begins.
    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2) return false;
        // The last character may have been cut off where the looking ends.
        int cutMax = bytes.Length == BytesLookedAt ? 3 : 0;
        for (int cut = 0; cut <= cutMax; cut++)
        {
            if (Utf8.IsValid(bytes[..^cut])) return !HasControls(bytes[..^cut]);
        }

        return false;
    }

    private static bool HasControls(ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            if (b < 0x20 && b is not ((byte)'\t' or (byte)'\r' or (byte)'\n')) return true;
        }

        return bytes.Contains((byte)0x7f);
    }
}
