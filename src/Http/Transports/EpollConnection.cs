using System.Diagnostics;
using System.Runtime.InteropServices;
using Http.Connections;

namespace Http.Transports;

/// <summary>
/// One connection of a loop: does what its state machine asks for, as long as the socket goes
/// along. Everything is called on the loop's thread, but for <see cref="IOffloadedWork.Run"/>,
/// which has the state machine to itself until it posts the connection back.
/// </summary>
internal sealed class EpollConnection : IOffloadedWork
{
    // How much one connection may do before the others have their turn.
    private const int StepsMax = 8;
    private const int BytesMax = 64 * 1024;

    // An answer that may wait for the others of its round.
    private const int ShortBytesMax = 4 * 1024;

    // What it costs beside its turns to receive and to send: some ten microseconds.
    private const int EventUnits = 4 * 1024;

    // What is sent of a file in one call, and looked at whether it is in memory before.
    private const int SliceBytesMax = 256 * 1024;

    private readonly EpollLoop _loop;
    private readonly EpollAcceptor _acceptor;
    private readonly HttpConnection _connection;
    private NextStep _step;

    // As the last event or call showed it; a call that would block ends it.
    private bool _readable;
    private bool _writable = true;
    private bool _peerClosed;

    // It has a place in one of the loop's queues.
    private bool _isQueued;

    private LinkedListNode<EpollConnection>? _longPlace;
    private long _usedBefore;
    private long _sentBytes;

    // Someone else has the state machine; what comes meanwhile waits.
    private bool _isOffloaded;
    private volatile bool _isCutAsked;

    // What the client may be sent meanwhile, to find out whether it is there.
    private bool _mayProbe;

    // The next slice of the file was looked at, and read if need be: it is sent, whether it stays
    // in memory or not.
    private bool _isReadAhead;

    // Set by other threads: it is in the loop's inbox, and why.
    private int _posted;
    private const int PostedWoken = 1;
    private const int PostedBack = 2;
    private const int PostedNew = 4;

    internal EpollConnection(
        EpollLoop loop, EpollAcceptor acceptor, int descriptor, HttpConnection connection)
    {
        _loop = loop;
        _acceptor = acceptor;
        Descriptor = descriptor;
        _connection = connection;
        connection.Woken = () => Post(PostedWoken);
        connection.GivenUp = () => loop.GiveUp(this);
    }

    internal int Descriptor { get; }

    /// <summary>Its place in the loop's table; -1 until it has one.</summary>
    internal int Slot { get; set; } = -1;

    internal uint Generation { get; set; }

    /// <summary>The one before it in its loop's inbox; for that alone.</summary>
    internal EpollConnection? PostedBefore { get; set; }

    internal bool IsClosed { get; private set; }

    /// <summary>Whose turns it has; 0 when that is unknown.</summary>
    internal ulong Client => _connection.Client;

    /// <summary>
    /// What its turns have taken since the last call, what was sent, and some for the call itself.
    /// </summary>
    internal long TakeUsedUnits()
    {
        long used = _connection.UsedUnits + _sentBytes - _usedBefore;
        _usedBefore += used;
        return used + EventUnits;
    }

    /// <summary>Whether no request is on it, nor the beginning of an answer.</summary>
    internal bool IsWaiting =>
        !_isOffloaded && !_isQueued && !_readable && _step == NextStep.Read
        && _connection.IsWaiting;

    internal bool HasAnswered => _connection.HasAnswered;

    int IOffloadedWork.Kind => _connection.WorkKind;

    ulong IOffloadedWork.Client => Client;

    LinkedListNode<IOffloadedWork>? IOffloadedWork.Place { get; set; }

    /// <summary>Since when it has been waiting, if it is.</summary>
    internal long WaitingSince => _connection.WaitingSince;

    internal void Begin()
    {
        _step = _connection.Advance(mayBlock: false);
        // Most send their request right behind; otherwise an event comes for it.
        _readable = true;
        Prepare();
    }

    internal void OnEvents(uint mask)
    {
        // Errors show in the next call, whichever it is.
        const uint Broken = Libc.EventError | Libc.EventHangUp;
        if ((mask & (Libc.EventIn | Libc.EventPeerClosed | Broken)) != 0) _readable = true;
        if ((mask & (Libc.EventOut | Broken)) != 0) _writable = true;
        if ((mask & (Libc.EventPeerClosed | Broken)) != 0) _peerClosed = true;
        // What others do for a client that is gone for good need not be begun.
        if (_isOffloaded && (mask & Broken) != 0) Cut();
        if (IsClosed) return;
        if (_isOffloaded && _peerClosed) Probe();
        Prepare();
    }

    /// <summary>Has its loop give it a place; from any thread.</summary>
    internal void PostNew() => Post(PostedNew);

