namespace Atproto.Multiformats;

/// <summary>The text form of CIDs of any codec and hash, as requests may name them.</summary>
public static class CidText
{
    /// <summary>
    /// Whether the text is a version 1 CID in canonical lower-case base32: "b", then exactly what
    /// encoding its bytes gives again.
    /// </summary>
    public static bool IsCanonical(ReadOnlySpan<byte> text)
    {
        Span<byte> binary = stackalloc byte[CidBinary.BytesMax];
        return text.Length > 1 && text[0] == 'b'
            && Base32.TryDecode(text[1..], binary, out int written)
            && !CidBinary.IsVersion0(binary[..written])
            && CidBinary.IsWhole(binary[..written]);
    }
}
