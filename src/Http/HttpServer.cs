using System.Net;
using System.Net.Sockets;
using Http.Connections;
using Http.Transports;

namespace Http;

/// <summary>A handler, listening at an address. Made by <see cref="Start"/>, ended once.</summary>
public sealed class HttpServer : IAsyncDisposable
{
    private readonly ITransport _transport;

    private readonly HttpEngine _engine;

    private HttpServer(ITransport transport, HttpEngine engine, IPEndPoint localEndPoint)
    {
        _transport = transport;
        _engine = engine;
        LocalEndPoint = localEndPoint;
    }

    /// <summary>The address bound; a port of 0 has become the one that was chosen.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>What connections hold in memory while they wait for their clients.</summary>
    public long HeldBytes => _engine.Held.Bytes;

    /// <summary>Binds and begins to answer; returns as soon as clients can connect.</summary>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public static HttpServer Start(
        IPEndPoint endPoint, IRequestHandler handler, HttpServerOptions? options = null)
    {
        options ??= new HttpServerOptions();
        var transport = options.Transport();
        var engine = new HttpEngine(handler, options);
        var bound = transport.Start(endPoint, engine);
        return new HttpServer(transport, engine, bound);
    }

    /// <summary>
    /// Accepts no more, closes idle connections, lets answers that run end (the last one of each
    /// connection says so), and cuts what is left after <paramref name="grace"/>.
    /// </summary>
    public Task StopAsync(TimeSpan grace) => _transport.StopAsync(grace);

    /// <summary>Stops without grace.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.Zero);
}
