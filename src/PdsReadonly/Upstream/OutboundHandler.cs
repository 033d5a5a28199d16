using System.Net;
using System.Net.Http;
using System.Net.Sockets;

namespace PdsReadonly.Upstream;

/// <summary>
/// The way out: connects to public addresses alone, unless told otherwise, and follows no
/// redirect. The address judged is the one connected to, so that a name that changes its mind
/// between two look-ups gains nothing.
/// </summary>
internal static class OutboundHandler
{
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_connectionLifetime = TimeSpan.FromMinutes(10);

    internal static SocketsHttpHandler Create(bool allowPrivate) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // A proxy would connect in our place, to addresses that nobody judged.
        UseProxy = false,
        // No AutomaticDecompression is the default, and naming it would link every unpacker in: see
        // PackedBody for what comes unasked.
        ConnectTimeout = s_connectTimeout,
        // Names lead elsewhere in time.
        PooledConnectionLifetime = s_connectionLifetime,
        ConnectCallback = (context, cancellation) =>
            ConnectAsync(context.DnsEndPoint, allowPrivate, cancellation),
    };

    private static async ValueTask<Stream> ConnectAsync(
        DnsEndPoint host, bool allowPrivate, CancellationToken cancellation)
    {
        var addresses = await HostAddresses.FindAsync(host.Host, cancellation);
        var allowed = Array.FindAll(
            addresses, address => allowPrivate || PublicAddress.IsPublic(address));
        if (allowed.Length == 0)
        {
            throw new HttpRequestException($"{host.Host} has no address that is public");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, host.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
