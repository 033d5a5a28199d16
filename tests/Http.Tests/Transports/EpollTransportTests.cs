using Http.Transports;

namespace Http.Tests.Transports;

public sealed class EpollTransportTests() : TransportTests(static () => new EpollTransport());

public sealed class EpollTransportOneLoopTests()
    : TransportTests(static () => new EpollTransport(1));

public sealed class EpollTransportStopTests()
    : TransportStopTests(static () => new EpollTransport());

public sealed class EpollTransportStopOneLoopTests()
    : TransportStopTests(static () => new EpollTransport(1));
