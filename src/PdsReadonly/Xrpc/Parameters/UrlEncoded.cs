using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace PdsReadonly.Xrpc.Parameters;

/// <summary>
/// Decodes application/x-www-form-urlencoded text
/// (https://url.spec.whatwg.org/#urlencoded-parsing): plus is a space, an invalid percent escape
/// stands for itself, invalid UTF-8 becomes U+FFFD.
/// </summary>
internal static class UrlEncoded
{
    /// <summary>Scratch bytes that decoding one byte of text takes at most.</summary>
    /// <remarks>One for the decoded byte, three more where it is replaced by U+FFFD.</remarks>
    internal const int ScratchPerByte = 4;

    private static readonly SearchValues<byte> s_plain = SearchValues.Create(
        Enumerable.Range(0, 128).Where(c => c is not ('%' or '+')).Select(c => (byte)c).ToArray());

    /// <summary>Whether the text decodes to itself.</summary>
    internal static bool IsPlain(ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(s_plain);

    /// <summary>
    /// The decoded text: the text itself when it is plain, else in <paramref name="scratch"/>, of
    /// which <paramref name="used"/> bytes were taken.
    /// </summary>
    internal static ReadOnlySpan<byte> Decode(
        ReadOnlySpan<byte> text, Span<byte> scratch, out int used)
    {
        used = 0;
        if (IsPlain(text)) return text;

        used = Unescape(text, scratch);
        var decoded = scratch[..used];
        if (Utf8.IsValid(decoded)) return decoded;

        int length = Replace(decoded, scratch[used..]);
        var replaced = scratch.Slice(used, length);
        used += length;
        return replaced;
    }

    private static int Unescape(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        int written = 0;
        for (int i = 0; i < text.Length; i++)
        {
            byte b = text[i];
            if (b == '+')
            {
                b = (byte)' ';
            }
            else if (b == '%' && i + 2 < text.Length
                && char.IsAsciiHexDigit((char)text[i + 1])
                && char.IsAsciiHexDigit((char)text[i + 2]))
            {
                b = (byte)((HexValue(text[i + 1]) << 4) | HexValue(text[i + 2]));
                i += 2;
            }

            destination[written++] = b;
        }

        return written;
    }

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit & 0xf) + 9;

    private static int Replace(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        int written = 0;
        while (!text.IsEmpty)
        {
            // An invalid sequence gives U+FFFD here, and says how much of the text it was.
            Rune.DecodeFromUtf8(text, out var rune, out int consumed);
            written += rune.EncodeToUtf8(destination[written..]);
            text = text[consumed..];
        }

        return written;
    }
}
