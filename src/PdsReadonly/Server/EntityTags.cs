using Atproto.Multiformats;

namespace PdsReadonly.Server;

/// <summary>Entity tags made of CIDs, and If-None-Match (RFC 9110 §8.8.3 and §13.1.2).</summary>
internal static class EntityTags
{
    /// <summary>Length of a tag: a CID between quotes.</summary>
    internal const int Bytes = Cid.TextBytes + 2;

    internal static void Format(in Cid cid, Span<byte> tag)
    {
        tag[0] = (byte)'"';
        cid.FormatTo(tag[1..]);
        tag[Bytes - 1] = (byte)'"';
    }

    /// <summary>
    /// Whether the header's value names the tag. The comparison is weak, as the header asks for;
    /// what is no list of tags names nothing.
    /// </summary>
    internal static bool IsNamedIn(ReadOnlySpan<byte> header, ReadOnlySpan<byte> tag)
    {
        header = header.Trim(" \t"u8);
        if (header.SequenceEqual("*"u8)) return true;
        while (!header.IsEmpty)
        {
            header = header.TrimStart(" \t,"u8);
            if (header.StartsWith("W/"u8)) header = header[2..];
            if (!header.StartsWith("\""u8)) return false;
            int close = header[1..].IndexOf((byte)'"');
            if (close < 0) return false;
            if (header[..(close + 2)].SequenceEqual(tag)) return true;
            header = header[(close + 2)..];
        }

        return false;
    }
}
