using System.Collections.Concurrent;
using System.ComponentModel;
using System.Net;
using System.Runtime.InteropServices;
using Http.Connections;

namespace Http.Transports;

/// <summary>
/// One thread and its connections. All of a connection's work happens here, but for what is
/// offloaded; other threads reach the loop through its inbox and an eventfd.
/// </summary>
internal sealed class EpollLoop
{
    // So many connections at most hold an answer before the first of them is sent.
    private const int EventsMax = 64;
    private const int EventsPerAccept = 16;
    private const int SlotsFirst = 64;
    private const int ExpiredPerRoundMax = 64;

    // How many are looked at for the one to be closed, when there is one that would do.
    private const int EvictionLookMax = 512;

    // Time for the request of a client that has just connected.
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(50);

    // What the kernel gives back with an event: a connection's slot and its generation, or one of
    // these.
    private const ulong WakeData = ulong.MaxValue;
    private const ulong ListenerData = ulong.MaxValue - 1;

    private readonly HttpEngine _engine;
    private readonly OffloadPool _offloads;
    private readonly int _epoll;
    private readonly int _wake;
    private readonly TaskCompletionSource _ended =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private EpollConnection?[] _slots = new EpollConnection?[SlotsFirst];
    private readonly Stack<int> _freeSlots = new();
    private int _slotsUsed;
    private uint _generation;

    // Connections that go on when the events of this round are through.
    private readonly Queue<EpollConnection> _short = new();

    // Those with much to send, or of a client that has had its part of the round: their clients
    // have turns between rounds, one at a time, so that however many they are, whoever asks for
    // little waits for one.
    private readonly TurnsByClient<EpollConnection> _long = new();

    // Units that clients have taken of this round so far.
    private readonly Dictionary<ulong, long> _spent = [];

    // Those posted since the loop last looked, the last one first. Without a lock: a thread that
    // stands back behind this loop would hold it for as long as others have the core, since its
    // own signal wakes the loop that then waits.
    private EpollConnection? _inbox;

    // What must be let go of before anything more is made.
    private readonly ConcurrentQueue<EpollConnection> _givenUp = new();
    private int _signaled;
    private int _signaling;
    private volatile bool _isEnded;
    private int _connectionCount;
    private bool _isSweeping;
    private int _sweepHand;
    private int _evictions;
    private int _evictionHand;
    private volatile bool _sweepAsked;
    private volatile bool _stopAsked;
    private volatile bool _cutAsked;
    private bool _isStopping;
    private EpollAcceptor _acceptor = null!;
    private bool _accepts;
    private bool _acceptorPauses;

    internal EpollLoop(HttpEngine engine, OffloadPool offloads)
    {
        _engine = engine;
        _offloads = offloads;
        _epoll = Libc.CreateEpoll();
        if (_epoll < 0) throw new Win32Exception(Libc.Errno);
        _wake = Libc.CreateEventFd();
        if (_wake < 0) throw new Win32Exception(Libc.Errno);
        if (Libc.Watch(_epoll, _wake, Libc.EventIn, WakeData) < 0)
        {
            throw new Win32Exception(Libc.Errno);
        }
    }

    /// <summary>Ends when the loop was stopped and has no connection left.</summary>
    internal Task Ended => _ended.Task;

    internal void Offload(IOffloadedWork work) => _offloads.Add(work);

    /// <summary>False when a thread has it already.</summary>
    internal bool TryTakeBack(IOffloadedWork work) => _offloads.TryRemove(work);

    /// <summary>Connections given to this loop and not yet closed.</summary>
    internal int ConnectionCount => Volatile.Read(ref _connectionCount);

    /// <param name="acceptor">What brings connections.</param>
    /// <param name="accepts">Whether this loop is the one that runs it.</param>
    internal void Start(EpollAcceptor acceptor, bool accepts)
    {
        _acceptor = acceptor;
        _accepts = accepts;
        if (accepts && Libc.Watch(_epoll, acceptor.Descriptor, Libc.EventIn, ListenerData) < 0)
        {
            throw new Win32Exception(Libc.Errno);
        }

        new Thread(Run) { Name = "http", IsBackground = true }.Start();
    }

    /// <summary>
    /// Gives the loop a new connection; called by the acceptor's thread. If that is the loop's own,
    /// the connection need not wait for the next round.
    /// </summary>
    internal void Take(int fd, IPAddress address, EpollAcceptor acceptor)
    {
        Interlocked.Increment(ref _connectionCount);
        var connection = new EpollConnection(
            this, acceptor, fd, new HttpConnection(_engine, address));
        if (_accepts) Register(connection);
        else connection.PostNew();
    }

    /// <summary>
    /// Has a connection looked at that is not in the inbox; from any thread.
    /// </summary>
    internal void Post(EpollConnection connection)
    {
        do connection.PostedBefore = Volatile.Read(ref _inbox);
        while (Interlocked.CompareExchange(ref _inbox, connection, connection.PostedBefore)
            != connection.PostedBefore);
        Signal();
    }

