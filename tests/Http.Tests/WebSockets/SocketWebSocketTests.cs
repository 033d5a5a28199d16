using Http.Transports;

namespace Http.Tests.WebSockets;

public sealed class SocketWebSocketTests()
    : WebSocketTransportSuite(static () => new SocketTransport());
