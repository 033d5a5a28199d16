using System.Net;
using System.Net.Sockets;
using Http.Connections;

namespace Http.Transports;

/// <summary>
/// Linux, without tasks: some loops, each a thread that waits for all of its connections at once
/// (epoll(7), edge-triggered) and runs their state machines and handlers. What would wait for a
/// disk is done by a few other threads meanwhile. The first loop accepts for all of them.
/// </summary>
/// <param name="loopCount">Threads that serve; one for each processor unless given.</param>
public sealed class EpollTransport(int loopCount = 0) : ITransport
{
    private const int Backlog = 4096;
    private const int UnsentBytesMax = 256 * 1024;
    private const int OffloadThreadsMax = 8;
    private static readonly TimeSpan s_sweepPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_cutPatience = TimeSpan.FromSeconds(1);

    private EpollLoop[] _loops = [];
    private Socket? _listener;
    private ITimer? _sweep;
    private HttpEngine? _engine;

    /// <summary>Whether this system has what it takes.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    public IPEndPoint Start(IPEndPoint endPoint, HttpEngine engine)
    {
        if (_listener is not null) throw new InvalidOperationException("started already");
        _engine = engine;
        var listener = Listen(endPoint);
        try
        {
            int count = loopCount > 0 ? loopCount : Environment.ProcessorCount;
            var offloads = new OffloadPool(OffloadThreadsMax);
            _loops = [.. Enumerable.Range(0, count).Select(_ => new EpollLoop(engine, offloads))];
            var acceptor = new EpollAcceptor(listener, engine, _loops);
            for (int i = 0; i < count; i++) _loops[i].Start(acceptor, accepts: i == 0);
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        _listener = listener;
        _sweep = engine.Time.CreateTimer(_ => Sweep(), null, s_sweepPeriod, s_sweepPeriod);
        return (IPEndPoint)listener.LocalEndPoint!;
    }

    public async Task StopAsync(TimeSpan grace)
    {
        if (_listener is null) return;
        _engine?.BeginStop();
        foreach (var loop in _loops) loop.Stop();
        var all = Task.WhenAll(_loops.Select(loop => loop.Ended));
        if (!await EndsWithin(all, grace))
        {
            foreach (var loop in _loops) loop.Cut();
            // A handler that never returns cannot be ended; it is left behind with its loop.
            await EndsWithin(all, s_cutPatience);
        }

        if (_sweep is not null) await _sweep.DisposeAsync();
        _listener.Dispose();
    }

    private static Socket Listen(IPEndPoint endPoint)
    {
        var listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // "Any" of IPv6 means every address, IPv4 included.
            if (endPoint.Address.Equals(IPAddress.IPv6Any)) listener.DualMode = true;
            // Accepted sockets inherit these on Linux, which saves calls for each.
            listener.NoDelay = true;
            // As is what a slow client has waiting in the kernel: much of it would be made in vain.
            Libc.LimitUnsent((int)listener.Handle, UnsentBytesMax);
            listener.Blocking = false;
            listener.Bind(endPoint);
            listener.Listen(Backlog);
            return listener;
        }
        catch (SocketException)
        {
            listener.Dispose();
            throw;
        }
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

    private void Sweep()
    {
        foreach (var loop in _loops) loop.RequestSweep();
    }
}
