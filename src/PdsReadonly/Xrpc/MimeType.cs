using System.Buffers;
using System.Text;

namespace PdsReadonly.Xrpc;

/// <summary>
/// Whether a record's word for a blob's type may stand in a header: only then is it sent.
/// </summary>
internal static class MimeType
{
    internal const string Unknown = "application/octet-stream";

    private const int BytesMax = 127;
    private const string Blanks = " \t";

    // RFC 9110 §5.6.2.
    private static readonly SearchValues<char> s_token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>The type as bytes for a header: as told, or that of unknown bytes.</summary>
    internal static byte[] ForHeader(string told) =>
        Encoding.ASCII.GetBytes(IsSafe(told) ? told : Unknown);

    /// <summary>
    /// A media type (RFC 9110 §8.3.1): token/token, then any number of parameters, whose values are
    /// tokens or quoted, with blanks around each semicolon.
    /// </summary>
    internal static bool IsSafe(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > BytesMax) return false;
        if (!TryTakeToken(ref text) || !TryTake(ref text, '/') || !TryTakeToken(ref text))
        {
            return false;
        }

        while (!text.IsEmpty)
        {
            text = text.TrimStart(Blanks);
            if (!TryTake(ref text, ';')) return false;
            text = text.TrimStart(Blanks);
            if (!TryTakeToken(ref text) || !TryTake(ref text, '=')) return false;
            if (!TryTakeToken(ref text) && !TryTakeQuoted(ref text)) return false;
        }

        return true;
    }

    private static bool TryTake(ref ReadOnlySpan<char> text, char wanted)
    {
        if (!text.StartsWith(wanted)) return false;
        text = text[1..];
        return true;
    }

    private static bool TryTakeToken(ref ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAnyExcept(s_token);
        if (end < 0) end = text.Length;
        text = text[end..];
        return end > 0;
    }

    // RFC 9110 §5.6.4, without what is not ASCII; a backslash takes the meaning from the next.
    private static bool TryTakeQuoted(ref ReadOnlySpan<char> text)
    {
        if (!TryTake(ref text, '"')) return false;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                text = text[(i + 1)..];
                return true;
            }

            if (text[i] == '\\') i++;
            if (i == text.Length || !IsPlain(text[i])) return false;
        }

        return false;
    }

    private static bool IsPlain(char c) => c is '\t' or (>= ' ' and <= '~');
}
