namespace Atproto.Multiformats;

/// <summary>The text form of CIDs of any codec and hash, as requests and records may name them.</summary>
public static class CidText
{
    /// <summary>Longest binary CID looked at (https://atproto.com/specs/data-model).</summary>
    public const int BinaryBytesMax = 100;

    /// <summary>
    /// Whether the text is a version 1 CID in canonical lower-case base32: "b", then exactly what
    /// encoding its bytes gives again.
    /// </summary>
    public static bool IsCanonical(ReadOnlySpan<byte> text)
    {
        Span<byte> binary = stackalloc byte[BinaryBytesMax];
        return text.Length > 1 && text[0] == 'b'
            && Base32.TryDecode(text[1..], binary, out int written)
            && IsVersion1(binary[..written]);
    }

    /// <summary>Version 1, a codec, a hash code, and exactly as many digest bytes as announced.</summary>
    public static bool IsVersion1(ReadOnlySpan<byte> binary)
    {
        if (!Varint.TryRead(binary, out ulong version, out int used) || version != 1) return false;
        binary = binary[used..];
        if (!Varint.TryRead(binary, out _, out used)) return false;
        binary = binary[used..];
        if (!Varint.TryRead(binary, out _, out used)) return false;
        binary = binary[used..];
        if (!Varint.TryRead(binary, out ulong digestBytes, out used)) return false;
        return (ulong)(binary.Length - used) == digestBytes;
    }
}
