using System.Text;
using Http.Messages;

namespace Http.Connections;

/// <summary>What all connections of one server share. Safe to use from any thread.</summary>
public sealed class HttpEngine
{
    private bool _isStopping;

    /// <exception cref="ArgumentException">An error header could not be sent as it is.</exception>
    public HttpEngine(IRequestHandler handler, HttpServerOptions options)
    {
        Handler = handler;
        Limits = options.Limits;
        Time = options.TimeProvider;
        Events = options.Events;
        Date = new DateHeader(options.TimeProvider);
        int seconds = (int)Limits.IdleTimeout.TotalSeconds;
        KeepAliveField = Encoding.ASCII.GetBytes(
            $"Connection: keep-alive\r\nKeep-Alive: timeout={seconds}\r\n");
        ErrorHeaders = [.. options.ErrorHeaders.Select(header =>
            (Encoding.ASCII.GetBytes(header.Key), Encoding.ASCII.GetBytes(header.Value)))];
        if (!ErrorHeaders.All(h => HttpBytes.IsToken(h.Name) && HttpBytes.IsFieldValue(h.Value)))
        {
            throw new ArgumentException("malformed error header", nameof(options));
        }

        Proxies = new TrustedProxies(options.TrustedProxies);
        Gate = new ConnectionGate(Limits, Proxies);
        Held = new HeldMemory(Limits);
        Streams = new StreamPlaces(Limits);
        TooManyConnections = EngineError.TooManyConnections(options.ErrorHeaders);
    }

    public IRequestHandler Handler { get; }

    public HttpLimits Limits { get; }

    public TimeProvider Time { get; }

    public EngineEvents Events { get; }

    internal TrustedProxies Proxies { get; }

    internal ConnectionGate Gate { get; }

    internal HeldMemory Held { get; }

    internal StreamPlaces Streams { get; }

    internal DateHeader Date { get; }

    internal byte[] KeepAliveField { get; }

    internal (byte[] Name, byte[] Value)[] ErrorHeaders { get; }

    /// <summary>A whole answer for a connection that is turned away.</summary>
    internal byte[] TooManyConnections { get; }

    internal WorkingSetPool WorkingSets { get; } = new();

    /// <summary>
    /// No answer that begins from here on keeps its connection; seen at once by handlers that run.
    /// </summary>
    internal bool IsStopping => Volatile.Read(ref _isStopping);

    internal void BeginStop() => Volatile.Write(ref _isStopping, true);
}
