namespace Http.Messages;

/// <summary>The grammar of a host with an optional port (RFC 3986 §3.2.2, RFC 9110 §7.2).</summary>
internal static class HostAuthority
{
    private const int PortMax = 65_535;

    /// <summary>User information ("name@") is refused, as RFC 9110 §4.2.4 advises.</summary>
    internal static bool IsValid(ReadOnlySpan<byte> text)
    {
        int hostLength = text is [(byte)'[', ..] ? LiteralLength(text) : NameLength(text);
        if (hostLength <= 0) return false;
        var rest = text[hostLength..];
        return rest.IsEmpty || (rest[0] == ':' && IsPort(rest[1..]));
    }

    private static int NameLength(ReadOnlySpan<byte> text)
    {
        int index = 0;
        while (index < text.Length && text[index] != ':')
        {
            if (text[index] == '%')
            {
                if (text.Length - index < 3 || !char.IsAsciiHexDigit((char)text[index + 1])
                    || !char.IsAsciiHexDigit((char)text[index + 2]))
                {
                    return -1;
                }

                index += 3;
            }
            else if (IsNameByte(text[index]))
            {
                index++;
            }
            else
            {
                return -1;
            }
        }

        return index;
    }

    /// <summary>
    /// Length of "[…]" with both brackets; -1 when it does not close or is empty.
    /// </summary>
    private static int LiteralLength(ReadOnlySpan<byte> text)
    {
        int close = text.IndexOf((byte)']');
        if (close <= 1) return -1;
        var inside = text[1..close];
        bool future = inside[0] is (byte)'v' or (byte)'V';
        foreach (byte value in inside)
        {
            bool allowed = future
                ? IsNameByte(value) || value == ':'
                : char.IsAsciiHexDigit((char)value) || value is (byte)':' or (byte)'.';
            if (!allowed) return -1;
        }

        return close + 1;
    }

    private static bool IsPort(ReadOnlySpan<byte> digits)
    {
        int port = 0;
        foreach (byte digit in digits)
        {
            if (!HttpBytes.IsDigit(digit)) return false;
            port = (port * 10) + (digit - '0');
            if (port > PortMax) return false;
        }

        return true;
    }

    // unreserved and sub-delims
    private static bool IsNameByte(byte value) =>
        char.IsAsciiLetterOrDigit((char)value) || "-._~!$&'()*+,;="u8.Contains(value);
}
