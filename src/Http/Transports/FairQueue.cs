namespace Http.Transports;

/// <summary>
/// Work that waits for a thread, by kind and by client: kinds have their turns one after the other,
/// and within a kind its clients. No kind is at work on more than some of the threads, so that a
/// crowd of one leaves the others their share. Not for several threads at once.
/// </summary>
/// <param name="runningOfKindMax">Items of one kind taken and not yet ended.</param>
internal sealed class FairQueue(int runningOfKindMax)
{
    private readonly Dictionary<int, Kind> _kinds = [];

    // Kinds with something waiting, each once, in the order of their turns.
    private readonly Queue<Kind> _turns = new();

    /// <summary>Items that wait.</summary>
    internal int Count { get; private set; }

    internal void Add(IOffloadedWork work)
    {
        if (!_kinds.TryGetValue(work.Kind, out var kind))
        {
            _kinds.Add(work.Kind, kind = new Kind());
        }

        kind.Add(work);
        if (kind.Count == 1) _turns.Enqueue(kind);
        Count++;
    }

    /// <summary>
    /// Takes what is next. False when nothing waits, or only such whose kind is at work on as many
    /// threads as it may be.
    /// </summary>
    internal bool TryTake(out IOffloadedWork work)
    {
        work = null!;
        for (int looked = _turns.Count; looked > 0; looked--)
        {
            var kind = _turns.Dequeue();
            if (kind.Running >= runningOfKindMax)
            {
                _turns.Enqueue(kind);
                continue;
            }

            work = kind.Take();
            kind.Running++;
            if (kind.Count > 0) _turns.Enqueue(kind);
            Count--;
            return true;
        }

        return false;
    }

    /// <summary>An item that was taken has ended.</summary>
    internal void End(int kind) => _kinds[kind].Running--;

    private sealed class Kind
    {
        private readonly Dictionary<ulong, Queue<IOffloadedWork>> _byClient = [];
        private readonly Queue<ulong> _turns = new();

        internal int Count { get; private set; }

        internal int Running { get; set; }

        internal void Add(IOffloadedWork work)
        {
            if (!_byClient.TryGetValue(work.Client, out var queue))
            {
                _byClient.Add(work.Client, queue = new Queue<IOffloadedWork>());
                _turns.Enqueue(work.Client);
            }

            queue.Enqueue(work);
            Count++;
        }

        internal IOffloadedWork Take()
        {
            ulong client = _turns.Dequeue();
            var queue = _byClient[client];
            var work = queue.Dequeue();
            if (queue.Count > 0) _turns.Enqueue(client);
            else _byClient.Remove(client);
            Count--;
            return work;
        }
    }
}
