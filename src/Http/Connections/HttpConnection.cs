using System.Diagnostics;
using System.Net;
using Http.Messages;
using Http.Work;

namespace Http.Connections;

/// <summary>
/// One HTTP/1.1 connection (RFC 9112) as a state machine without I/O. A transport feeds it the
/// bytes that arrive and does what <see cref="Advance"/> answers, one step at a time:
/// <code>
/// head → (content dropped) → handler → (packing) → (source or file) → head …
///                                    → WebSocket → flush → linger → closed
/// </code>
/// Reading and writing take turns, but on a WebSocket: nothing is read while output waits, which is
/// what bounds the memory of a client that sends requests and takes no answers. Calls come one at a
/// time, from any thread; only <see cref="Stop"/> and <see cref="Wake"/> may come beside another.
/// </summary>
public sealed partial class HttpConnection(HttpEngine engine, IPAddress? remoteAddress)
    : IDisposable
{
    /// <summary>Units of a turn beside others.</summary>
    internal const int TurnUnits = Turn.UnitsBesideOthers;

    // Pipelined requests that are answered before the socket, and others, have their turn: an
    // answer of few bytes can be much work.
    private const int AnswersPerTurn = 8;

    private const int BeginningBytesMax = 512;

    private readonly HttpEngine _engine = engine;
    private readonly HttpLimits _limits = engine.Limits;
    private WorkingSet? _work;
    private byte[]? _beginning;
    private Phase _phase = Phase.Head;
    private int _headLength;
    private long _lengthLeft;
    private ChunkedDecoder _chunks;
    private bool _clientEnded;
    private int _answersLeft;
    private long _takenBytes;
    private volatile bool _stopAsked;
    private bool _lingers;
    private bool _isReset;
    private long _lingeredBytes;
    private int _workKind;

    private enum Phase : byte
    {
        Head,
        Content,
        Handler,
        Packing,
        Source,
        File,
        WebSocket,
        Flush,
        Linger,
        Closed,
    }

    public IPAddress? RemoteAddress { get; } = remoteAddress;

    /// <summary>
    /// What <see cref="Wake"/> calls: the transport's way to have Advance called. It is set before
    /// the first Advance; it is called from any thread, beside any other call, without cause, and
    /// after the end, and must only note that Advance is to be called.
    /// </summary>
    public Action? Woken { get; set; }

    internal bool MayBlock { get; private set; }

    private bool IsStopping => _stopAsked || _engine.IsStopping;

    /// <summary>What waits to be written; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Output => _work?.Output.Pending ?? default;

    /// <summary>
    /// Whether nothing is lost when it is closed now: no request has come, or not all of its head.
    /// </summary>
    public bool IsWaiting =>
        _phase == Phase.Head && DeadlineKind is DeadlineKind.Idle or DeadlineKind.Head;

    /// <summary>Whether it has become a WebSocket.</summary>
    public bool IsWebSocket => _phase == Phase.WebSocket;

    /// <summary>Whether what it sends is made piece by piece.</summary>
    public bool IsStreaming => _phase is Phase.Source or Phase.WebSocket;

    /// <summary>Whether a request was answered on it.</summary>
    public bool HasAnswered { get; private set; }

    internal object? State { get; set; }

    /// <summary>Where to put what is received next; at least one byte.</summary>
    public Memory<byte> GetReceiveBuffer()
    {
        _work ??= TakeWorkingSet();
        if (_phase == Phase.Linger) _work.Input.Clear();
        return _work.Input.GetRoom(_phase == Phase.Content ? _headLength : 0);
    }

    /// <summary>
    /// Bytes were put into the receive buffer; 0 when the client ended its direction.
    /// </summary>
    public void Received(int count)
    {
        if (count == 0) _clientEnded = true;
        else if (_phase == Phase.Linger) _lingeredBytes += count;
        else _work!.Input.Received(count);
        if (_webSocket is not null) NoteHeard(_webSocket);
    }

    /// <summary>
    /// Whether a request waits for its answer, of which nothing was sent, and may be sent an
    /// interim one before it (RFC 9110 §15.2).
    /// </summary>
    public bool MayHaveInterimAnswer =>
        _phase == Phase.Handler && _work is { Head.IsVersion11: true, Output.PendingLength: 0 };

    /// <summary>Which kind of work its last request is; see <see cref="HttpRequest"/>.</summary>
    internal int WorkKind => _workKind;

    /// <summary>
    /// What its turns have taken so far; each has <see cref="TurnUnits"/> beside others.
    /// </summary>
    internal long UsedUnits { get; private set; }

    /// <summary>Who it is for; 0 when that is unknown.</summary>
    internal ulong Client
    {
        get
        {
            NotePeer();
            return _address ?? 0;
        }
    }

    /// <summary>
    /// Nothing was there to be put into the receive buffer: one that may wait for long does not
    /// hold it.
    /// </summary>
    public void NothingReceived()
    {
        if (_phase != Phase.Head || _work is null || _work.Output.PendingLength > 0) return;
        if (_work.Input.IsEmpty) ReturnWorkingSet();
        else SetBeginningAside();
    }

    /// <summary>
    /// The socket has taken the first <paramref name="count"/> bytes of the output.
    /// </summary>
    public void Written(int count)
    {
        if (count == 0) return;
        _work!.Output.Taken(count);
        NoteTaken(count, isAll: _work.Output.PendingLength == 0);
    }

    /// <summary>
    /// The client has its full time again once it took enough, or all there was: drop by drop it
    /// would hold for days what others wait for.
    /// </summary>
    private void NoteTaken(long count, bool isAll)
    {
        _takenBytes += count;
        if (!isAll && _takenBytes < _limits.SlowReaderBytesMin) return;
        _takenBytes = 0;
        _hasProgressed = true;
        Deadline = long.MaxValue;
        _webSocket?.SlowReaderAt = long.MaxValue;
    }

    /// <summary>
    /// The server stops: the answer that is next to begin is the last one. A transport closes
    /// connections that are idle; nobody waits for those.
    /// </summary>
    public void Stop()
    {
        _stopAsked = true;
        Wake();
    }

    /// <summary>
    /// Something that a WebSocket waits for has come: Advance is to be called. From any thread, as
    /// often as one likes; without effect after the end.
    /// </summary>
    public void Wake() => Woken?.Invoke();

    /// <summary>Goes as far as it can without the transport. Never throws.</summary>
    /// <param name="mayBlock">
    /// Whether this thread may wait for a disk; with false, <see cref="NextStep.Offload"/> asks for
    /// one that may.
    /// </param>
    public NextStep Advance(bool mayBlock = true)
    {
        MayBlock = mayBlock;
        _work?.Turn.Begin(mayBlock);
        _answersLeft = AnswersPerTurn;
        NextStep next;
        try
        {
            next = Run();
        }
        catch (Exception exception)
        {
            // Whatever a handler or a source throws ends its connection, not the server.
            next = Fail(exception);
        }

        if (_work is not null) UsedUnits += _work.Turn.Used;
        return next;
    }

    /// <summary>
    /// Lets go of everything, whatever the state; an unfinished body is disposed.
    /// </summary>
    public void Dispose()
    {
        Close();
        if (State is IDisposable state) state.Dispose();
        State = null;
        Woken = null;
        GivenUp = null;
    }

    private NextStep Run()
    {
        while (true)
        {
            NextStep? next = _phase switch
            {
                Phase.Head => RunHead(),
                Phase.Content => RunContent(),
                Phase.Handler => RunHandler(),
                Phase.Packing => RunPacking(),
                Phase.Source => RunSource(),
                Phase.File => RunFile(),
                Phase.WebSocket => RunWebSocket(),
                Phase.Flush => RunFlush(),
                Phase.Linger => RunLinger(),
                Phase.Closed => _isReset ? NextStep.Reset : NextStep.Close,
                _ => throw new UnreachableException(),
            };
            if (next is { } step) return step;
        }
    }

    private NextStep? RunHead()
    {
        if (_work is null && _beginning is not null) _work = TakeWorkingSet();
        if (_work is null) return WaitIdle();
        // Pipelined requests wait until the socket has taken the answers to those before them.
        int pending = _work.Output.PendingLength;
        bool isTurnOver = _answersLeft <= 0 || _work.Turn.IsOver;
        if (pending >= _limits.PipelinedBytesMax || (pending > 0 && isTurnOver))
        {
            return Write();
        }

        switch (_work.Head.TryParse(_work.Input.FromHead, out int length))
        {
            case ParseStatus.Done:
                BeginRequest(length);
                return null;
            case ParseStatus.Rejected:
                Refuse(_work.Head.Rejection);
                return null;
            default:
                if (_work.Output.PendingLength > 0) return Write();
                if (_clientEnded) return Close();
                if (_work.Input.IsEmpty) return WaitIdle();
                SetBeginningAside();
                return Read(DeadlineKind.Head);
        }
    }

    private NextStep WaitIdle()
    {
        if (IsStopping || _clientEnded) return Close();
        ReturnWorkingSet();
        return Read(DeadlineKind.Idle);
    }

    private void BeginRequest(int headLength)
    {
        var head = _work!.Head;
        _headLength = headLength;
        _work.Input.BeginContent(headLength);
        bool hasContent = head.IsChunked || head.ContentLength > 0;
        if (!hasContent)
        {
            Answer(0);
        }
        else if (head.ContentLength > _limits.DrainedBodyBytesMax)
        {
            AnswerInsteadOfDraining(head.ContentLength);
        }
        else
        {
            _lengthLeft = head.ContentLength;
            _chunks = new ChunkedDecoder(_limits);
            _phase = Phase.Content;
            DeadlineKind = DeadlineKind.None;
            // Not for those that have sent content without waiting (RFC 9110 §10.1.1).
            if (head.ExpectsContinue && _work.Input.Content.IsEmpty)
            {
                _work.Output.Append("HTTP/1.1 100 Continue\r\n\r\n"u8);
            }
        }
    }

    private NextStep? RunContent()
    {
        var input = _work!.Input;
        var status = _work.Head.IsChunked ? ReadChunks(input) : ReadLength(input);
        switch (status)
        {
            case ParseStatus.Done:
                Answer(_work.Head.IsChunked ? _chunks.ContentBytes : _work.Head.ContentLength);
                return null;
            case ParseStatus.Rejected:
                Refuse(_chunks.Rejection);
                return null;
            default:
                if (_chunks.ContentBytes > _limits.DrainedBodyBytesMax)
                {
                    AnswerInsteadOfDraining(_chunks.ContentBytes);
                    return null;
                }

                if (_work.Output.PendingLength > 0) return Write();
                return _clientEnded ? Close() : Read(DeadlineKind.Body);
        }
    }

    private ParseStatus ReadLength(ReceiveBuffer input)
    {
        int taken = (int)Math.Min(_lengthLeft, input.Content.Length);
        input.DropContent(taken);
        _lengthLeft -= taken;
        return _lengthLeft == 0 ? ParseStatus.Done : ParseStatus.NeedMoreData;
    }

    private ParseStatus ReadChunks(ReceiveBuffer input)
    {
        var status = _chunks.Read(input.Content, _limits.DrainedBodyBytesMax, out int consumed);
        input.DropContent(consumed);
        return status;
    }

    /// <summary>
    /// Before something that takes long, the client gets what there is for it; and a crowd that
    /// waits for that holds no room, but for a body that is to be packed.
    /// </summary>
    private NextStep Offload()
    {
        if (_phase != Phase.Packing) _work!.Output.DropBody();
        if (_work!.Output.PendingLength > 0) return Write();
        Deadline = long.MaxValue;
        return NextStep.Offload;
    }

    private NextStep RunFlush()
    {
        if (Output.Length > 0) return Write();
        if (!_lingers) return Close();
        // Closing while the client still sends would reset the connection, and the reset can
        // overtake the answer on its way (RFC 9112 §9.6).
        _phase = Phase.Linger;
        Deadline = long.MaxValue;
        DeadlineKind = DeadlineKind.None;
        ReturnWorkingSet();
        return NextStep.ShutdownSend;
    }

    private NextStep RunLinger()
    {
        ReturnWorkingSet();
        return _clientEnded || _lingeredBytes > _limits.LingerBytesMax
            ? Close()
            : Read(DeadlineKind.Linger);
    }

    /// <summary>For a client that has to see a failed transfer, not one that ended.</summary>
    private NextStep Reset()
    {
        Close();
        _isReset = true;
        return NextStep.Reset;
    }

    private NextStep Close()
    {
        _phase = Phase.Closed;
        EndCounting();
        DisposeBody();
        ReturnWorkingSet();
        return NextStep.Close;
    }

    /// <summary>
    /// Keeps a short beginning of a head, and no more, while the rest is waited for: thousands who
    /// send their heads byte by byte cost little. It is parsed from its first byte again.
    /// </summary>
    private void SetBeginningAside()
    {
        var beginning = _work!.Input.FromHead;
        if (beginning.Length > BeginningBytesMax) return;
        _beginning = beginning.ToArray();
        ReturnWorkingSet();
    }

    private WorkingSet TakeWorkingSet()
    {
        var work = _engine.WorkingSets.Rent(_limits);
        work.Turn.Begin(MayBlock);
        if (_beginning is not { } beginning) return work;
        _beginning = null;
        beginning.CopyTo(work.Input.GetRoom(0));
        work.Input.Received(beginning.Length);
        return work;
    }

    private void ReturnWorkingSet()
    {
        if (_work is null) return;
        UsedUnits += _work.Turn.Used;
        _work.Request.Bind(null, 0);
        _engine.WorkingSets.Return(_work);
        _work = null;
        Release();
    }
}
