namespace Http.Transports;

/// <summary>Work for a thread that may wait for a disk.</summary>
internal interface IOffloadedWork
{
    /// <summary>Must not throw.</summary>
    void Run();
}

/// <summary>
/// A few threads that wait for disks, so that loops need not. Threads begin when there is work for
/// them and end when there was none for a while. The queue is bounded by what is queued: one item
/// for each connection at most.
/// </summary>
internal sealed class OffloadPool(int threadsMax)
{
    private const int StackBytes = 512 * 1024;
    private static readonly TimeSpan s_idleMax = TimeSpan.FromSeconds(20);

    private readonly object _gate = new();
    private readonly Queue<IOffloadedWork> _queue = new();
    private int _threads;
    private int _waiting;

    internal void Add(IOffloadedWork work)
    {
        lock (_gate)
        {
            _queue.Enqueue(work);
            if (_waiting >= _queue.Count || _threads == threadsMax)
            {
                Monitor.Pulse(_gate);
                return;
            }

            _threads++;
        }

        StartThread();
    }

    // Where no more threads can be had, those there are have to do.
    private void StartThread()
    {
        try
        {
            new Thread(Run, StackBytes) { Name = "offload", IsBackground = true }.Start();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            lock (_gate)
            {
                if (--_threads == 0) throw;
            }
        }
    }

    private void Run()
    {
        // When they do not wait for disks, eight of them would leave a loop little of one core.
        Libc.StandBack();
        while (TryTake(out var work)) work.Run();
    }

    private bool TryTake(out IOffloadedWork work)
    {
        lock (_gate)
        {
            while (!_queue.TryDequeue(out work!))
            {
                _waiting++;
                bool pulsed = Monitor.Wait(_gate, s_idleMax);
                _waiting--;
                if (pulsed || _queue.Count > 0) continue;
                _threads--;
                return false;
            }

            return true;
        }
    }
}
