using System.Buffers;
using Http.Connections;
using Http.Work;

namespace Samples.World;

/// <summary>One client of an <see cref="EventFeed"/>, from its cursor on.</summary>
internal sealed class StreamSource : IMessageSource
{
    private readonly Queue<byte[]> _waiting = new();
    private readonly EventFeed _stream;
    private readonly Action _wake;
    private readonly bool _isRefused;
    private HttpConnection? _connection;
    private long _cursor;
    private int _sent;

    internal StreamSource(EventFeed stream, long? cursor)
    {
        _stream = stream;
        _wake = () => _connection?.Wake();
        long last = stream.Last;
        _cursor = cursor ?? last;
        if (_cursor > last)
        {
            _isRefused = true;
            _waiting.Enqueue(EventFrame.Error("FutureCursor", "Cursor in the future."));
        }
        else if (_cursor < stream.Floor)
        {
            _waiting.Enqueue(EventFrame.Info("OutdatedCursor"));
        }
    }

    public int CloseCode => _isRefused ? 1008 : 1000;

    public string CloseReason => _isRefused ? "FutureCursor" : "";

    public void Start(HttpConnection connection)
    {
        _connection = connection;
        _stream.Listen(_wake);
    }

    public MessageStatus Read(IBufferWriter<byte> message, Turn turn)
    {
        while (_waiting.Count == 0)
        {
            if (_isRefused) return MessageStatus.End;
            var events = _stream.Beyond(_cursor, 100);
            // Who listens hears of what comes after this look.
            if (events.Count == 0) return MessageStatus.Idle;
            foreach (var each in events)
            {
                for (int i = 0; i < each.Copies; i++) _waiting.Enqueue(each.Frame);
                _cursor = each.Seq;
            }
        }

        bool isCut = _stream.CutAfter > 0 && _sent == _stream.CutAfter;
        if (isCut) return MessageStatus.Failed;
        _sent++;
        message.Write(_waiting.Dequeue());
        return MessageStatus.Message;
    }

    public void Dispose() => _stream.Leave(_wake);
}
