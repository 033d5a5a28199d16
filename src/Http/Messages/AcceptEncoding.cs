using System.Text;

namespace Http.Messages;

/// <summary>
/// What a client's Accept-Encoding lines (RFC 9110 §12.5.3) say of gzip. Members that are malformed
/// count as absent; identity is always to be had from us, also where a client refuses it.
/// </summary>
public struct AcceptEncoding
{
    // Weights in thousandths; what no line names has none.
    private const int WeightMax = 1000;

    private int? _gzip;
    private int? _identity;
    private int? _any;

    /// <summary>
    /// Whether gzip is acceptable, and at least as welcome as the content as it is.
    /// </summary>
    public readonly bool PrefersGzip =>
        (_gzip ?? _any ?? 0) is var weight && weight > 0 && weight >= (_identity ?? 0);

    /// <summary>Takes one header line's value in; several lines are one list.</summary>
    public void Add(ReadOnlySpan<byte> value)
    {
        foreach (var range in value.Split((byte)','))
        {
            var member = value[range];
            int mark = member.IndexOf((byte)';');
            var coding = (mark < 0 ? member : member[..mark]).Trim(" \t"u8);
            int weight = mark < 0 ? WeightMax : ReadWeight(member[(mark + 1)..].Trim(" \t"u8));
            if (weight < 0) continue;
            // The older name is to be taken for the newer one (RFC 9110 §8.4.1.3).
            if (Ascii.EqualsIgnoreCase(coding, "gzip"u8)) _gzip = weight;
            else if (Ascii.EqualsIgnoreCase(coding, "x-gzip"u8)) _gzip ??= weight;
            else if (Ascii.EqualsIgnoreCase(coding, "identity"u8)) _identity = weight;
            else if (coding.SequenceEqual("*"u8)) _any = weight;
        }
    }

    /// <summary>"q=" and 0 to 1 with up to three decimals (RFC 9110 §12.4.2); else -1.</summary>
    private static int ReadWeight(ReadOnlySpan<byte> text)
    {
        if (text.Length is < 3 or > 7 || text[0] is not ((byte)'q' or (byte)'Q')) return -1;
        if (text[1] != '=' || text[2] is not ((byte)'0' or (byte)'1')) return -1;
        int weight = (text[2] - '0') * WeightMax;
        var decimals = text[3..];
        if (decimals.IsEmpty) return weight;
        if (decimals[0] != '.') return -1;
        int unit = WeightMax / 10;
        foreach (byte digit in decimals[1..])
        {
            if (!HttpBytes.IsDigit(digit)) return -1;
            weight += (digit - '0') * unit;
            unit /= 10;
        }

        return weight <= WeightMax ? weight : -1;
    }
}
