using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Http.Connections;

namespace Http.Transports;

/// <summary>
/// Sockets of the platform, awaited: one task per connection, handlers on the thread pool. One
/// timer for all connections looks once a second for deadlines that have passed, so a time-out
/// comes up to that much late.
/// </summary>
public sealed class SocketTransport : ITransport
{
    private const int Backlog = 512;
    private static readonly TimeSpan s_sweepPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_acceptPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_cutPatience = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly HashSet<SocketConnection> _connections = [];
    private HttpEngine? _engine;
    private ConnectionGate? _gate;
    private Socket? _listener;
    private ITimer? _sweep;
    private Task _accepting = Task.CompletedTask;
    private volatile bool _stopping;

    public IPEndPoint Start(IPEndPoint endPoint, HttpEngine engine)
    {
        if (_listener is not null) throw new InvalidOperationException("started already");
        _engine = engine;
        _gate = engine.Gate;
        var listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // "Any" of IPv6 means every address, IPv4 included.
            if (endPoint.Address.Equals(IPAddress.IPv6Any)) listener.DualMode = true;
            listener.Bind(endPoint);
            listener.Listen(Backlog);
        }
        catch (SocketException)
        {
            listener.Dispose();
            throw;
        }

        _listener = listener;
        _sweep = engine.Time.CreateTimer(_ => Sweep(), null, s_sweepPeriod, s_sweepPeriod);
        _accepting = AcceptAllAsync(listener, engine, _gate);
        return (IPEndPoint)listener.LocalEndPoint!;
    }

    public async Task StopAsync(TimeSpan grace)
    {
        if (_listener is null || _engine is null) return;
        _stopping = true;
        _engine.BeginStop();
        _listener.Dispose();
        StopConnections();
        await _accepting;

        // Once more, for those that were being accepted.
        var running = StopConnections();
        var all = Task.WhenAll(running.Select(connection => connection.Completion));
        if (!await EndsWithin(all, grace))
        {
            foreach (var connection in running) connection.Cut();
            // A handler that never returns cannot be ended; it is left behind.
            await EndsWithin(all, s_cutPatience);
        }

        if (_sweep is not null) await _sweep.DisposeAsync();
    }

    private async Task<bool> EndsWithin(Task task, TimeSpan time)
    {
        try
        {
            await task.WaitAsync(time, _engine!.Time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task AcceptAllAsync(Socket listener, HttpEngine engine, ConnectionGate gate)
    {
        // The caller of Start is not kept by clients that wait already.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        bool failed = false;
        while (!_stopping)
        {
            try
            {
                Admit(await listener.AcceptAsync(), engine, gate);
                failed = false;
            }
            catch (Exception) when (_stopping)
            {
                return;
            }
            catch (SocketException exception) when (IsOfOneClient(exception))
            {
                // It was gone before it was accepted.
            }
            catch (SocketException exception)
            {
                // No descriptors or no memory: connections that end will free some.
                if (!failed) engine.Events.AcceptFailed(exception, s_acceptPause);
                failed = true;
                await Task.Delay(s_acceptPause);
            }
        }
    }

    private void Admit(Socket socket, HttpEngine engine, ConnectionGate gate)
    {
        if (!TryPrepare(socket, out var address))
        {
            socket.Dispose();
            return;
        }

        if (!gate.TryEnter(address))
        {
            engine.Events.ConnectionRefused(address);
            Refuse(socket, engine.TooManyConnections);
            return;
        }

        var connection = new SocketConnection(socket, new HttpConnection(engine, address));
        lock (_lock) _connections.Add(connection);
        connection.Start(ended =>
        {
            lock (_lock) _connections.Remove(ended);
            gate.Leave(address);
        });
    }

    /// <summary>False when the client is gone already.</summary>
    private static bool TryPrepare(Socket socket, out IPAddress address)
    {
        address = IPAddress.None;
        try
        {
            socket.NoDelay = true;
            if (socket.RemoteEndPoint is not IPEndPoint remote) return false;
            address =
                remote.Address.IsIPv4MappedToIPv6 ? remote.Address.MapToIPv4() : remote.Address;
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static void Refuse(Socket socket, byte[] answer)
    {
        try
        {
            // A new socket's send buffer is empty, so this does not wait for the client.
            socket.Blocking = false;
            socket.Send(answer);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // It did not wait for the answer.
        }
        finally
        {
            socket.Dispose();
        }
    }

    private static bool IsOfOneClient(SocketException exception) => exception.SocketErrorCode
        is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Interrupted;

    private SocketConnection[] StopConnections()
    {
        SocketConnection[] connections;
        lock (_lock) connections = [.. _connections];
        foreach (var connection in connections) connection.Stop();
        return connections;
    }

    private void Sweep()
    {
        Debug.Assert(_engine is not null, "the timer starts with the engine");
        long now = _engine.Time.GetTimestamp();
        lock (_lock)
        {
            foreach (var connection in _connections) connection.CheckDeadline(now);
        }
    }
}
