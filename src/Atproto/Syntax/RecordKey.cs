using System.Buffers;

namespace Atproto.Syntax;

/// <summary>A record's name inside its collection (https://atproto.com/specs/record-key).</summary>
public readonly record struct RecordKey : ISyntax<RecordKey>
{
    /// <summary>Longest record key, in characters.</summary>
    public const int LengthMax = 512;

    private static readonly SearchValues<byte> KeyBytes = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:~-"u8);

    private readonly string? _text;

    private RecordKey(string? text) => _text = text;

    public static bool IsValid(ReadOnlySpan<byte> text) =>
        text.Length is > 0 and <= LengthMax
        && !text.ContainsAnyExcept(KeyBytes)
        && !(text.Length <= 2 && text[0] == '.' && text[^1] == '.');

    public static bool TryParse(ReadOnlySpan<byte> text, out RecordKey rkey)
    {
        bool valid = Utf8<RecordKey>.TryParse(text, out var bytes);
        rkey = From(bytes);
        return valid;
    }

    public static bool TryParse(ReadOnlySpan<char> text, out RecordKey rkey)
    {
        bool valid = AsciiText.IsValid<RecordKey>(text, LengthMax);
        rkey = valid ? new RecordKey(text.ToString()) : default;
        return valid;
    }

    public static RecordKey From(Utf8<RecordKey> value) => new(AsciiText.ToText(value));

    public override string ToString() => _text ?? "";
}
