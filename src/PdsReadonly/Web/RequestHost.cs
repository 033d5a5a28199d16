using System.Text;
using Atproto.Syntax;

namespace PdsReadonly.Web;

/// <summary>The host name a request was sent to.</summary>
internal static class RequestHost
{
    /// <summary>Longest host name (RFC 1035 §2.3.4).</summary>
    internal const int BytesMax = 253;

    /// <summary>
    /// Reads a Host header: the port is cut off, the rest lower-cased. False for an address and for
    /// whatever else cannot be a handle.
    /// </summary>
    /// <param name="header">The header's value.</param>
    /// <param name="buffer">At least <see cref="BytesMax"/> bytes, for the result.</param>
    /// <param name="host">The name, inside the buffer.</param>
    internal static bool TryRead(
        ReadOnlySpan<byte> header, Span<byte> buffer, out ReadOnlySpan<byte> host)
    {
        host = default;
        int colon = header.IndexOf((byte)':');
        var name = colon < 0 ? header : header[..colon];
        if (name.Length > BytesMax || !Utf8<Handle>.TryParse(name, out _)) return false;
        Ascii.ToLower(name, buffer, out int written);
        host = buffer[..written];
        return true;
    }
}
