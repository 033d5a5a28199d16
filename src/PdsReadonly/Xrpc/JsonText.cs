using System.Globalization;
using System.Text;

namespace PdsReadonly.Xrpc;

/// <summary>
/// JSON strings escaped exactly as JavaScript's JSON.stringify does it (ECMA-262 §25.5.2.3):
/// quotes, backslashes, control characters and lone surrogates, and nothing else.
/// </summary>
internal static class JsonText
{
    /// <summary>What stands between the quotes.</summary>
    internal static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 8);
        for (int i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                escaped.Append(text, i++, 2);
            }
            else
            {
                AppendUnit(escaped, text[i]);
            }
        }

        return escaped.ToString();
    }

    private static void AppendUnit(StringBuilder escaped, char unit)
    {
        switch (unit)
        {
            case '"' or '\\': escaped.Append('\\').Append(unit); break;
            case '\b': escaped.Append("\\b"); break;
            case '\f': escaped.Append("\\f"); break;
            case '\n': escaped.Append("\\n"); break;
            case '\r': escaped.Append("\\r"); break;
            case '\t': escaped.Append("\\t"); break;
            case < ' ' or (>= '\ud800' and <= '\udfff'):
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
                break;
            default: escaped.Append(unit); break;
        }
    }
}
