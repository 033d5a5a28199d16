namespace Atproto.Syntax;

/// <summary>
/// An AT-URI in the restricted form that lexicons use (https://atproto.com/specs/at-uri-scheme):
/// <c>at://authority[/collection[/rkey]]</c>, without query, fragment, escapes or a slash at the
/// end. The text is kept as it was.
/// </summary>
public readonly record struct AtUri : ISyntax<AtUri>
{
    /// <summary>Longest AT-URI, in characters.</summary>
    public const int LengthMax = 8192;

    private const string Scheme = "at://";

    private readonly string? _text;

    private AtUri(string? text) => _text = text;

    /// <summary>The account: its handle in lower case, or its DID.</summary>
    public AtIdentifier Authority =>
        AtIdentifier.TryParse(Part(0), out var authority) ? authority : default;

    public Nsid? Collection => Nsid.TryParse(Part(1), out var collection) ? collection : null;

    public RecordKey? RecordKey => Syntax.RecordKey.TryParse(Part(2), out var rkey) ? rkey : null;

    public static bool IsValid(ReadOnlySpan<byte> text)
    {
        if (text.Length > LengthMax || !text.StartsWith("at://"u8)) return false;
        var rest = text[Scheme.Length..];
        int slash = rest.IndexOf((byte)'/');
        if (slash < 0) return AtIdentifier.IsValid(rest);
        if (!AtIdentifier.IsValid(rest[..slash])) return false;

        rest = rest[(slash + 1)..];
        slash = rest.IndexOf((byte)'/');
        if (slash < 0) return Nsid.IsValid(rest);
        return Nsid.IsValid(rest[..slash]) && Syntax.RecordKey.IsValid(rest[(slash + 1)..]);
    }

    public static bool TryParse(ReadOnlySpan<byte> text, out AtUri uri)
    {
        bool valid = Utf8<AtUri>.TryParse(text, out var bytes);
        uri = From(bytes);
        return valid;
    }

    public static bool TryParse(ReadOnlySpan<char> text, out AtUri uri)
    {
        bool valid = AsciiText.IsValid<AtUri>(text, LengthMax);
        uri = valid ? new AtUri(text.ToString()) : default;
        return valid;
    }

    public static AtUri From(Utf8<AtUri> value) => new(AsciiText.ToText(value));

    public override string ToString() => _text ?? "";

    /// <summary>The part of that number between slashes; empty when there is none.</summary>
    private ReadOnlySpan<char> Part(int index)
    {
        var rest = _text is null ? default : _text.AsSpan(Scheme.Length);
        for (; index > 0; index--)
        {
            int slash = rest.IndexOf('/');
            rest = slash < 0 ? default : rest[(slash + 1)..];
        }

        int end = rest.IndexOf('/');
        return end < 0 ? rest : rest[..end];
    }
}
