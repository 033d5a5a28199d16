namespace Atproto.Syntax;

/// <summary>
/// A handle (https://atproto.com/specs/handle), normalised to lower case when made. Reserved
/// top-level domains such as .test and .invalid are valid syntax; whether one resolves is another
/// question.
/// </summary>
public readonly record struct Handle : ISyntax<Handle>
{
    /// <summary>Longest handle, in characters.</summary>
    public const int LengthMax = 253;

    private readonly string? _text;

    private Handle(string? text) => _text = text?.ToLowerInvariant();

    /// <summary>What stands in for the handle of an account that has no valid one.</summary>
    public static Handle Invalid { get; } = new("handle.invalid");

    public static bool IsValid(ReadOnlySpan<byte> text)
    {
        if (text.Length > LengthMax) return false;
        int lastDot = text.LastIndexOf((byte)'.');
        if (lastDot < 0) return false;

        var topLevel = text[(lastDot + 1)..];
        // A digit in front would let an IPv4 address pass.
        if (!AsciiText.IsLabel(topLevel) || !AsciiText.IsLetter(topLevel[0])) return false;

        var rest = text[..lastDot];
        for (int dot = rest.IndexOf((byte)'.'); dot >= 0; dot = rest.IndexOf((byte)'.'))
        {
            if (!AsciiText.IsLabel(rest[..dot])) return false;
            rest = rest[(dot + 1)..];
        }

        return AsciiText.IsLabel(rest);
    }

    public static bool TryParse(ReadOnlySpan<byte> text, out Handle handle)
    {
        bool valid = Utf8<Handle>.TryParse(text, out var bytes);
        handle = From(bytes);
        return valid;
    }

    public static bool TryParse(ReadOnlySpan<char> text, out Handle handle)
    {
        bool valid = AsciiText.IsValid<Handle>(text, LengthMax);
        handle = valid ? new Handle(text.ToString()) : default;
        return valid;
    }

    public static Handle From(Utf8<Handle> value) => new(AsciiText.ToText(value));

    public override string ToString() => _text ?? "";
}
