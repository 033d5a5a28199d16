using Http.Transports;

namespace Http.Tests.Transports;

[InheritsTests]
public sealed class SocketTransportTests() : TransportTests(static () => new SocketTransport());

[NotInParallel]
[InheritsTests]
public sealed class SocketTransportStopTests()
    : TransportStopTests(static () => new SocketTransport());
