using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Http.Connections;

namespace Http.Transports;

/// <summary>
/// Drives one connection's state machine over a socket. The task alone touches the state machine;
/// the sweep and the stop reach it by what makes its pending call return: the end of the receiving
/// direction, the socket's disposal, or, of a WebSocket, a signal.
/// </summary>
internal sealed partial class SocketConnection(Socket socket, HttpConnection connection)
{
    // A slice small enough that a slow client shows some progress within its time-out.
    private const int SliceBytesMax = 64 * 1024;

    // How many sweeps a connection that was woken may take to move before it is cut.
    private const int SweepsExpiredMax = 10;

    // Values of _deadline beside timestamps.
    private const long Unarmed = long.MaxValue;
    private const long Expired = long.MinValue;

    private readonly Socket _socket = socket;
    private readonly HttpConnection _connection = connection;

    // Disposing of a socket that another thread's call is still on resets the connection, so what
    // the task was woken with must be over before it closes.
    private readonly Lock _ending = new();
    private long _deadline = Unarmed;
    private int _idle;

    // Only the sweep touches it.
    private int _sweepsExpired;
    private volatile bool _stopping;

    internal Task Completion { get; private set; } = Task.CompletedTask;

    internal void Start(Action<SocketConnection> ended)
    {
        _connection.Woken = _signal.Wake;
        _connection.GivenUp = Cut;
        Completion = RunAsync(ended);
    }

    internal void Stop()
    {
        _stopping = true;
        _connection.Stop();
        // The task sets the mark and then looks at _stopping; here it is the other way round.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _idle) != 0) EndReceiving();
    }

    /// <summary>Ends the connection at once, with a reset.</summary>
    internal void Cut()
    {
        try
        {
            _socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is gone already.
        }

        _socket.Dispose();
    }

    /// <summary>Wakes the task when its deadline has passed; called by the sweep.</summary>
    internal void CheckDeadline(long now)
    {
        long deadline = Volatile.Read(ref _deadline);
        if (deadline == Expired)
        {
            // Not every platform's pending calls return when the receiving direction ends.
            if (++_sweepsExpired == SweepsExpiredMax) Cut();
        }
        else if (deadline <= now
            && Interlocked.CompareExchange(ref _deadline, Expired, deadline) == deadline)
        {
            _sweepsExpired = 0;
            if (_connection.DeadlineKind == DeadlineKind.SlowReader) Cut();
            else if (_connection.DeadlineKind == DeadlineKind.Silence) _signal.Wake();
            else EndReceiving();
        }
    }

    private async Task RunAsync(Action<SocketConnection> ended)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            var step = _connection.Advance();
            while (step is not (NextStep.Close or NextStep.Reset))
            {
                await DoAsync(step);
                step = Disarm() ? _connection.TimedOut() : _connection.Advance();
            }

            if (step == NextStep.Reset) Cut();
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The client is gone, or we cut it off.
            Cut();
        }
        finally
        {
            _connection.Dispose();
            lock (_ending) _socket.Dispose();
            await EndDuplexAsync();
            ended(this);
        }
    }

    private ValueTask DoAsync(NextStep step)
    {
        Volatile.Write(ref _deadline, _connection.Deadline);
        _connection.NoteWaiting();
        switch (step)
        {
            case NextStep.Read:
                return ReadAsync();
            case NextStep.Write:
                return WriteAsync();
            case NextStep.SendFile:
                return SendFileAsync();
            case NextStep.Duplex:
                return DuplexAsync();
            case NextStep.Offload:
                // No other connection waits for this thread: the next Advance may block.
                return ValueTask.CompletedTask;
            case NextStep.ShutdownSend:
                _socket.Shutdown(SocketShutdown.Send);
                return ValueTask.CompletedTask;
            default:
                throw new UnreachableException($"{step} is not a step to take");
        }
    }

    /// <summary>True when the sweep has found the deadline passed.</summary>
    private bool Disarm() => Interlocked.Exchange(ref _deadline, Unarmed) == Expired;

    // The builder keeps what these methods hold while they wait, so that a request allocates
    // nothing.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadAsync()
    {
        if (_connection.DeadlineKind == DeadlineKind.Idle)
        {
            Interlocked.Exchange(ref _idle, 1);
            if (_stopping) EndReceiving();
            // Waits without a buffer: thousands of idle connections need none.
            await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
            Volatile.Write(ref _idle, 0);
        }

        int count = await _socket.ReceiveAsync(_connection.GetReceiveBuffer(), SocketFlags.None);
        _connection.Received(count);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAsync()
    {
        if (_sent is not null)
        {
            await EndSendAsync();
            return;
        }

        var output = _connection.Output;
        if (output.Length > SliceBytesMax) output = output[..SliceBytesMax];
        _connection.Written(await _socket.SendAsync(output, SocketFlags.None));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendFileAsync()
    {
        byte[] slice = EngineBuffers.Rent(SliceBytesMax);
        try
        {
            // The head goes out together with the file's first bytes.
            var output = _connection.Output;
            int fromOutput = Math.Min(output.Length, slice.Length);
            output.Span[..fromOutput].CopyTo(slice);
            if (!TryReadFile(slice.AsSpan(fromOutput), out int read)) return;

            var toSend = slice.AsMemory(0, fromOutput + read);
            int sent = await _socket.SendAsync(toSend, SocketFlags.None);
            int sentOfOutput = Math.Min(sent, fromOutput);
            _connection.Written(sentOfOutput);
            _connection.FileSent(sent - sentOfOutput);
        }
        finally
        {
            EngineBuffers.Return(slice);
        }
    }

    private bool TryReadFile(Span<byte> room, out int read)
    {
        read = 0;
        if (room.IsEmpty) return true;
        try
        {
            int wanted = (int)Math.Min(room.Length, _connection.FileBytesLeft);
            read = RandomAccess.Read(_connection.File!, room[..wanted], _connection.FileOffset);
            if (read > 0) return true;
            _connection.FileFailed(new EndOfStreamException("the file became shorter"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _connection.FileFailed(exception);
        }

        return false;
    }

    private void EndReceiving()
    {
        try
        {
            lock (_ending) _socket.Shutdown(SocketShutdown.Receive);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is gone already.
        }
    }
}
