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

        work.Place = kind.Waiting.Add(work.Client, work);
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
            bool mayRun = kind.Running < runningOfKindMax && kind.Waiting.TryTake(out work);
            if (mayRun)
            {
                work.Place = null;
                kind.Running++;
                Count--;
            }

            kind.HasTurn = kind.Waiting.Count > 0;
            if (kind.HasTurn) _turns.Enqueue(kind);
            if (mayRun) return true;
        }

        return false;
    }

    /// <summary>False for an item that was taken already.</summary>
    internal bool TryRemove(IOffloadedWork work)
    {
        if (work.Place is not { } place) return false;
        _kinds[work.Kind].Waiting.Remove(work.Client, place);
        work.Place = null;
        Count--;
        return true;
    }

    /// <summary>An item that was taken has ended.</summary>
    internal void End(int kind) => _kinds[kind].Running--;

    private sealed class Kind
    {
        internal TurnsByClient<IOffloadedWork> Waiting { get; } = new();

        internal int Running { get; set; }

        /// <summary>Whether it is among those that have turns.</summary>
        internal bool HasTurn { get; set; }
    }
}
