using System.Net;
using Http.Connections;
using Http.Transports;

namespace Http;

/// <summary>How a server is set up; every part has a default.</summary>
public sealed record HttpServerOptions
{
    public HttpLimits Limits { get; init; } = new();

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    public EngineEvents Events { get; init; } = EngineEvents.None;

    /// <summary>
    /// Headers of the answers that the engine makes itself: refusals, and 500 for a handler that
    /// threw.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> ErrorHeaders { get; init; } = [];

    /// <summary>
    /// Proxies whose X-Forwarded-For is believed. Their connections are exempt from the limit per
    /// address, which then holds for the answers of each of their clients.
    /// </summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>
    /// Makes the transport; unless set, epoll where there is one, else sockets of the platform.
    /// </summary>
    public Func<ITransport> Transport { get; init; } =
        static () => EpollTransport.IsSupported ? new EpollTransport() : new SocketTransport();
}
