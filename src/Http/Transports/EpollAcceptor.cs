using System.Net;
using System.Net.Sockets;
using Http.Connections;

namespace Http.Transports;

/// <summary>
/// Takes new connections from the listener and gives each to the loop that has the fewest. Runs on
/// the first loop's thread.
/// </summary>
internal sealed class EpollAcceptor(Socket listener, HttpEngine engine, EpollLoop[] loops)
{
    // As many as are taken before the loop looks at its connections again: a request that is there
    // already is answered at once.
    private const int BatchMax = 8;
    private const int AddressBytesMax = 128;
    private const int RefusedBytesMax = 4096;

    // Beyond the limit on connections, for the moment it takes another loop to close one each.
    private const int WaitingMax = 16;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly ConnectionGate _gate = engine.Gate;

    // Given up to take a connection when there are no descriptors left, and to turn it away.
    private int _reserve = Libc.CreateEventFd();
    private bool _failing;
    private int _askedLast;

    // Accepted while there was no room; and how many times room was asked for and not yet made.
    private readonly Queue<(int Descriptor, IPAddress Address)> _waiting = new();
    private int _evictionsAsked;
    private volatile bool _isClosed;

    /// <summary>No connection comes any more; told to every loop.</summary>
    internal bool IsClosed => _isClosed;

    internal int Descriptor => (int)listener.Handle;

    /// <summary>Takes what waits. False when it failed and is to be tried after a pause.</summary>
    internal bool Accept()
    {
        // It may have been lost to another thread while it was given up.
        if (_reserve < 0) _reserve = Libc.CreateEventFd();
        Span<byte> address = stackalloc byte[AddressBytesMax];
        for (int i = 0; i < BatchMax; i++)
        {
            int fd = Libc.Accept(Descriptor, address, out int length);
            if (fd < 0)
            {
                int errno = Libc.Errno;
                if (errno == Libc.WouldBlock) return true;
                if (IsShortage(errno)) return TurnAwayWithReserve(errno);
                // That client was gone before it was accepted.
                continue;
            }

            _failing = false;
            Admit(fd, AddressOf(address[..length]));
        }

        return true;
    }

    internal void Leave(IPAddress address) => _gate.Leave(address);

    internal void Close()
    {
        listener.Dispose();
        while (_waiting.TryDequeue(out var waiting)) Libc.CloseDescriptor(waiting.Descriptor);
        if (_reserve >= 0) Libc.CloseDescriptor(_reserve);
        _reserve = -1;
        _isClosed = true;
        // Those that have ended but for this look again.
        foreach (var loop in loops) loop.Stop();
    }

    private void Admit(int fd, IPAddress address)
    {
        if (_gate.TryEnter(address)) Give(fd, address);
        else if (!_gate.IsFull) TurnAway(fd, address);
        else if (loops[0].TryEvict()) Admit(fd, address);
        else if (_waiting.Count < WaitingMax && TryAskOthers()) _waiting.Enqueue((fd, address));
        else TurnAway(fd, address);
    }

    /// <summary>
    /// Lets those in who wait for room that another loop was asked to make; without room when that
    /// has answered, they are turned away. On the first loop's thread.
    /// </summary>
    internal void AdmitWaiting()
    {
        bool isAnswered = Volatile.Read(ref _evictionsAsked) == 0;
        while (_waiting.TryPeek(out var next))
        {
            bool enters = _gate.TryEnter(next.Address);
            if (!enters && !isAnswered) return;
            _waiting.Dequeue();
            if (enters) Give(next.Descriptor, next.Address);
            else TurnAway(next.Descriptor, next.Address);
        }
    }

    /// <summary>A loop has closed the connection it was asked to close, or found none.</summary>
    internal void EvictionDone()
    {
        Interlocked.Decrement(ref _evictionsAsked);
        loops[0].Wake();
    }

    // Whoever holds a connection without a request on it makes room for the next one: otherwise a
    // crowd that only connects would keep everyone else out.
    private bool TryAskOthers()
    {
        if (loops.Length == 1) return false;
        _askedLast = (_askedLast % (loops.Length - 1)) + 1;
        Interlocked.Increment(ref _evictionsAsked);
        loops[_askedLast].RequestEviction();
        return true;
    }

    private void TurnAway(int fd, IPAddress address)
    {
        engine.Events.ConnectionRefused(address);
        Refuse(fd);
    }

    private void Give(int fd, IPAddress address)
    {
        var least = loops[0];
        foreach (var loop in loops)
        {
            if (loop.ConnectionCount < least.ConnectionCount) least = loop;
        }

        least.Take(fd, address, this);
    }

    // Without a descriptor to spare nobody could even be told, and the listener would wake the loop
    // again and again.
    private bool TurnAwayWithReserve(int errno)
    {
        if (!_failing)
        {
            _failing = true;
            engine.Events.AcceptFailed(new SocketException(errno), s_pause);
        }

        if (_reserve < 0) return false;
        Libc.CloseDescriptor(_reserve);
        Span<byte> address = stackalloc byte[AddressBytesMax];
        int fd = Libc.Accept(Descriptor, address, out _);
        if (fd >= 0) Refuse(fd);
        _reserve = Libc.CreateEventFd();
        return fd >= 0;
    }

    private void Refuse(int fd)
    {
        // A new socket's send buffer is empty, so this does not wait for the client.
        _ = Libc.Send(fd, engine.TooManyConnections, more: false);
        Libc.EndSending(fd);
        // What has come already would make the close a reset, which can overtake the answer.
        _ = Libc.Receive(fd, stackalloc byte[RefusedBytesMax]);
        Libc.CloseDescriptor(fd);
    }

    private static bool IsShortage(int errno) => errno is Libc.FilesOfProcessExhausted
        or Libc.FilesOfSystemExhausted or Libc.NoBufferSpace or Libc.NoMemory;

    // struct sockaddr_in: family, port, address at 4; sockaddr_in6: address at 8.
    private static IPAddress AddressOf(ReadOnlySpan<byte> address) => address.Length switch
    {
        16 => new IPAddress(address.Slice(4, 4)),
        28 => Plain(new IPAddress(address.Slice(8, 16))),
        _ => IPAddress.None,
    };

    private static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
