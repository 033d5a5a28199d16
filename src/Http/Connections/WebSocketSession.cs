using Http.WebSockets;

namespace Http.Connections;

/// <summary>
/// What a connection needs beside its buffers once it is a WebSocket. Small: it stays while nothing
/// happens, when the buffers are gone. The timestamps are the engine's clock's.
/// </summary>
internal sealed class WebSocketSession(HttpLimits limits)
{
    private readonly byte[] _pong = new byte[WebSocketFrameReader.ControlBytesMax];
    private int _pongLength;

    internal WebSocketFrameReader Reader { get; } = new(limits);

    internal bool IsStarted { get; set; }

    /// <summary>When the client is pinged if nothing is heard of it.</summary>
    internal long PingAt { get; set; }

    /// <summary>When it is cut if nothing is heard of it.</summary>
    internal long SilenceAt { get; set; }

    /// <summary>
    /// When it is cut if it takes no output; MaxValue when none waits or it has just taken some.
    /// </summary>
    internal long SlowReaderAt { get; set; } = long.MaxValue;

    internal bool PongWaits { get; private set; }

    internal ReadOnlySpan<byte> Pong => _pong.AsSpan(0, _pongLength);

    /// <summary>Only the latest ping has to be answered (RFC 6455 §5.5.3).</summary>
    internal void KeepPong(ReadOnlySpan<byte> payload)
    {
        payload.CopyTo(_pong);
        _pongLength = payload.Length;
        PongWaits = true;
    }

    internal void PongSent() => PongWaits = false;
}
