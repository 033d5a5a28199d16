using Atproto.Syntax;

namespace Atproto.Identity;

/// <summary>
/// How atproto reads the general parts of an identity (https://atproto.com/specs/did).
/// </summary>
internal static class AtprotoAlias
{
    internal const string PdsServiceType = "AtprotoPersonalDataServer";

    private const string Scheme = "at://";

    /// <summary>The first alias that is at:// and a handle; others are passed over.</summary>
    internal static Handle? FindHandle(IEnumerable<string> aliases)
    {
        foreach (var alias in aliases)
        {
            if (alias.StartsWith(Scheme, StringComparison.Ordinal)
                && Handle.TryParse(alias.AsSpan(Scheme.Length), out var handle))
            {
                return handle;
            }
        }

        return null;
    }

    /// <summary>
    /// The URL without a slash at the end; null when it is more than scheme, host and port.
    /// </summary>
    internal static string? ToPdsEndpoint(string? url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri)) return null;
        bool isPlain = uri.Scheme is "https" or "http"
            && uri.AbsolutePath == "/" && uri.UserInfo.Length == 0
            && !url.AsSpan().ContainsAny('?', '#');
        return isPlain ? uri.GetLeftPart(UriPartial.Authority) : null;
    }

    /// <summary>The host of such a URL, without its port, in lower case.</summary>
    internal static string? HostOf(string? endpoint) =>
        Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) ? uri.IdnHost : null;
}
