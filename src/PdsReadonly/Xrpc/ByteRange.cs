using System.Text;

namespace PdsReadonly.Xrpc;

/// <summary>What a Range header asks of a body whose length is known (RFC 9110 §14).</summary>
internal enum RangeVerdict
{
    /// <summary>No range, several, another unit, or malformed: the whole body is sent.</summary>
    Whole,

    /// <summary>One range that can be sent.</summary>
    Part,

    /// <summary>It begins behind the end: 416.</summary>
    Unsatisfiable,
}

/// <summary>One range of bytes.</summary>
internal readonly record struct ByteRange(long Offset, long Length)
{
    private static ReadOnlySpan<byte> Unit => "bytes="u8;

    /// <summary>
    /// A position beyond all that a long can hold is beyond the end; several ranges are more than
    /// we are asked to send (RFC 9110 §14.2), and get the whole.
    /// </summary>
    internal static RangeVerdict Read(
        ReadOnlySpan<byte> header, long bodyLength, out ByteRange range)
    {
        range = new ByteRange(0, bodyLength);
        if (header.Length < Unit.Length) return RangeVerdict.Whole;
        if (!Ascii.EqualsIgnoreCase(header[..Unit.Length], Unit)) return RangeVerdict.Whole;
        var spec = header[Unit.Length..].Trim(" \t"u8);
        int dash = spec.IndexOf((byte)'-');
        if (dash < 0) return RangeVerdict.Whole;
        var firstText = spec[..dash];
        var lastText = spec[(dash + 1)..];
        if (firstText.IsEmpty) return Suffix(lastText, bodyLength, out range);
        if (!TryReadNumber(firstText, out long first)) return RangeVerdict.Whole;
        long last = long.MaxValue;
        if (!lastText.IsEmpty && !TryReadNumber(lastText, out last)) return RangeVerdict.Whole;
        if (last < first) return RangeVerdict.Whole;
        if (first >= bodyLength) return RangeVerdict.Unsatisfiable;
        range = new ByteRange(first, Math.Min(last, bodyLength - 1) - first + 1);
        return RangeVerdict.Part;
    }

    private static RangeVerdict Suffix(
        ReadOnlySpan<byte> text, long bodyLength, out ByteRange range)
    {
        range = new ByteRange(0, bodyLength);
        if (!TryReadNumber(text, out long count)) return RangeVerdict.Whole;
        if (count == 0 || bodyLength == 0) return RangeVerdict.Unsatisfiable;
        count = Math.Min(count, bodyLength);
        range = new ByteRange(bodyLength - count, count);
        return RangeVerdict.Part;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        foreach (byte digit in text)
        {
            if (!char.IsAsciiDigit((char)digit)) return false;
            bool fits = value <= (long.MaxValue - (digit - '0')) / 10;
            value = fits ? (value * 10) + (digit - '0') : long.MaxValue;
        }

        return !text.IsEmpty;
    }
}
