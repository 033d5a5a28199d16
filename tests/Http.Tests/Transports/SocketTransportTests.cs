using Http.Transports;

namespace Http.Tests.Transports;

public sealed class SocketTransportTests() : TransportTests(static () => new SocketTransport());

[Collection(MovedClock.Name)]
public sealed class SocketTransportStopTests()
    : TransportStopTests(static () => new SocketTransport());
