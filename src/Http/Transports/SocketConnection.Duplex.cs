using System.Net.Sockets;
using Http.Connections;

namespace Http.Transports;

// Both directions of a WebSocket at once. The state machine is advanced while a send is pending, so
// what is sent is a copy; the receive waits without a buffer. Either, and whoever wakes the
// connection, sets one signal, which the connection's task waits for.
internal sealed partial class SocketConnection
{
    private readonly WakeSignal _signal = new();
    private Task<int>? _readable;
    private Task<int>? _sent;
    private byte[] _slice = [];

    private async ValueTask DuplexAsync()
    {
        _readable ??= Announced(_socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None));
        _sent ??= BeginSend();
        bool isEither = _readable.IsCompleted || _sent is { IsCompleted: true };
        if (!isEither) await _signal.WaitAsync();

        if (_sent is { IsCompleted: true }) await EndSendAsync();
        if (_readable.IsCompleted)
        {
            await _readable;
            _readable = null;
            var room = _connection.GetReceiveBuffer();
            _connection.Received(await _socket.ReceiveAsync(room, SocketFlags.None));
        }
    }

    private Task<int>? BeginSend()
    {
        var output = _connection.Output;
        if (output.IsEmpty) return null;
        if (output.Length > SliceBytesMax) output = output[..SliceBytesMax];
        _slice = EngineBuffers.Rent(output.Length);
        output.CopyTo(_slice);
        return Announced(_socket.SendAsync(_slice.AsMemory(0, output.Length), SocketFlags.None));
    }

    /// <summary>Waits for a send that was begun, if there is one.</summary>
    private async ValueTask EndSendAsync()
    {
        if (_sent is null) return;
        try
        {
            _connection.Written(await _sent);
        }
        finally
        {
            ReturnSlice();
        }
    }

    /// <summary>After the socket's disposal, which makes both calls return.</summary>
    private async ValueTask EndDuplexAsync()
    {
        const ConfigureAwaitOptions Quietly = ConfigureAwaitOptions.SuppressThrowing;
        if (_readable is not null) await ((Task)_readable).ConfigureAwait(Quietly);
        if (_sent is null) return;
        await ((Task)_sent).ConfigureAwait(Quietly);
        ReturnSlice();
    }

    private void ReturnSlice()
    {
        EngineBuffers.Return(_slice);
        _slice = [];
        _sent = null;
    }

    /// <summary>Sets the signal when the call has returned, and not before.</summary>
    private Task<int> Announced(ValueTask<int> call)
    {
        var task = call.AsTask();
        if (!task.IsCompleted) task.GetAwaiter().UnsafeOnCompleted(_signal.Wake);
        return task;
    }
}
