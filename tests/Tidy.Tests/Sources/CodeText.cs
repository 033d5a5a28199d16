namespace Tidy.Tests.Sources;

/// <summary>
/// C# with comments and literals blanked out, so that a rule sees code alone. Line breaks stay, so
/// that line numbers hold. What stands in the holes of an interpolated string is blanked too.
/// </summary>
internal static class CodeText
{
    public static string Strip(string text)
    {
        var code = text.ToCharArray();
        int at = 0;
        while (at < text.Length)
        {
            int end = EndOfLiteral(text, at);
            if (end == at)
            {
                at++;
                continue;
            }

            Blank(code.AsSpan(at, end - at));
            at = end;
        }

        return new string(code);
    }

    /// <summary>Where the comment or literal here ends; the place itself if none.</summary>
    private static int EndOfLiteral(string text, int at) => text[at] switch
    {
        '/' when StartsWith(text, at, "//") => Until(text, "\n", at, inclusive: false),
        '/' when StartsWith(text, at, "/*") => Until(text, "*/", at + 2, inclusive: true),
        '\'' => EndOfQuoted(text, at + 1, '\'', escapes: true),
        '"' or '$' or '@' => EndOfString(text, at),
        _ => at,
    };

    private static int EndOfString(string text, int at)
    {
        int quote = at;
        while (quote < text.Length && text[quote] is '$' or '@') quote++;
        if (quote == text.Length || text[quote] != '"') return at;

        var prefix = text.AsSpan(at, quote - at);
        int quotes = Run(text, quote, '"');
        if (quotes >= 3) return Until(text, new string('"', quotes), quote + quotes, true);

        bool escapes = !prefix.Contains('@');
        return prefix.Contains('$')
            ? EndOfInterpolated(text, quote + 1, escapes)
            : EndOfQuoted(text, quote + 1, '"', escapes);
    }

    private static int EndOfQuoted(string text, int at, char quote, bool escapes)
    {
        for (; at < text.Length; at++)
        {
            if (escapes && text[at] == '\\') at++;
            else if (text[at] == quote && !escapes && Run(text, at, quote) > 1) at++;
            else if (text[at] == quote) return at + 1;
        }

        return text.Length;
    }

    private static int EndOfInterpolated(string text, int at, bool escapes)
    {
        int depth = 0;
        while (at < text.Length)
        {
            char c = text[at];
            if (depth > 0)
            {
                int end = EndOfLiteral(text, at);
                depth += c == '{' ? 1 : c == '}' ? -1 : 0;
                at = end > at ? end : at + 1;
                continue;
            }

            bool doubled = Run(text, at, c) > 1;
            if (c == '"' && (escapes || !doubled)) return at + 1;
            if (c == '{' && !doubled) depth = 1;
            bool pair = (escapes && c == '\\') || (c is '{' or '"' && doubled);
            at += pair ? 2 : 1;
        }

        return text.Length;
    }

    private static int Until(string text, string mark, int from, bool inclusive)
    {
        int found = text.IndexOf(mark, Math.Min(from, text.Length), StringComparison.Ordinal);
        if (found < 0) return text.Length;
        return inclusive ? found + mark.Length : found;
    }

    private static int Run(string text, int at, char c)
    {
        int end = at;
        while (end < text.Length && text[end] == c) end++;
        return end - at;
    }

    private static bool StartsWith(string text, int at, string mark) =>
        string.CompareOrdinal(text, at, mark, 0, mark.Length) == 0;

    private static void Blank(Span<char> literal)
    {
        foreach (ref char c in literal)
        {
            if (c != '\n') c = ' ';
        }
    }
}
