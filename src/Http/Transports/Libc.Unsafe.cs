using System.Runtime.InteropServices;

namespace Http.Transports;

/// <summary>
/// The system calls of the epoll transport (Linux, x86-64 and arm64), as they are: a negative
/// result means <see cref="Errno"/>. Calls that a signal interrupted are repeated here.
/// </summary>
internal static unsafe partial class Libc
{
    internal const int WouldBlock = 11;
    internal const int BrokenPipe = 32;
    internal const int ConnectionReset = 104;
    internal const int TimedOut = 110;
    internal const int FilesOfProcessExhausted = 24;
    internal const int FilesOfSystemExhausted = 23;
    internal const int NoBufferSpace = 105;
    internal const int NoMemory = 12;

    internal const uint EventIn = 0x001;
    internal const uint EventOut = 0x004;
    internal const uint EventError = 0x008;
    internal const uint EventHangUp = 0x010;
    internal const uint EventPeerClosed = 0x2000;
    internal const uint EventEdgeTriggered = 1u << 31;

    private const int Interrupted = 4;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int ControlAdd = 1;
    private const int ControlDelete = 2;
    private const int NoSignal = 0x4000;
    private const int MoreFollows = 0x8000;
    private const int ReadWithoutWaiting = 0x8;
    private const int SocketLevel = 1;
    private const int LingerOption = 13;
    private const int TcpLevel = 6;
    private const int NotSentLowAtOption = 25;
    private const int ShutdownWrite = 1;

    // A third of the others' share of a core. Not less: where other programs keep the machine busy
    // such a thread would hardly run, and what it holds (a lock, its part in a collection) with it.
    private const int StandBackSteps = 5;

    // struct epoll_event is packed on x86-64 and only there (epoll_ctl(2)).
    private static readonly bool s_isPacked =
        RuntimeInformation.ProcessArchitecture == Architecture.X64;

    internal static readonly int EventBytes = s_isPacked ? 12 : 16;

    private static readonly int s_dataAt = s_isPacked ? 4 : 8;

    /// <summary>Why the last call of this thread failed.</summary>
    internal static int Errno => Marshal.GetLastSystemError();

    internal static int CreateEpoll() => EpollCreate(CloseOnExec);

    internal static int CreateEventFd() => EventFd(0, CloseOnExec | NonBlocking);

    internal static int Watch(int epoll, int fd, uint events, ulong data)
    {
        byte* entry = stackalloc byte[16];
        *(uint*)entry = events;
        *(ulong*)(entry + s_dataAt) = data;
        return EpollControl(epoll, ControlAdd, fd, entry);
    }

    internal static int Unwatch(int epoll, int fd)
    {
        byte* unused = stackalloc byte[16];
        return EpollControl(epoll, ControlDelete, fd, unused);
    }

    /// <param name="epoll">The epoll descriptor.</param>
    /// <param name="events">Room for whole entries of <see cref="EventBytes"/>.</param>
    /// <param name="milliseconds">How long to wait; -1 without end.</param>
    internal static int Wait(int epoll, Span<byte> events, int milliseconds)
    {
        fixed (byte* room = events)
        {
            int count = EpollWait(epoll, room, events.Length / EventBytes, milliseconds);
            // Interrupted: as if nothing had come.
            return count < 0 && Errno == Interrupted ? 0 : count;
        }
    }

    internal static (uint Events, ulong Data) EventAt(ReadOnlySpan<byte> events, int index)
    {
        var entry = events.Slice(index * EventBytes, EventBytes);
        return (BitConverter.ToUInt32(entry), BitConverter.ToUInt64(entry[s_dataAt..]));
    }

    internal static void Signal(int eventFd)
    {
        ulong one = 1;
        // Fails only when the counter is at its end, and then the loop is awake anyway.
        _ = Write(eventFd, &one, sizeof(ulong));
    }

    internal static void ClearSignal(int eventFd)
    {
        ulong count;
        _ = Read(eventFd, &count, sizeof(ulong));
    }

    /// <summary>
    /// A new connection, not blocking; the peer's address as the kernel writes it.
    /// </summary>
    internal static int Accept(int listener, Span<byte> address, out int addressLength)
    {
        fixed (byte* room = address)
        {
            while (true)
            {
                uint length = (uint)address.Length;
                int fd = Accept4(listener, room, &length, NonBlocking | CloseOnExec);
                addressLength = (int)length;
                if (fd >= 0 || Errno != Interrupted) return fd;
            }
        }
    }

