namespace Http.Connections;

/// <summary>
/// What all connections hold in memory while they wait for their clients: beginnings of requests,
/// and answers that are not taken. It has one bound, and each address a share of it; beyond either,
/// the connection that has made no progress for longest is given up. For any thread.
/// </summary>
/// <remarks>
/// A connection counts only from the moment it has to wait: an answer that its client takes at once
/// never comes here.
/// </remarks>
internal sealed class HeldMemory(HttpLimits limits)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Entry> _slowestFirst = [];
    private readonly Dictionary<ulong, Share> _shares = [];
    private long _bytes;

    /// <summary>Counted at the moment.</summary>
    internal long Bytes
    {
        get
        {
            lock (_lock) return _bytes;
        }
    }

    /// <summary>Counts what a connection holds now, instead of what it held before.</summary>
    /// <param name="connection">Who waits.</param>
    /// <param name="address">Whose share it is; null for one that has none.</param>
    /// <param name="bytes">What it holds; 0 when that is over.</param>
    /// <param name="hasProgressed">Whether its client has done its part since last time.</param>
    internal void Set(HttpConnection connection, ulong? address, int bytes, bool hasProgressed)
    {
        List<HttpConnection>? givenUp = null;
        lock (_lock)
        {
            var entry = connection.Held;
            if (entry is not null && (bytes == 0 || hasProgressed || entry.Address != address))
            {
                Remove(entry);
                entry = null;
            }

            if (bytes == 0) return;
            if (entry is null) Add(connection, address, bytes);
            else Change(entry, bytes);
            if (address is { } key)
            {
                var share = _shares[key];
                // One answer of an address may be larger than its share.
                while (share.Bytes > limits.HeldBytesPerAddressMax
                    && share.SlowestFirst.Count > 1)
                {
                    GiveUp(share.SlowestFirst.First!.Value, ref givenUp);
                }
            }

            while (_bytes > limits.HeldBytesMax)
            {
                GiveUp(_slowestFirst.First!.Value, ref givenUp);
            }
        }

        // Outside of the lock: a transport may do it at once.
        givenUp?.ForEach(static connection => connection.GiveUp());
    }

    private void Add(HttpConnection connection, ulong? address, int bytes)
    {
        var entry = new Entry(connection, address);
        connection.Held = entry;
        _slowestFirst.AddLast(entry.Place);
        if (address is { } key)
        {
            if (!_shares.TryGetValue(key, out var share)) _shares.Add(key, share = new Share());
            share.SlowestFirst.AddLast(entry.PlaceInShare);
        }

        Change(entry, bytes);
    }

    private void Change(Entry entry, int bytes)
    {
        int more = bytes - entry.Bytes;
        entry.Bytes = bytes;
        _bytes += more;
        if (entry.Address is { } key) _shares[key].Bytes += more;
    }

    private void Remove(Entry entry)
    {
        Change(entry, 0);
        entry.Connection.Held = null;
        _slowestFirst.Remove(entry.Place);
        if (entry.Address is not { } key) return;
        var share = _shares[key];
        share.SlowestFirst.Remove(entry.PlaceInShare);
        if (share.SlowestFirst.Count == 0) _shares.Remove(key);
    }

    private void GiveUp(Entry entry, ref List<HttpConnection>? givenUp)
    {
        Remove(entry);
        (givenUp ??= []).Add(entry.Connection);
    }

    /// <summary>One connection's part. Touched under the lock alone.</summary>
    internal sealed class Entry
    {
        internal Entry(HttpConnection connection, ulong? address)
        {
            (Connection, Address) = (connection, address);
            Place = new LinkedListNode<Entry>(this);
            PlaceInShare = new LinkedListNode<Entry>(this);
        }

        internal HttpConnection Connection { get; }

        internal ulong? Address { get; }

        internal int Bytes { get; set; }

        internal LinkedListNode<Entry> Place { get; }

        internal LinkedListNode<Entry> PlaceInShare { get; }
    }

    private sealed class Share
    {
        internal LinkedList<Entry> SlowestFirst { get; } = [];

        internal long Bytes { get; set; }
    }
}