    /// <summary>Has a connection cut before the loop goes on; from any thread.</summary>
    internal void GiveUp(EpollConnection connection)
    {
        _givenUp.Enqueue(connection);
        Signal();
    }

    /// <summary>It has something to send when the events of this round are through.</summary>
    internal void EnqueueShort(EpollConnection connection) => _short.Enqueue(connection);

    /// <summary>It has more to do than others should wait for.</summary>
    internal LinkedListNode<EpollConnection> EnqueueLong(EpollConnection connection) =>
        _long.Add(connection.Client, connection);

    /// <summary>Takes a connection out that is closed before its turn.</summary>
    internal void DequeueLong(LinkedListNode<EpollConnection> place) =>
        _long.Remove(place.Value.Client, place);

    /// <summary>
    /// Whether a client may go on in this round: not when its connections have taken more of it
    /// than one of them may take, or when another one waits already because of that. One that is
    /// unknown always may.
    /// </summary>
    internal bool MayGoOn(ulong client) =>
        client == 0
        || (_spent.GetValueOrDefault(client) < HttpConnection.TurnUnits && !_long.Contains(client));

    internal void RequestSweep()
    {
        // A server with nothing to do sleeps.
        if (ConnectionCount == 0 && !Volatile.Read(ref _acceptorPauses)) return;
        _sweepAsked = true;
        Signal();
    }

    /// <summary>Has one connection closed on which no request has come; from any thread.</summary>
    internal void RequestEviction()
    {
        Interlocked.Increment(ref _evictions);
        Signal();
    }

    /// <summary>Has the loop look at its inbox and at the acceptor.</summary>
    internal void Wake() => Signal();

    /// <summary>
    /// Closes a connection on which no request has come; on this loop's thread. False when there is
    /// none. First goes one that has settled without ever asking for anything. Without such, the
    /// larger crowd gives up the one that has waited for longest: those that were answered before,
    /// or those that have only just come, whose requests may be on their way.
    /// </summary>
    internal bool TryEvict()
    {
        long settled = _engine.Time.GetTimestamp()
            - (long)(s_grace.TotalSeconds * _engine.Time.TimestampFrequency);
        EpollConnection? answered = null;
        EpollConnection? fresh = null;
        int answeredLead = 0;
        for (int looked = 0; looked < _slotsUsed; looked++)
        {
            if (looked > EvictionLookMax && (answered ?? fresh) is not null) break;
            if (++_evictionHand >= _slotsUsed) _evictionHand = 0;
            if (_slots[_evictionHand] is not { IsWaiting: true } connection) continue;
            if (connection.HasAnswered)
            {
                answeredLead++;
                answered = Earlier(answered, connection);
                continue;
            }

            fresh = Earlier(fresh, connection);
            if (fresh.WaitingSince < settled) break;
            answeredLead--;
        }

        bool isSettled = fresh?.WaitingSince < settled;
        var choice = isSettled || answered is null || (fresh is not null && answeredLead < 0)
            ? fresh
            : answered;
        choice?.Close();
        return choice is not null;

        static EpollConnection Earlier(EpollConnection? one, EpollConnection other) =>
            one?.WaitingSince <= other.WaitingSince ? one : other;
    }

    internal void Stop()
    {
        _stopAsked = true;
        Signal();
    }

    internal void Cut()
    {
        _cutAsked = true;
        Signal();
    }

    /// <summary>The connection is closed; its slot is free for another.</summary>
    internal void Remove(EpollConnection connection)
    {
        if (connection.Slot >= 0)
        {
            _slots[connection.Slot] = null;
            _freeSlots.Push(connection.Slot);
        }

        Interlocked.Decrement(ref _connectionCount);
    }

    private void Signal()
    {
        if (Interlocked.Exchange(ref _signaled, 1) != 0) return;
        Interlocked.Increment(ref _signaling);
        if (!_isEnded) Libc.Signal(_wake);
        Interlocked.Decrement(ref _signaling);
    }

    private void Run()
    {
        byte[] events = new byte[EventsMax * Libc.EventBytes];
        // As long as the acceptor is open it may bring another one.
        while (!(_isStopping && _acceptor.IsClosed && ConnectionCount == 0))
        {
            int count = Libc.Wait(_epoll, events, _long.Count > 0 || _isSweeping ? 0 : -1);
            if (_spent.Count > 0) _spent.Clear();
            for (int i = 0; i < count; i++)
            {
                var (mask, data) = Libc.EventAt(events, i);
                if (data == WakeData) DrainInbox();
                else if (data == ListenerData) AcceptNew();
                else if (Find(data) is { } connection) Show(connection, mask);
                CutGivenUp();
                // In a round of many costly requests those who connect do not wait for its end.
                bool isTime = i % EventsPerAccept == EventsPerAccept - 1;
                if (isTime && _accepts && !_acceptorPauses) AcceptNew();
            }

            if (_isSweeping) SweepOn();
            while (_short.TryDequeue(out var answered)) answered.Run();
            RunLong();
            CutGivenUp();
        }

        Libc.CloseDescriptor(_epoll);
        _isEnded = true;
        Interlocked.MemoryBarrier();
        // When it is closed, the number may be another file's.
        var spin = default(SpinWait);
        while (Volatile.Read(ref _signaling) > 0) spin.SpinOnce();
        Libc.CloseDescriptor(_wake);
        _ended.SetResult();
    }

