using System.Buffers;
using System.Text;
using Http.Connections;
using Http.Work;

namespace Http.Tests.Support;

/// <summary>
/// A message source that a test fills, from any thread: Idle while it is empty. Each status in the
/// script is given once, in its place.
/// </summary>
internal sealed class ScriptedMessages : IMessageSource
{
    private readonly Lock _lock = new();
    private readonly Queue<(MessageStatus Status, byte[] Bytes)> _script = [];
    private HttpConnection? _connection;

    public int CloseCode { get; set; } = 1000;

    public string CloseReason { get; set; } = "";

    internal int DisposeCount { get; private set; }

    /// <summary>Messages handed out so far.</summary>
    internal int ReadCount { get; private set; }

    internal HttpConnection? Connection => _connection;

    public void Start(HttpConnection connection)
    {
        if (_connection is not null) throw new InvalidOperationException("started twice");
        Volatile.Write(ref _connection, connection);
    }

    public MessageStatus Read(IBufferWriter<byte> message, Turn turn)
    {
        if (_connection is null) throw new InvalidOperationException("not started");
        ObjectDisposedException.ThrowIf(DisposeCount > 0, this);
        lock (_lock)
        {
            if (!_script.TryPeek(out var next)) return MessageStatus.Idle;
            // What is blocked is there as soon as it may be waited for.
            bool waits = next.Status == MessageStatus.Blocked && !turn.MayBlock;
            if (waits) return MessageStatus.Blocked;
            _script.Dequeue();
            message.Write(next.Bytes);
            ReadCount++;
            return next.Status == MessageStatus.Blocked ? MessageStatus.Message : next.Status;
        }
    }

    public void Dispose() => DisposeCount++;

    internal ScriptedMessages Add(string text) => Add(Encoding.UTF8.GetBytes(text));

    internal ScriptedMessages Add(byte[] bytes) => Add(MessageStatus.Message, bytes);

    internal ScriptedMessages Add(MessageStatus status, byte[]? bytes = null)
    {
        lock (_lock) _script.Enqueue((status, bytes ?? []));
        Volatile.Read(ref _connection)?.Wake();
        return this;
    }

    /// <summary>A handler that makes every request a WebSocket of the source it is given.</summary>
    internal static ScriptedHandler Accept(Func<IMessageSource> messages) =>
        new((_, response) => response.AcceptWebSocket(messages()));
}
