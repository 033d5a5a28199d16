using Http.Transports;

namespace Http.Tests.WebSockets;

[InheritsTests]
public sealed class EpollWebSocketTests()
    : WebSocketTransportSuite(static () => new EpollTransport());

[InheritsTests]
public sealed class EpollWebSocketOneLoopTests()
    : WebSocketTransportSuite(static () => new EpollTransport(1));
