using System.Buffers;

namespace Atproto.Syntax;

/// <summary>
/// A DID that passed atproto's syntax check (https://atproto.com/specs/did). Any method is
/// accepted; case is kept and matters; percent escapes are not looked into.
/// </summary>
public readonly record struct Did : ISyntax<Did>
{
    /// <summary>Longest DID, in characters.</summary>
    public const int LengthMax = 2048;

    private static readonly SearchValues<byte> IdentifierBytes = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:%-"u8);

    private readonly string? _text;

    private Did(string? text) => _text = text;

    public static bool IsValid(ReadOnlySpan<byte> text)
    {
        if (text.Length > LengthMax || !text.StartsWith("did:"u8)) return false;
        var rest = text[4..];
        int methodLength = rest.IndexOf((byte)':');
        if (methodLength <= 0) return false;
        var method = rest[..methodLength];
        if (method.ContainsAnyExceptInRange((byte)'a', (byte)'z')) return false;

        var identifier = rest[(methodLength + 1)..];
        return !identifier.IsEmpty
            && identifier[^1] is not ((byte)':' or (byte)'%')
            && !identifier.ContainsAnyExcept(IdentifierBytes);
    }

    public static bool TryParse(ReadOnlySpan<byte> text, out Did did)
    {
        bool valid = Utf8<Did>.TryParse(text, out var bytes);
        did = From(bytes);
        return valid;
    }

    public static bool TryParse(ReadOnlySpan<char> text, out Did did)
    {
        bool valid = AsciiText.IsValid<Did>(text, LengthMax);
        did = valid ? new Did(text.ToString()) : default;
        return valid;
    }

    public static Did From(Utf8<Did> value) => new(AsciiText.ToText(value));

    public override string ToString() => _text ?? "";
}
