using System.Net;
using System.Net.Sockets;
using Http.Connections;
using Http.Transports;

namespace Http;

/// <summary>A handler, listening at an address. Made by <see cref="Start"/>, ended once.</summary>
public sealed class HttpServer : IAsyncDisposable
{
    private readonly ITransport _transport;

    private HttpServer(ITransport transport, IPEndPoint localEndPoint)
    {
        _transport = transport;
        LocalEndPoint = localEndPoint;
    }

    /// <summary>The address bound; a port of 0 has become the one that was chosen.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Binds and begins to answer; returns as soon as clients can connect.</summary>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public static HttpServer Start(
        IPEndPoint endPoint, IRequestHandler handler, HttpServerOptions? options = null)
    {
        options ??= new HttpServerOptions();
        var transport = options.Transport();
        var bound = transport.Start(endPoint, new HttpEngine(handler, options));
        return new HttpServer(transport, bound);
    }

    /// <summary>
    /// Accepts no more, closes idle connections, lets answers that run end (the last one of each
    /// connection says so), and cuts what is left after <paramref name="grace"/>.
    /// </summary>
    public Task StopAsync(TimeSpan grace) => _transport.StopAsync(grace);

    /// <summary>Stops without grace.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.Zero);
}
