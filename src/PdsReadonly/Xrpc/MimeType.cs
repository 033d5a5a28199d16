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

    // RFC 9110 §5.6.2.
    private static readonly SearchValues<char> s_token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>The type as bytes for a header: as told, or that of unknown bytes.</summary>
    internal static byte[] ForHeader(string told) =>
        Encoding.ASCII.GetBytes(IsSafe(told) ? told : Unknown);

    /// <summary>token/token, then any number of ;token=token, nothing else.</summary>
    internal static bool IsSafe(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > BytesMax) return false;
        int end = text.IndexOf(';');
        if (!IsPair(end < 0 ? text : text[..end], '/')) return false;
        while (end >= 0)
        {
            text = text[(end + 1)..];
            end = text.IndexOf(';');
            if (!IsPair(end < 0 ? text : text[..end], '=')) return false;
        }

        return true;
    }

    private static bool IsPair(ReadOnlySpan<char> text, char separator)
    {
        int at = text.IndexOf(separator);
        return at > 0 && IsToken(text[..at]) && IsToken(text[(at + 1)..]);
    }

    private static bool IsToken(ReadOnlySpan<char> text) =>
        !text.IsEmpty && !text.ContainsAnyExcept(s_token);
}
