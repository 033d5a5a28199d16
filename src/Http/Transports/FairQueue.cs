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
        Count++;
        if (kind.HasTurn) return;
        kind.HasTurn = true;
        _turns.Enqueue(kind);
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
            bool mayRun = kind.Count > 0 && kind.Running < runningOfKindMax;
            if (mayRun)
            {
                work = kind.Take();
                kind.Running++;
                Count--;
            }

            kind.HasTurn = kind.Count > 0;
            if (kind.HasTurn) _turns.Enqueue(kind);
            if (mayRun) return true;
        }

        return false;
    }

    /// <summary>False for an item that was taken already.</summary>
    internal bool TryRemove(IOffloadedWork work)
    {
        if (work.Place?.List is null) return false;
        _kinds[work.Kind].Remove(work);
        Count--;
        return true;
    }

    /// <summary>An item that was taken has ended.</summary>
    internal void End(int kind) => _kinds[kind].Running--;

    private sealed class Kind
    {
        private readonly Dictionary<ulong, LinkedListNode<Line>> _byClient = [];
        private readonly LinkedList<Line> _turns = [];

        internal int Count { get; private set; }

        internal int Running { get; set; }

        /// <summary>Whether it is among those that have turns.</summary>
        internal bool HasTurn { get; set; }

        internal void Add(IOffloadedWork work)
        {
            if (!_byClient.TryGetValue(work.Client, out var line))
            {
                _byClient.Add(work.Client, line = _turns.AddLast(new Line([])));
            }

            work.Place = line.Value.Waiting.AddLast(work);
            Count++;
        }

        internal IOffloadedWork Take()
        {
            var line = _turns.First!;
            var work = line.Value.Waiting.First!.Value;
            Remove(work);
            if (line.List is not null)
            {
                _turns.Remove(line);
                _turns.AddLast(line);
            }

            return work;
        }

        internal void Remove(IOffloadedWork work)
        {
            var waiting = work.Place!.List!;
            waiting.Remove(work.Place);
            work.Place = null;
            Count--;
            if (waiting.Count > 0) return;
            _byClient.Remove(work.Client, out var line);
            _turns.Remove(line!);
        }
    }

    /// <summary>What waits for one client.</summary>
    private sealed record Line(LinkedList<IOffloadedWork> Waiting);
}
