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
    // As many as are taken before the loop looks at its connections again.
    private const int BatchMax = 64;
    private const int AddressBytesMax = 128;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly ConnectionGate _gate = engine.Gate;

    // Given up to take a connection when there are no descriptors left, and to turn it away.
    private int _reserve = Libc.CreateEventFd();
    private bool _failing;
    private volatile bool _isClosed;

    /// <summary>No connection comes any more; told to every loop.</summary>
    internal bool IsClosed => _isClosed;

    internal int Descriptor => (int)listener.Handle;

    /// <summary>Takes what waits. False when it failed and is to be tried after a pause.</summary>
    internal bool Accept()
    {
        Span<byte> address = stackalloc byte[AddressBytesMax];
        for (int i = 0; i < BatchMax; i++)
        {
            int fd = Libc.Accept(Descriptor, address, out int length);
            if (fd < 0)
            {
                int errno = Libc.Errno;
                if (errno == Libc.WouldBlock) return true;
                if (IsShortage(errno)) return TurnAway(errno);
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
        if (_reserve >= 0) Libc.CloseDescriptor(_reserve);
        _reserve = -1;
        _isClosed = true;
        // Those that have ended but for this look again.
        foreach (var loop in loops) loop.Stop();
    }

    private void Admit(int fd, IPAddress address)
    {
        if (!_gate.TryEnter(address))
        {
            engine.Events.ConnectionRefused(address);
            Refuse(fd);
            return;
        }

        var least = loops[0];
        foreach (var loop in loops)
        {
            if (loop.ConnectionCount < least.ConnectionCount) least = loop;
        }

        least.Take(fd, address, this);
    }

    // Without a descriptor to spare nobody could even be told, and the listener would wake the loop
    // again and again.
    private bool TurnAway(int errno)
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