    internal static nint Receive(int fd, Span<byte> buffer)
    {
        fixed (byte* room = buffer)
        {
            while (true)
            {
                nint count = Recv(fd, room, (nuint)buffer.Length, 0);
                if (count >= 0 || Errno != Interrupted) return count;
            }
        }
    }

    /// <param name="fd">The socket.</param>
    /// <param name="bytes">What to send.</param>
    /// <param name="more">Whether more follows at once, so that it may share a packet.</param>
    internal static nint Send(int fd, ReadOnlySpan<byte> bytes, bool more)
    {
        int flags = more ? NoSignal | MoreFollows : NoSignal;
        fixed (byte* start = bytes)
        {
            while (true)
            {
                nint count = SendTo(fd, start, (nuint)bytes.Length, flags);
                if (count >= 0 || Errno != Interrupted) return count;
            }
        }
    }

    internal static nint SendFile(int socket, int file, long offset, nint count)
    {
        while (true)
        {
            nint sent = SendFileFrom(socket, file, &offset, (nuint)count);
            if (sent >= 0 || Errno != Interrupted) return sent;
        }
    }

    /// <summary>
    /// Whether one byte of a file is in memory; false as well where the kernel cannot tell.
    /// </summary>
    internal static bool IsInMemory(int file, long offset)
    {
        byte value;
        var part = new IoVector { Start = &value, Length = 1 };
        return ReadVector(file, &part, 1, offset, ReadWithoutWaiting) >= 0;
    }

    /// <summary>Reads a part of a file so that it is in memory afterwards.</summary>
    internal static void ReadInto(int file, long offset, long count)
    {
        const int PartBytes = 16 * 1024;
        byte* room = stackalloc byte[PartBytes];
        for (long end = offset + count; offset < end;)
        {
            nint read = ReadAt(file, room, (nuint)Math.Min(PartBytes, end - offset), offset);
            if (read <= 0 && !(read < 0 && Errno == Interrupted)) return;
            if (read > 0) offset += read;
        }
    }

    /// <summary>
    /// How much may wait in the kernel that was not sent yet (TCP_NOTSENT_LOWAT, tcp(7)).
    /// </summary>
    internal static void LimitUnsent(int socket, int bytes) =>
        _ = SetSocketOption(socket, TcpLevel, NotSentLowAtOption, &bytes, sizeof(int));

    /// <summary>
    /// Has the calling thread stand back behind the process's others, which on Linux a thread can
    /// for itself (nice(2)).
    /// </summary>
    internal static void StandBack() => _ = Nice(StandBackSteps);

    internal static void EndSending(int socket) => _ = Shutdown(socket, ShutdownWrite);

    internal static void CloseDescriptor(int fd) => _ = Close(fd);

    /// <summary>Closes so that the peer sees a reset, whatever was sent.</summary>
    internal static void ResetConnection(int socket)
    {
        // struct linger: on, for 0 seconds.
        int* linger = stackalloc int[2];
        linger[0] = 1;
        linger[1] = 0;
        _ = SetSocketOption(socket, SocketLevel, LingerOption, linger, 2 * sizeof(int));
        _ = Close(socket);
    }

    private struct IoVector
    {
        internal void* Start;
        internal nuint Length;
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1")]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl")]
    private static partial int EpollControl(int epoll, int operation, int fd, void* entry);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    private static partial int EpollWait(int epoll, void* events, int eventsMax, int milliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd")]
    private static partial int EventFd(uint count, int flags);

    [LibraryImport("libc", EntryPoint = "accept4")]
    private static partial int Accept4(int listener, void* address, uint* length, int flags);

    [LibraryImport("libc", EntryPoint = "recv")]
    private static partial nint Recv(int fd, void* buffer, nuint count, int flags);

    [LibraryImport("libc", EntryPoint = "send")]
    private static partial nint SendTo(int fd, void* buffer, nuint count, int flags);

    [LibraryImport("libc", EntryPoint = "sendfile64")]
    private static partial nint SendFileFrom(int socket, int file, long* offset, nuint count);

    [LibraryImport("libc", EntryPoint = "preadv64v2")]
    private static partial nint ReadVector(
        int file, IoVector* parts, int count, long offset, int flags);

    [LibraryImport("libc", EntryPoint = "pread64")]
    private static partial nint ReadAt(int file, void* buffer, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int fd, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int fd, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    private static partial int Shutdown(int socket, int how);

    [LibraryImport("libc", EntryPoint = "setsockopt")]
    private static partial int SetSocketOption(
        int socket, int level, int name, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "nice")]
    private static partial int Nice(int steps);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);
}
