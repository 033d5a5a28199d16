using Http.Transports;

namespace Http.Tests.WebSockets;

public sealed class EpollWebSocketTests()
    : WebSocketTransportSuite(static () => new EpollTransport());

public sealed class EpollWebSocketOneLoopTests()
    : WebSocketTransportSuite(static () => new EpollTransport(1));
