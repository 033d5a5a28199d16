using System.Buffers;
using Atproto.Syntax;

namespace PdsReadonly.Upstream;

/// <summary>Where a DID's document is to be found (https://atproto.com/specs/did).</summary>
internal static class DocumentAddress
{
    private const string PlcPrefix = "did:plc:";
    private const string WebPrefix = "did:web:";
    private const string EncodedColon = "%3A";
    private const string Localhost = "localhost";
    private const int PlcIdentifierLength = 24;

    private static readonly SearchValues<char> s_base32 =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz234567");

    /// <summary>
    /// Null for other methods, and for what atproto does not allow of these: did:web with a path
    /// or with other escapes than that of a port, and localhost unless that is allowed.
    /// </summary>
    internal static Uri? Of(Did did, Uri plc, bool allowLocal)
    {
        string text = did.ToString();
        if (text.StartsWith(PlcPrefix, StringComparison.Ordinal))
        {
            var identifier = text.AsSpan(PlcPrefix.Length);
            bool isPlc = identifier.Length == PlcIdentifierLength
                && !identifier.ContainsAnyExcept(s_base32);
            return isPlc ? new Uri($"{plc.AbsoluteUri.TrimEnd('/')}/{text}") : null;
        }

        return text.StartsWith(WebPrefix, StringComparison.Ordinal)
            ? OfWeb(text[WebPrefix.Length..], allowLocal)
            : null;
    }

    private static Uri? OfWeb(string host, bool allowLocal)
    {
        string port = "";
        int colon = host.IndexOf(EncodedColon, StringComparison.OrdinalIgnoreCase);
        if (colon >= 0)
        {
            port = host[(colon + EncodedColon.Length)..];
            host = host[..colon];
            bool isPort = port.Length is > 0 and <= 5 && port.All(char.IsAsciiDigit)
                && int.Parse(port, System.Globalization.CultureInfo.InvariantCulture)
                    is > 0 and <= ushort.MaxValue;
            if (!isPort) return null;
            port = ":" + port;
        }

        bool isLocal = string.Equals(host, Localhost, StringComparison.OrdinalIgnoreCase);
        // A handle is a host name with a dot, and no address.
        if (isLocal ? !allowLocal : !Handle.TryParse(host, out _)) return null;
        string origin = $"{(isLocal ? "http" : "https")}://{host}{port}";
        return Uri.TryCreate(origin + "/.well-known/did.json", UriKind.Absolute, out var address)
            ? address
            : null;
    }
}
