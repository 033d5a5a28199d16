using System.Buffers;

namespace Http.Messages;

/// <summary>
/// The character classes of the HTTP grammar (RFC 9110 §5.5 and §5.6.2, RFC 9112 §3.2).
/// </summary>
internal static class HttpBytes
{
    private static readonly SearchValues<byte> s_token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    // HTAB, SP, VCHAR and obs-text: what is left out are the other controls and DEL.
    private static readonly SearchValues<byte> s_fieldValue = SearchValues.Create(
    [
        .. Enumerable.Range(0, 256)
            .Where(value => value == '\t' || (value >= ' ' && value != 0x7F))
            .Select(value => (byte)value),
    ]);

    internal static bool IsToken(ReadOnlySpan<byte> text) =>
        !text.IsEmpty && !text.ContainsAnyExcept(s_token);

    internal static bool IsTokenByte(byte value) => s_token.Contains(value);

    internal static bool IsFieldValue(ReadOnlySpan<byte> text) =>
        !text.ContainsAnyExcept(s_fieldValue);

    internal static bool IsFieldValueByte(byte value) => s_fieldValue.Contains(value);

    /// <summary>
    /// Visible ASCII only. Wider than RFC 3986 (quotes and bars pass, as browsers send them), and
    /// free of everything that could end a line or a word elsewhere.
    /// </summary>
    internal static bool IsTarget(ReadOnlySpan<byte> text) =>
        !text.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E);

    internal static bool IsDigit(byte value) => (uint)(value - '0') <= 9;
}
