using System.Net;
using System.Text;
using Http.Messages;

namespace Http.Connections;

/// <summary>
/// The proxies whose word is taken for where a request comes from (X-Forwarded-For). Each adds to
/// the header the address it was connected from, so it is read from its end, up to the first that
/// is no proxy of ours: what stands before that is whatever the client liked to send.
/// </summary>
internal sealed class TrustedProxies(IReadOnlyList<IPNetwork> networks)
{
    private static ReadOnlySpan<byte> HeaderName => "x-forwarded-for"u8;

    internal bool Contains(IPAddress address)
    {
        for (int index = 0; index < networks.Count; index++)
        {
            if (networks[index].Contains(address)) return true;
        }

        return false;
    }

    /// <summary>
    /// Who sent the request: the peer itself unless that is a trusted proxy, and also where the
    /// proxy's header names no address.
    /// </summary>
    internal IPAddress ClientOf(HttpRequest request, IPAddress peer)
    {
        if (!Contains(peer)) return peer;
        var client = peer;
        for (int line = request.HeaderCount - 1; line >= 0; line--)
        {
            if (!Ascii.EqualsIgnoreCase(request.HeaderName(line), HeaderName)) continue;
            var rest = request.HeaderValue(line);
            while (!rest.IsEmpty)
            {
                int comma = rest.LastIndexOf((byte)',');
                var member = rest[(comma + 1)..].Trim(" \t"u8);
                rest = comma < 0 ? default : rest[..comma];
                if (member.IsEmpty) continue;
                if (!ForwardedAddress.TryParse(member, out var address)) return peer;
                if (!Contains(address)) return address;
                client = address;
            }
        }

        // Proxies all the way: the one farthest from us.
        return client;
    }
}
