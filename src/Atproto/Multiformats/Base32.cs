using System.Buffers.Binary;

namespace Atproto.Multiformats;

/// <summary>Lower-case RFC 4648 base32 without padding, the form atproto's CIDs use.</summary>
public static class Base32
{
    private static ReadOnlySpan<byte> Alphabet => "abcdefghijklmnopqrstuvwxyz234567"u8;

    /// <summary>How many characters so many bytes take.</summary>
    public static int EncodedLength(int byteCount) => ((byteCount * 8) + 4) / 5;

    /// <summary>
    /// Fills <paramref name="destination"/>, which has exactly the encoded length.
    /// </summary>
    public static void Encode(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int at = 0;
        // Five bytes are eight characters: a page of records is written with some hundred CIDs.
        for (; source.Length >= 5; source = source[5..], at += 8)
        {
            ulong group = ((ulong)BinaryPrimitives.ReadUInt32BigEndian(source) << 8) | source[4];
            var eight = destination.Slice(at, 8);
            for (int i = 7; i >= 0; i--)
            {
                eight[i] = Alphabet[(int)group & 31];
                group >>= 5;
            }
        }

        int bits = 0;
        uint pending = 0;
        foreach (byte b in source)
        {
            pending = (pending << 8) | b;
            bits += 8;
            while (bits >= 5)
            {
                bits -= 5;
                destination[at++] = Alphabet[(int)(pending >> bits) & 31];
            }
        }

        if (bits > 0) destination[at] = Alphabet[(int)(pending << (5 - bits)) & 31];
    }

    /// <summary>
    /// Decodes canonical text only: a wrong character, a length no encoder produces, or bits set
    /// after the last byte are refused, and so is output that does not fit.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> destination, out int written)
    {
        written = 0;
        int byteCount = text.Length * 5 / 8;
        if (EncodedLength(byteCount) != text.Length || byteCount > destination.Length) return false;

        int bits = 0;
        uint pending = 0;
        foreach (byte c in text)
        {
            int value = c switch
            {
                >= (byte)'a' and <= (byte)'z' => c - 'a',
                >= (byte)'2' and <= (byte)'7' => c - '2' + 26,
                _ => -1,
            };
            if (value < 0) return false;
            pending = (pending << 5) | (uint)value;
            bits += 5;
            if (bits < 8) continue;
            bits -= 8;
            destination[written++] = (byte)(pending >> bits);
        }

        return (pending & ((1u << bits) - 1)) == 0;
    }
}
