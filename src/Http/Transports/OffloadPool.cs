namespace Http.Transports;

/// <summary>Work for a thread that may wait for a disk.</summary>
internal interface IOffloadedWork
{
    /// <summary>Which kind of work it is; see <see cref="FairQueue"/>.</summary>
    int Kind { get; }

    /// <summary>Who it is done for.</summary>
    ulong Client { get; }

    /// <summary>Where it waits; for the queue alone.</summary>
    LinkedListNode<IOffloadedWork>? Place { get; set; }

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
    private readonly FairQueue _queue = new(Math.Max(1, threadsMax / 2));
    private int _threads;
    private int _waiting;

    internal void Add(IOffloadedWork work)
    {
        lock (_gate)
        {
            _queue.Add(work);
            if (_waiting >= _queue.Count || _threads == threadsMax)
            {
                Monitor.Pulse(_gate);
                return;
            }

            _threads++;
        }

        StartThread();
    }

    /// <summary>Takes something back; false when a thread has it already.</summary>
    internal bool TryRemove(IOffloadedWork work)
    {
        lock (_gate) return _queue.TryRemove(work);
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
        while (TryTake(out var work))
        {
            int kind = work.Kind;
            work.Run();
            End(kind);
        }
    }

    private bool TryTake(out IOffloadedWork work)
    {
        lock (_gate)
        {
            while (!_queue.TryTake(out work))
            {
                _waiting++;
                bool pulsed = Monitor.Wait(_gate, s_idleMax);
                _waiting--;
                // What waits may belong to kinds that have their share: those threads see to it.
                if (pulsed || _queue.Count > 0) continue;
                _threads--;
                return false;
            }

            return true;
        }
    }

    // The thread that ends takes what is next itself.
    private void End(int kind)
    {
        lock (_gate) _queue.End(kind);
    }
}