    // One turn of one client: as long as its part of a round, since many of its connections may
    // want little.
    private void RunLong()
    {
        if (!_long.TryTake(out var connection)) return;
        ulong client = connection.Client;
        long used = 0;
        do
        {
            connection.Run();
            used += connection.TakeUsedUnits();
        }
        while (client != 0 && used < HttpConnection.TurnUnits
            && _long.TryTakeOf(client, out connection));
    }

    private void Show(EpollConnection connection, uint mask)
    {
        connection.OnEvents(mask);
        Charge(connection);
    }

    private void Charge(EpollConnection connection)
    {
        ulong client = connection.Client;
        if (client == 0) return;
        ref long spent = ref CollectionsMarshal.GetValueRefOrAddDefault(_spent, client, out _);
        spent += connection.TakeUsedUnits();
    }

    private EpollConnection? Find(ulong data)
    {
        var connection = _slots[(int)(uint)data];
        // An event of a connection that this very round has closed may still be in the batch.
        return connection?.Generation == (uint)(data >> 32) ? connection : null;
    }

    private void DrainInbox()
    {
        Libc.ClearSignal(_wake);
        // From here on a post signals again, so none is missed.
        Interlocked.Exchange(ref _signaled, 0);
        EpollConnection? first = null;
        var posted = Interlocked.Exchange(ref _inbox, null);
        // In the order they were posted.
        while (posted is not null)
        {
            var before = posted.PostedBefore;
            posted.PostedBefore = first;
            first = posted;
            posted = before;
        }

        while (first is not null)
        {
            var connection = first;
            first = connection.PostedBefore;
            // It may be posted again from here on.
            connection.PostedBefore = null;
            connection.OnPosted();
            CutGivenUp();
        }

        if (_stopAsked && !_isStopping) BeginStop();
        if (_cutAsked) ForAll(static connection => connection.Cut());
        for (; Volatile.Read(ref _evictions) > 0; Interlocked.Decrement(ref _evictions))
        {
            TryEvict();
            _acceptor.EvictionDone();
        }

        if (_accepts) _acceptor.AdmitWaiting();
        if (_sweepAsked) Sweep();
    }

    private void CutGivenUp()
    {
        while (_givenUp.TryDequeue(out var connection)) connection.Cut();
    }

    /// <summary>Gives a new connection its place; on this loop's thread.</summary>
    internal void Register(EpollConnection connection)
    {
        int slot = _freeSlots.Count > 0 ? _freeSlots.Pop() : _slotsUsed++;
        if (slot == _slots.Length) Array.Resize(ref _slots, slot * 2);
        _slots[slot] = connection;
        connection.Slot = slot;
        connection.Generation = ++_generation;
        ulong data = ((ulong)connection.Generation << 32) | (uint)slot;
        const uint Mask = Libc.EventIn | Libc.EventOut | Libc.EventPeerClosed
            | Libc.EventEdgeTriggered;
        if (_isStopping || Libc.Watch(_epoll, connection.Descriptor, Mask, data) < 0)
        {
            connection.Cut();
            return;
        }

        connection.Begin();
        Charge(connection);
        CutGivenUp();
    }

    private void AcceptNew()
    {
        if (_isStopping || _acceptor.Accept()) return;
        // The listener would be reported again at once; the next sweep tries again.
        _ = Libc.Unwatch(_epoll, _acceptor.Descriptor);
        _acceptorPauses = true;
    }

    private void BeginStop()
    {
        _isStopping = true;
        if (_accepts) _acceptor.Close();
        ForAll(static connection => connection.Stop());
    }

    private void Sweep()
    {
        _sweepAsked = false;
        if (_acceptorPauses && !_isStopping)
        {
            _acceptorPauses = false;
            _ = Libc.Watch(_epoll, _acceptor.Descriptor, Libc.EventIn, ListenerData);
        }

        _isSweeping = true;
        _sweepHand = 0;
    }

    // Deadlines of thousands may pass in the same second, and each is an answer: some at a time.
    private void SweepOn()
    {
        long now = _engine.Time.GetTimestamp();
        for (int expired = 0; _sweepHand < _slotsUsed && expired < ExpiredPerRoundMax; _sweepHand++)
        {
            if (_slots[_sweepHand]?.CheckDeadline(now) == true) expired++;
        }

        _isSweeping = _sweepHand < _slotsUsed;
    }

    private void ForAll(Action<EpollConnection> action)
    {
        for (int slot = 0; slot < _slotsUsed; slot++)
        {
            if (_slots[slot] is { } connection) action(connection);
        }
    }
}
