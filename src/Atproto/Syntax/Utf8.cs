using System.Text;

namespace Atproto.Syntax;

/// <summary>
/// Bytes that passed the syntax check of <typeparamref name="T"/>. It borrows its memory, usually a
/// request's, so a hot path checks an identifier without making an object of it.
/// </summary>
public readonly ref struct Utf8<T>
    where T : ISyntax<T>
{
    private Utf8(ReadOnlySpan<byte> bytes) => Bytes = bytes;

    /// <summary>The checked text; empty only in a default value.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>
    /// False, and an empty value, when the text is not a <typeparamref name="T"/>.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out Utf8<T> value)
    {
        bool valid = T.IsValid(text);
        value = valid ? new Utf8<T>(text) : default;
        return valid;
    }

    public override string ToString() => Encoding.UTF8.GetString(Bytes);
}
