using Http.Transports;

namespace Http.Tests.WebSockets;

[InheritsTests]
public sealed class SocketWebSocketTests()
    : WebSocketTransportSuite(static () => new SocketTransport());
