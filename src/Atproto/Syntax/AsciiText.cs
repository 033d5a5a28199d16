using System.Buffers;
using System.Text;

namespace Atproto.Syntax;

/// <summary>
/// What the identifiers share: all of them are ASCII, and short enough for the stack.
/// </summary>
internal static class AsciiText
{
    /// <summary>Checks UTF-16 text by the rules <typeparamref name="T"/> has for bytes.</summary>
    internal static bool IsValid<T>(ReadOnlySpan<char> text, int lengthMax)
        where T : ISyntax<T>
    {
        if (text.Length > lengthMax) return false;
        Span<byte> bytes = stackalloc byte[text.Length];
        return Ascii.FromUtf16(text, bytes, out _) == OperationStatus.Done
            && T.IsValid(bytes);
    }

    /// <summary>The string of text that has passed its check; null for a default value.</summary>
    internal static string? ToText<T>(Utf8<T> value)
        where T : ISyntax<T> =>
        value.Bytes.IsEmpty ? null : Encoding.ASCII.GetString(value.Bytes);

    internal static bool IsLetterOrDigit(byte c) => char.IsAsciiLetterOrDigit((char)c);

    internal static bool IsLetter(byte c) => char.IsAsciiLetter((char)c);

    /// <summary>
    /// A DNS label: 1 to 63 letters, digits and hyphens, no hyphen at either end (RFC 1035 §2.3.1,
    /// digits in front allowed).
    /// </summary>
    internal static bool IsLabel(ReadOnlySpan<byte> label)
    {
        if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-') return false;
        foreach (byte c in label)
        {
            if (!IsLetterOrDigit(c) && c != '-') return false;
        }

        return true;
    }
}
