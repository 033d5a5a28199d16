namespace Http.Transports;

/// <summary>
/// What waits for its turn: clients have theirs one after the other, and what waits for one client
/// stays in its order. Not for several threads at once.
/// </summary>
internal sealed class TurnsByClient<T>
{
    private readonly Dictionary<ulong, LinkedListNode<Line>> _byClient = [];
    private readonly LinkedList<Line> _turns = [];

    /// <summary>Items that wait.</summary>
    internal int Count { get; private set; }

    /// <summary>Whether something waits for that client.</summary>
    internal bool Contains(ulong client) => _byClient.ContainsKey(client);

    /// <summary>The place is what <see cref="Remove"/> takes.</summary>
    internal LinkedListNode<T> Add(ulong client, T item)
    {
        if (!_byClient.TryGetValue(client, out var line))
        {
            _byClient.Add(client, line = _turns.AddLast(new Line(client)));
        }

        Count++;
        return line.Value.Waiting.AddLast(item);
    }

    internal bool TryTake(out T item)
    {
        item = default!;
        if (_turns.First is not { } line) return false;
        item = TakeFirst(line);
        if (line.List is null) return true;
        _turns.Remove(line);
        _turns.AddLast(line);
        return true;
    }

    /// <summary>Takes what is next of one client, whose turn it stays.</summary>
    internal bool TryTakeOf(ulong client, out T item)
    {
        bool waits = _byClient.TryGetValue(client, out var line);
        item = waits ? TakeFirst(line!) : default!;
        return waits;
    }

    /// <summary>Takes out what waits, and was added for that client.</summary>
    internal void Remove(ulong client, LinkedListNode<T> place)
    {
        var line = _byClient[client];
        line.Value.Waiting.Remove(place);
        Count--;
        if (line.Value.Waiting.Count > 0) return;
        _byClient.Remove(client);
        _turns.Remove(line);
    }

    private T TakeFirst(LinkedListNode<Line> line)
    {
        var place = line.Value.Waiting.First!;
        Remove(line.Value.Client, place);
        return place.Value;
    }

    private sealed class Line(ulong client)
    {
        internal ulong Client { get; } = client;

        internal LinkedList<T> Waiting { get; } = [];
    }
}
