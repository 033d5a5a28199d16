namespace Http;

/// <summary>Every limit of the engine, by name. Lengths are in bytes.</summary>
public sealed record HttpLimits
{
    /// <summary>Request line and header lines together, line ends included; beyond: 431.</summary>
    public int HeadBytesMax { get; init; } = 32 * 1024;

    /// <summary>The request target; beyond: 414.</summary>
    public int TargetBytesMax { get; init; } = 16 * 1024;

    /// <summary>The method's name; beyond: 501 (RFC 9112 §3).</summary>
    public int MethodBytesMax { get; init; } = 32;

    /// <summary>Header lines of one request; beyond: 431.</summary>
    public int HeaderCountMax { get; init; } = 100;

    /// <summary>
    /// Content that is read and dropped before the handler is called. For a longer one the handler
    /// is called at once and the connection is closed after its answer.
    /// </summary>
    public int DrainedBodyBytesMax { get; init; } = 64 * 1024;

    /// <summary>Chunk extensions of one request, all together; beyond: 400.</summary>
    public int ChunkExtensionBytesMax { get; init; } = 4 * 1024;

    /// <summary>The trailer section after the last chunk; beyond: 431.</summary>
    public int TrailerBytesMax { get; init; } = 8 * 1024;

    /// <summary>
    /// Answers to pipelined requests held back before the socket has to take them. The next request
    /// is not looked at before; one answer may be longer.
    /// </summary>
    public int PipelinedBytesMax { get; init; } = 64 * 1024;

    /// <summary>
    /// Bytes read and dropped after a last answer, so that it is not lost to a reset.
    /// </summary>
    public int LingerBytesMax { get; init; } = 1024 * 1024;

    /// <summary>
    /// One message of a WebSocket's client, which is read and dropped; beyond: closed with 1009.
    /// </summary>
    public int WebSocketMessageBytesMax { get; init; } = 1024 * 1024;

    /// <summary>
    /// Messages of a WebSocket held back before the socket has to take them. The source is not
    /// asked for the next one before; one message may be longer.
    /// </summary>
    public int WebSocketOutputBytesMax { get; init; } = 64 * 1024;

    /// <summary>From the first byte of a request head to its last; beyond: 408.</summary>
    public TimeSpan HeadTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// From the end of a head to the end of a content that is drained; beyond: 408.
    /// </summary>
    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Without a byte of a next request; beyond: closed without a word.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>
    /// What a client has to take of an answer within <see cref="SlowReaderTimeout"/>, unless that
    /// was all.
    /// </summary>
    public int SlowReaderBytesMin { get; init; } = 16 * 1024;

    /// <summary>
    /// Without the client taking <see cref="SlowReaderBytesMin"/> of an answer; beyond: cut.
    /// </summary>
    public TimeSpan SlowReaderTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Waiting for the client to close after a last answer.</summary>
    public TimeSpan LingerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A WebSocket that nothing is heard of for that long is pinged.</summary>
    public TimeSpan WebSocketPingPeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Without a byte from a WebSocket's client, pinged or not; beyond: cut.</summary>
    public TimeSpan WebSocketSilenceTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Connections in all; one more is answered 503 and closed.</summary>
    public int ConnectionsMax { get; init; } = 10_000;

    /// <summary>
    /// Connections of one IPv4 address or one IPv6 /64; one more is answered 503. For a client
    /// behind a trusted proxy: files and WebSockets under way; one more is answered 429.
    /// </summary>
    public int ConnectionsPerAddressMax { get; init; } = 1_024;

    /// <summary>
    /// WebSockets of one IPv4 address or one IPv6 /48; one more is answered 429.
    /// </summary>
    public int WebSocketsPerAddressMax { get; init; } = 64;

    /// <summary>
    /// WebSockets in all: half of the connections. One more takes the place of one of the address
    /// that has most of them.
    /// </summary>
    public int WebSocketsMax => Math.Max(1, ConnectionsMax / 2);

    /// <summary>
    /// What all connections hold in memory while they wait for their clients: beginnings of
    /// requests and answers that are not taken. Beyond: the one without progress for longest is
    /// cut.
    /// </summary>
    public long HeldBytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>The same for one IPv4 address or one IPv6 /64.</summary>
    public long HeldBytesPerAddressMax { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// Answers under way that are made while they are sent, of one IPv4 address or one IPv6 /64;
    /// one more is answered 429.
    /// </summary>
    public int StreamsPerAddressMax { get; init; } = 32;
}