    /// <summary>What other threads have posted it for.</summary>
    internal void OnPosted()
    {
        int why = Interlocked.Exchange(ref _posted, 0);
        if ((why & PostedNew) != 0) _loop.Register(this);
        if (IsClosed) return;
        if ((why & PostedBack) != 0)
        {
            _isOffloaded = false;
            if (_isCutAsked) Cut();
        }

        if (IsClosed || _isOffloaded) return;
        if (_step == NextStep.Duplex) _step = _connection.Advance(mayBlock: false);
        Prepare();
    }

    /// <summary>True when its time is over, which has been seen to.</summary>
    internal bool CheckDeadline(long now)
    {
        if (_isOffloaded || _connection.Deadline > now) return false;
        _step = _connection.TimedOut();
        Prepare();
        return true;
    }

    internal void Stop()
    {
        _connection.Stop();
        if (_isOffloaded || _step != NextStep.Read) return;
        // Nobody waits for what has not begun; a request that is here already is the last one.
        if (_connection.DeadlineKind == DeadlineKind.Idle && !_readable) Close(reset: false);
    }

    /// <summary>Ends a connection on which nothing goes on.</summary>
    internal void Close() => Close(reset: false);

    /// <summary>Ends the connection at once, with a reset.</summary>
    internal void Cut()
    {
        if (IsClosed) return;
        _isCutAsked = true;
        if (!_isOffloaded || _loop.TryTakeBack(this)) Close(reset: true);
    }

    /// <summary>
    /// Goes on until there is something to send. A short answer waits until every connection of
    /// this round was looked at: answers that leave together wake a client once, and handlers that
    /// run one after the other find their code in the cache. A longer one is sent at once, while it
    /// is in the cache itself; what is made or read piece by piece has its turn between rounds, and
    /// so has what is given to other threads: a crowd of it would leave the loop little of a core.
    /// </summary>
    private void Prepare()
    {
        if (_isQueued || IsClosed || _isOffloaded) return;
        if (!_loop.MayGoOn(Client))
        {
            EnqueueLong();
            return;
        }

        while (!_isQueued && !IsClosed && !_isOffloaded && _step == NextStep.Read)
        {
            if (!TryReceive())
            {
                _connection.NoteWaiting();
                return;
            }

            if (!IsClosed) _step = _connection.Advance(mayBlock: false);
        }

        if (_isQueued || IsClosed || _isOffloaded) return;
        bool isShort = _step == NextStep.Write && _connection.Output.Length <= ShortBytesMax;
        bool isLong = _step == NextStep.Offload || _connection.IsStreaming
            || _connection.FileBytesLeft > BytesMax;
        if (!isLong && !isShort)
        {
            Run();
            return;
        }

        if (isLong)
        {
            EnqueueLong();
            return;
        }

        _isQueued = true;
        _loop.EnqueueShort(this);
    }

    // What it holds until its turn counts: others that have theirs before may make more.
    private void EnqueueLong()
    {
        _isQueued = true;
        _connection.NoteWaiting(forClient: false);
        _longPlace = _loop.EnqueueLong(this);
    }

    /// <summary>Goes on until the socket or the state machine has to wait.</summary>
    internal void Run()
    {
        _isQueued = false;
        _longPlace = null;
        int bytesLeft = BytesMax;
        // A piece of what is made piece by piece takes a whole turn.
        int stepsLeft = _connection.IsStreaming ? 1 : StepsMax;
        while (!IsClosed && !_isOffloaded)
        {
            if (stepsLeft-- == 0 || bytesLeft <= 0)
            {
                EnqueueLong();
                return;
            }

            if (!TryDo(ref bytesLeft))
            {
                _connection.NoteWaiting();
                return;
            }

            if (!IsClosed && !_isOffloaded) _step = _connection.Advance(mayBlock: false);
        }
    }

    void IOffloadedWork.Run()
    {
        if (_isCutAsked) _step = NextStep.Reset;
        else if (_step == NextStep.SendFile) ReadAhead();
        else _step = _connection.Advance(mayBlock: true);
        // What was made is there from now on, however long the loop takes to come to it.
        _connection.NoteWaiting(forClient: false);
        if (_connection.IsGivenUp) _step = _connection.LetGo();
        Post(PostedBack);
    }

    /// <summary>False when the step has to wait for the socket.</summary>
    private bool TryDo(ref int bytesLeft)
    {
        switch (_step)
        {
            case NextStep.Read: return TryReceive();
            case NextStep.Write: return TrySend(more: false, ref bytesLeft);
            case NextStep.SendFile: return TrySendFile(ref bytesLeft);
            case NextStep.Duplex: return TryBoth(ref bytesLeft);
            case NextStep.Offload:
                Offload();
                return true;
            case NextStep.ShutdownSend:
                Libc.EndSending(Descriptor);
                return true;
            case NextStep.Close or NextStep.Reset:
                Close(_step == NextStep.Reset);
                return true;
            default:
                throw new UnreachableException($"{_step} is not a step to take");
        }
    }

