using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;

namespace Http.Messages;

/// <summary>
/// One address of X-Forwarded-For, which no standard defines: IPv4 in four decimal parts or IPv6,
/// the latter also in brackets, and a port behind either is dropped.
/// </summary>
internal static class ForwardedAddress
{
    // Longer than any IPv6 address with brackets and port.
    private const int BytesMax = 64;

    internal static bool TryParse(
        ReadOnlySpan<byte> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (text.Length > BytesMax || !TryCutPort(text, out var host)) return false;
        if (!IsLiteral(host)) return false;
        Span<char> chars = stackalloc char[BytesMax];
        int count = Encoding.ASCII.GetChars(host, chars);
        if (!IPAddress.TryParse(chars[..count], out address)) return false;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return true;
    }

    private static bool TryCutPort(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> host)
    {
        host = text;
        int end = text.Length;
        if (text is [(byte)'[', ..])
        {
            int close = text.IndexOf((byte)']');
            if (close < 0) return false;
            host = text[1..close];
            if (!host.Contains((byte)':')) return false;
            end = close + 1;
        }
        else if (text.Count((byte)':') == 1)
        {
            end = text.IndexOf((byte)':');
            host = text[..end];
        }

        var port = text[end..];
        return port.IsEmpty
            || (port.Length > 1 && port[0] == ':' && !port[1..].ContainsAnyExceptInRange(
                (byte)'0', (byte)'9'));
    }

    // The platform's parser also takes "1", "0x7f.1" and zones.
    private static bool IsLiteral(ReadOnlySpan<byte> host)
    {
        bool isVersion6 = host.Contains((byte)':');
        foreach (byte value in host)
        {
            bool allowed = HttpBytes.IsDigit(value) || value == '.'
                || (isVersion6 && (value == ':' || char.IsAsciiHexDigit((char)value)));
            if (!allowed) return false;
        }

        return isVersion6 || host.Count((byte)'.') == 3;
    }
}
