namespace Atproto.Syntax;

/// <summary>
/// A namespaced identifier (https://atproto.com/specs/nsid): the name of a collection or a method.
/// Case is kept. The separate limit of 253 on the authority is not checked, as in the published
/// pattern.
/// </summary>
public readonly record struct Nsid : ISyntax<Nsid>
{
    /// <summary>Longest NSID, in characters.</summary>
    public const int LengthMax = 317;

    private const int SegmentLengthMax = 63;
    private const int SegmentCountMin = 3;

    private readonly string? _text;

    private Nsid(string? text) => _text = text;

    /// <summary>
    /// One pass without a table of segments: every record of a repo goes through it.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > LengthMax || !AsciiText.IsLetter(text[0])) return false;

        int segmentCount = 1;
        int start = 0;
        bool hasHyphen = false;
        for (int i = 0; i < text.Length; i++)
        {
            byte c = text[i];
            if (AsciiText.IsLetterOrDigit(c)) continue;
            if (c == '-')
            {
                if (i == start) return false;
                hasHyphen = true;
                continue;
            }

            if (c != '.' || i == start || text[i - 1] == '-') return false;
            if (i - start > SegmentLengthMax) return false;
            segmentCount++;
            start = i + 1;
            hasHyphen = false;
        }

        // The last segment is the name: a letter, then letters and digits.
        return segmentCount >= SegmentCountMin && !hasHyphen
            && text.Length > start && text.Length - start <= SegmentLengthMax
            && AsciiText.IsLetter(text[start]);
    }

    /// <summary>
    /// Whether a valid one is in its normal form: its authority, all but the name, in lower case.
    /// </summary>
    public static bool IsNormalized(ReadOnlySpan<byte> nsid) =>
        !nsid[..Math.Max(0, nsid.LastIndexOf((byte)'.'))].ContainsAnyInRange((byte)'A', (byte)'Z');

    public static bool TryParse(ReadOnlySpan<byte> text, out Nsid nsid)
    {
        bool valid = Utf8<Nsid>.TryParse(text, out var bytes);
        nsid = From(bytes);
        return valid;
    }

    public static bool TryParse(ReadOnlySpan<char> text, out Nsid nsid)
    {
        bool valid = AsciiText.IsValid<Nsid>(text, LengthMax);
        nsid = valid ? new Nsid(text.ToString()) : default;
        return valid;
    }

    public static Nsid From(Utf8<Nsid> value) => new(AsciiText.ToText(value));

    public override string ToString() => _text ?? "";
}
