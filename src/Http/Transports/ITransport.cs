using System.Net;
using System.Net.Sockets;
using Http.Connections;

namespace Http.Transports;

/// <summary>
/// Listens, accepts, and does for each connection what its state machine asks for.
/// </summary>
public interface ITransport
{
    /// <summary>
    /// Binds and begins to accept; gives the address bound, with the port chosen for 0.
    /// </summary>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    IPEndPoint Start(IPEndPoint endPoint, HttpEngine engine);

    /// <summary>
    /// Accepts no more, closes what is idle, lets running answers end, and cuts what is left after
    /// <paramref name="grace"/>. Ends when no connection is left.
    /// </summary>
    Task StopAsync(TimeSpan grace);
}
