using Http.WebSockets;

namespace Http.Connections;

// The connection as a WebSocket (RFC 6455): messages out as the socket takes them, frames in and
// dropped, pings answered and sent. Frames go into the output whole, so that none stands inside
// another. When it ends, its close frame is flushed and the client's is read as all that lingers.
public sealed partial class HttpConnection
{
    // No pong is put behind more output than this: the latest ping waits instead.
    private const int OutputBeforePongBytesMax = 4 * 1024;

    private IMessageSource? _messages;
    private WebSocketSession? _webSocket;

    /// <summary>Writes the 101; what was received behind the request's head is frames.</summary>
    private void BeginWebSocket()
    {
        var (response, request) = (_work!.Response, _work.Head);
        _messages = response.TakeMessages();
        var start = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "u8;
        Span<byte> lines = stackalloc byte[start.Length + WebSocketHandshake.AcceptLength + 2];
        start.CopyTo(lines);
        WebSocketHandshake.WriteAccept(request, _work.Input.FromHead, lines[start.Length..^2]);
        "\r\n"u8.CopyTo(lines[^2..]);
        var head = new ResponseHead
        {
            Status = 101,
            DateLine = _engine.Date.Current,
            ConnectionLines = lines,
            HandlerLines = response.HeaderLines,
            ContentLength = -1,
        };
        head.CopyTo(_work.Output.Commit(head.Length, withBody: false));
        response.Clear();
        _webSocket = new WebSocketSession(_limits);
        NoteHeard(_webSocket);
        _phase = Phase.WebSocket;
    }

    private NextStep? RunWebSocket()
    {
        var session = _webSocket!;
        if (!session.IsStarted)
        {
            session.IsStarted = true;
            _messages!.Start(this);
        }

        ReadFrames(session);
        if (_phase != Phase.WebSocket) return null;
        if (_clientEnded) return Close();
        if (_isStreamGivenUp)
        {
            EndWebSocket(WebSocketClosing.TryAgainLater, "too many streams of one address");
            return null;
        }

        if (IsStopping)
        {
            EndWebSocket(WebSocketClosing.GoingAway, "the server stops");
            return null;
        }

        var status = WriteMessages(session);
        switch (status)
        {
            case MessageStatus.End:
                EndWebSocket(_messages!.CloseCode, _messages.CloseReason);
                return null;
            case MessageStatus.Failed:
                return Cut(null);
            case MessageStatus.Blocked:
                Deadline = long.MaxValue;
                _work!.Output.DropBody();
                return NextStep.Offload;
            default:
                return WaitWebSocket(session);
        }
    }

    /// <summary>Reads all there is, so that nothing of it is kept.</summary>
    private void ReadFrames(WebSocketSession session)
    {
        if (_work is null) return;
        var input = _work.Input.FromHead;
        while (!input.IsEmpty && _phase == Phase.WebSocket)
        {
            var status = session.Reader.Read(input, out int consumed);
            input = input[consumed..];
            switch (status)
            {
                case FrameStatus.Ping:
                    session.KeepPong(session.Reader.ControlPayload);
                    WritePong(session);
                    break;
                case FrameStatus.Close:
                    EndWebSocket(session.Reader.CloseCode, "");
                    break;
                case FrameStatus.Rejected:
                    var (code, reason) = WebSocketClosing.For(session.Reader.Error);
                    EndWebSocket(code, reason);
                    break;
            }
        }

        _work.Input.Clear();
    }

    /// <summary>
    /// Asks for messages until enough of them wait, and says with what that ended: Message when the
    /// socket has to take some first.
    /// </summary>
    private MessageStatus WriteMessages(WebSocketSession session)
    {
        _work ??= TakeWorkingSet();
        var output = _work.Output;
        WritePong(session);
        // A pong that waits goes before the next message.
        while (!session.PongWaits && output.PendingLength < _limits.WebSocketOutputBytesMax)
        {
            output.BeginBody();
            var status = _messages!.Read(output, _work.Turn);
            bool hasMessage = status == MessageStatus.Message
                || (status == MessageStatus.End && output.BodyLength > 0);
            if (hasMessage) CommitFrame(WebSocketOpcode.Binary);
            if (status == MessageStatus.Message) continue;
            bool isWrong = (status == MessageStatus.Idle && output.BodyLength > 0)
                || (status == MessageStatus.Blocked && MayBlock && _work.Turn.IsUnused);
            return isWrong ? MessageStatus.Failed : status;
        }

        return MessageStatus.Message;
    }

    private NextStep WaitWebSocket(WebSocketSession session)
    {
        if (_work!.Output.PendingLength == 0)
        {
            session.SlowReaderAt = long.MaxValue;
            ReturnWorkingSet();
        }
        else if (session.SlowReaderAt == long.MaxValue)
        {
            session.SlowReaderAt = TimestampAfter(_limits.SlowReaderTimeout);
        }

        long silence = Math.Min(session.PingAt, session.SilenceAt);
        bool isSlow = session.SlowReaderAt <= silence;
        DeadlineKind = isSlow ? DeadlineKind.SlowReader : DeadlineKind.Silence;
        Deadline = isSlow ? session.SlowReaderAt : silence;
        return NextStep.Duplex;
    }

    private NextStep TimeOutSilence()
    {
        var session = _webSocket!;
        long now = _engine.Time.GetTimestamp();
        if (now >= session.SilenceAt) return Reset();
        if (now >= session.PingAt)
        {
            session.PingAt = TimestampAfter(_limits.WebSocketPingPeriod);
            WriteFrame(WebSocketOpcode.Ping, default);
        }

        return Advance(mayBlock: false);
    }

    private void NoteHeard(WebSocketSession session)
    {
        session.PingAt = TimestampAfter(_limits.WebSocketPingPeriod);
        session.SilenceAt = TimestampAfter(_limits.WebSocketSilenceTimeout);
    }

    /// <summary>Sends a close frame as the last one, and reads no more of the client's.</summary>
    private void EndWebSocket(int code, string reason)
    {
        if (code != WebSocketClosing.NoCode && !WebSocketClosing.MayBeSent(code))
        {
            throw new InvalidOperationException($"{code} is no close code to send");
        }

        Span<byte> payload = stackalloc byte[WebSocketFrameReader.ControlBytesMax];
        int length = WebSocketClosing.WritePayload(code, reason, payload);
        WriteFrame(WebSocketOpcode.Close, payload[..length]);
        DisposeBody();
        _webSocket = null;
        _keepAlive = false;
        _lingers = true;
        _phase = Phase.Flush;
    }

    private void WritePong(WebSocketSession session)
    {
        if (!session.PongWaits || _work!.Output.PendingLength > OutputBeforePongBytesMax) return;
        WriteFrame(WebSocketOpcode.Pong, session.Pong);
        session.PongSent();
    }

    private void WriteFrame(WebSocketOpcode opcode, ReadOnlySpan<byte> payload)
    {
        _work ??= TakeWorkingSet();
        Span<byte> head = stackalloc byte[WebSocketFrameWriter.HeadLength(payload.Length)];
        WebSocketFrameWriter.WriteHead(opcode, payload.Length, head);
        _work.Output.Append(head);
        _work.Output.Append(payload);
    }

    /// <summary>Ends the message begun in the output, with its head before it.</summary>
    private void CommitFrame(WebSocketOpcode opcode)
    {
        var output = _work!.Output;
        int length = output.BodyLength;
        var head = output.Commit(WebSocketFrameWriter.HeadLength(length), withBody: true);
        WebSocketFrameWriter.WriteHead(opcode, length, head);
    }
}
