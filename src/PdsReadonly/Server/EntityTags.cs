using Atproto.Multiformats;
using Http.Connections;

namespace PdsReadonly.Server;

/// <summary>Entity tags made of CIDs, and If-None-Match (RFC 9110 §8.8.3 and §13.1.2).</summary>
internal static class EntityTags
{
    /// <summary>Length of the longer form: W/, and a CID between quotes.</summary>
    internal const int BytesMax = Cid.TextBytes + 4;

    private static ReadOnlySpan<byte> WeakMark => "W/"u8;

    /// <summary>Writes the tag into <paramref name="buffer"/> and gives the part used.</summary>
    internal static ReadOnlySpan<byte> Format(in Cid cid, bool isWeak, Span<byte> buffer)
    {
        int start = 0;
        if (isWeak)
        {
            WeakMark.CopyTo(buffer);
            start = WeakMark.Length;
        }

        buffer[start] = (byte)'"';
        cid.FormatTo(buffer[(start + 1)..]);
        int end = start + 1 + Cid.TextBytes;
        buffer[end] = (byte)'"';
        return buffer[..(end + 1)];
    }

    /// <summary>Whether a line of If-None-Match names the tag.</summary>
    internal static bool IsNamedBy(HttpRequest request, ReadOnlySpan<byte> tag)
    {
        int line = -1;
        while ((line = request.FindHeader("if-none-match"u8, line + 1)) >= 0)
        {
            if (IsNamedIn(request.HeaderValue(line), tag)) return true;
        }

        return false;
    }

    /// <summary>
    /// Whether the header's value names the tag. The comparison is weak, as the header asks for;
    /// what is no list of tags names nothing.
    /// </summary>
    internal static bool IsNamedIn(ReadOnlySpan<byte> header, ReadOnlySpan<byte> tag)
    {
        header = header.Trim(" \t"u8);
        if (header.SequenceEqual("*"u8)) return true;
        tag = Opaque(tag);
        while (!header.IsEmpty)
        {
            header = Opaque(header.TrimStart(" \t,"u8));
            if (!header.StartsWith("\""u8)) return false;
            int close = header[1..].IndexOf((byte)'"');
            if (close < 0) return false;
            if (header[..(close + 2)].SequenceEqual(tag)) return true;
            header = header[(close + 2)..];
        }

        return false;
    }

    private static ReadOnlySpan<byte> Opaque(ReadOnlySpan<byte> tag) =>
        tag.StartsWith(WeakMark) ? tag[WeakMark.Length..] : tag;
}