    private bool TryReceive()
    {
        if (!_readable) return false;
        var room = _connection.GetReceiveBuffer().Span;
        nint count = Libc.Receive(Descriptor, room);
        if (count < 0)
        {
            _readable = false;
            if (Libc.Errno == Libc.WouldBlock)
            {
                _connection.NothingReceived();
                return false;
            }

            Close(reset: true);
            return true;
        }

        // Less than there was room for: that was all, unless the end is still to be read.
        _readable = count == room.Length || (_peerClosed && count > 0);
        _connection.Received((int)count);
        return true;
    }

    private bool TrySend(bool more, ref int bytesLeft)
    {
        if (!_writable) return false;
        var output = _connection.Output.Span;
        nint count = Libc.Send(Descriptor, output, more);
        if (count < 0)
        {
            _writable = false;
            if (Libc.Errno == Libc.WouldBlock) return false;
            Close(reset: true);
            return true;
        }

        _writable = count == output.Length;
        bytesLeft -= (int)count;
        _sentBytes += count;
        _connection.Written((int)count);
        return true;
    }

    private bool TryBoth(ref int bytesLeft)
    {
        bool received = TryReceive();
        if (IsClosed) return true;
        bool sent = !_connection.Output.IsEmpty && TrySend(more: false, ref bytesLeft);
        return received || sent;
    }

    private bool TrySendFile(ref int bytesLeft)
    {
        if (!_writable) return false;
        if (!_isReadAhead)
        {
            _isReadAhead = true;
            if (!IsSliceInMemory())
            {
                Offload();
                return true;
            }
        }

        if (!_connection.Output.IsEmpty)
        {
            // The head goes out together with the file's first bytes. The state machine is asked in
            // between, since it sets the deadline.
            return TrySend(more: true, ref bytesLeft);
        }

        _isReadAhead = false;
        nint wanted = (nint)Math.Min(SliceBytesMax, _connection.FileBytesLeft);
        nint sent = Libc.SendFile(
            Descriptor, FileDescriptor, _connection.FileOffset, wanted);
        if (sent > 0)
        {
            bytesLeft -= (int)sent;
            _sentBytes += sent;
            _connection.FileSent(sent);
            return true;
        }

        return sent == 0 ? FileFailed(new EndOfStreamException("the file became shorter"))
            : FileNotSent(Libc.Errno);
    }

    private bool FileNotSent(int errno)
    {
        _writable = false;
        if (errno == Libc.WouldBlock) return false;
        if (errno is Libc.BrokenPipe or Libc.ConnectionReset or Libc.TimedOut)
        {
            Close(reset: true);
            return true;
        }

        return FileFailed(new IOException(Marshal.GetPInvokeErrorMessage(errno)));
    }

    private bool FileFailed(Exception exception)
    {
        _connection.FileFailed(exception);
        return true;
    }

    private int FileDescriptor => (int)_connection.File!.DangerousGetHandle();

    // Its last byte tells: files are read forwards, and ahead.
    private bool IsSliceInMemory()
    {
        long length = Math.Min(SliceBytesMax, _connection.FileBytesLeft);
        return Libc.IsInMemory(FileDescriptor, _connection.FileOffset + length - 1);
    }

    // Brings the next slice into memory. What fails here fails again when it is sent.
    private void ReadAhead()
    {
        long wanted = Math.Min(SliceBytesMax, _connection.FileBytesLeft);
        Libc.ReadInto(FileDescriptor, _connection.FileOffset, wanted);
    }

    private void Offload()
    {
        _mayProbe = _connection.MayHaveInterimAnswer;
        _isOffloaded = true;
        if (_peerClosed) Probe();
        _connection.NoteWaiting(forClient: false);
        _loop.Offload(this);
    }

    /// <summary>
    /// A client that has closed its side may still read, or be gone. An interim answer, which means
    /// nothing to one that reads, is refused by the other's system: then the work for it ends.
    /// </summary>
    private void Probe()
    {
        if (!_mayProbe) return;
        _mayProbe = false;
        _ = Libc.Send(Descriptor, "HTTP/1.1 100 Continue\r\n\r\n"u8, more: false);
    }

    private void Post(int why)
    {
        if (Interlocked.Or(ref _posted, why) == 0) _loop.Post(this);
    }

    private void Close(bool reset)
    {
        IsClosed = true;
        if (_longPlace is not null) _loop.DequeueLong(_longPlace);
        if (reset) Libc.ResetConnection(Descriptor);
        else Libc.CloseDescriptor(Descriptor);
        _connection.Dispose();
        _loop.Remove(this);
        _acceptor.Leave(_connection.RemoteAddress!);
    }
}
