using System.Globalization;
using System.Text;

namespace Atproto.Syntax;

/// <summary>
/// Makes text from outside fit for a line of a log or a terminal: error messages of hosts, names of
/// files, collections as a repo spells them. What could end the line, move the cursor, change the
/// direction of writing or start a control sequence is written as an escape, and what is too long
/// is cut.
/// </summary>
public static class PrintableText
{
    /// <summary>Characters of a text that is cut unless the caller says otherwise.</summary>
    public const int CharsMax = 500;

    private const char Cut = '…';

    /// <summary>The text itself where nothing in it has to be escaped or cut.</summary>
    public static string Of(string text, int charsMax = CharsMax)
    {
        ArgumentNullException.ThrowIfNull(text);
        bool isWhole = text.Length <= charsMax;
        var shown = isWhole ? text.AsSpan() : text.AsSpan(0, charsMax);
        if (isWhole && IsPlain(shown)) return text;
        var printable = new StringBuilder(shown.Length);
        foreach (var rune in shown.EnumerateRunes())
        {
            // An unpaired surrogate comes as the replacement character, which is harmless.
            if (IsHarmless(rune)) printable.Append(rune.ToString());
            else printable.Append("\\u{").Append(Hex(rune)).Append('}');
        }

        return isWhole ? printable.ToString() : printable.Append(Cut).ToString();
    }

    private static string Hex(Rune rune) =>
        rune.Value.ToString("x", CultureInfo.InvariantCulture);

    private static bool IsPlain(ReadOnlySpan<char> text)
    {
        foreach (char each in text)
        {
            if (char.IsSurrogate(each) || !IsHarmless(new Rune(each))) return false;
        }

        return true;
    }

    // Control characters of ASCII and Latin-1; what gives no sign of its own, such as marks of
    // direction; separators of lines and paragraphs.
    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
