namespace Http.Connections;

/// <summary>
/// What all connections hold in memory while they wait: beginnings of requests, requests that wait
/// for a thread, and answers that are not taken. It has one bound, and each address a share of what
/// waits for clients; beyond either, the connection whose client has made no progress for longest
/// is given up, and when no client is waited for, the request that was last to come. For any
/// thread.
/// </summary>
/// <remarks>
/// A connection counts only from the moment it has to wait: an answer that is made at once and that
/// its client takes at once never comes here. What was given up counts until its transport has let
/// go of it, which it must do before more is made.
/// </remarks>
internal sealed class HeldMemory(HttpLimits limits)
{
    private readonly Lock _lock = new();
    private readonly Share _whole = new();
    private readonly Dictionary<ulong, Share> _shares = [];
    private long _givenUpBytes;

    /// <summary>Counted at the moment, with what was given up and is not let go of yet.</summary>
    internal long Bytes
    {
        get
        {
            lock (_lock) return _whole.Bytes + _givenUpBytes;
        }
    }

    /// <summary>Counts what a connection holds now, instead of what it held before.</summary>
    /// <param name="connection">Who waits.</param>
    /// <param name="address">Whose share it is; null for one that has none.</param>
    /// <param name="bytes">What it holds; 0 when that is over.</param>
    /// <param name="waitsFor">Whose turn it is.</param>
    internal void Set(HttpConnection connection, ulong? address, int bytes, WaitsFor waitsFor)
    {
        List<HttpConnection>? givenUp = null;
        // What waits for us is not its client's fault.
        if (waitsFor == WaitsFor.Thread) address = null;
        lock (_lock)
        {
            var entry = connection.Held;
            if (entry is { IsGivenUp: true })
            {
                if (bytes == 0) LetGo(entry);
                return;
            }

            bool keepsPlace = bytes > 0 && waitsFor == WaitsFor.SameClient
                && entry is { IsClients: true } && entry.Address == address;
            if (entry is not null && !keepsPlace)
            {
                Remove(entry);
                entry = null;
            }

            if (bytes == 0) return;
            entry ??= Add(connection, address, waitsFor != WaitsFor.Thread);
            Change(entry, bytes);
            if (address is { } key)
            {
                var share = _shares[key];
                // One answer of an address may be larger than its share.
                while (share.Bytes > limits.HeldBytesPerAddressMax && share.Count > 1)
                {
                    GiveUp(share.Worst, ref givenUp);
                }
            }

            while (_whole.Bytes > limits.HeldBytesMax) GiveUp(_whole.Worst, ref givenUp);
        }

        // Outside of the lock: a transport may do it at once.
        givenUp?.ForEach(static connection => connection.GiveUp());
    }

    private Entry Add(HttpConnection connection, ulong? address, bool isClients)
    {
        var entry = new Entry(connection, address, isClients);
        connection.Held = entry;
        _whole.LineOf(entry).AddLast(entry.Place);
        if (address is not { } key) return entry;
        if (!_shares.TryGetValue(key, out var share)) _shares.Add(key, share = new Share());
        share.LineOf(entry).AddLast(entry.PlaceInShare);
        return entry;
    }

    private void Change(Entry entry, int bytes)
    {
        int more = bytes - entry.Bytes;
        entry.Bytes = bytes;
        _whole.Bytes += more;
        if (entry.Address is { } key) _shares[key].Bytes += more;
    }

    private void Remove(Entry entry)
    {
        Change(entry, 0);
        entry.Connection.Held = null;
        _whole.LineOf(entry).Remove(entry.Place);
        if (entry.Address is not { } key) return;
        var share = _shares[key];
        share.LineOf(entry).Remove(entry.PlaceInShare);
        if (share.Count == 0) _shares.Remove(key);
    }

    private void GiveUp(Entry entry, ref List<HttpConnection>? givenUp)
    {
        int bytes = entry.Bytes;
        Remove(entry);
        (entry.Bytes, entry.IsGivenUp) = (bytes, true);
        _givenUpBytes += bytes;
        entry.Connection.Held = entry;
        (givenUp ??= []).Add(entry.Connection);
    }

    private void LetGo(Entry entry)
    {
        _givenUpBytes -= entry.Bytes;
        entry.Connection.Held = null;
    }

    /// <summary>One connection's part. Touched under the lock alone.</summary>
    internal sealed class Entry
    {
        internal Entry(HttpConnection connection, ulong? address, bool isClients)
        {
            (Connection, Address, IsClients) = (connection, address, isClients);
            Place = new LinkedListNode<Entry>(this);
            PlaceInShare = new LinkedListNode<Entry>(this);
        }

        internal HttpConnection Connection { get; }

        internal ulong? Address { get; }

        /// <summary>Whether it is the client who is waited for.</summary>
        internal bool IsClients { get; }

        internal int Bytes { get; set; }

        internal bool IsGivenUp { get; set; }

        internal LinkedListNode<Entry> Place { get; }

        internal LinkedListNode<Entry> PlaceInShare { get; }
    }

    private sealed class Share
    {
        private readonly LinkedList<Entry> _clientsSlowestFirst = [];
        private readonly LinkedList<Entry> _forThreads = [];

        internal long Bytes { get; set; }

        internal int Count => _clientsSlowestFirst.Count + _forThreads.Count;

        internal Entry Worst => (_clientsSlowestFirst.First ?? _forThreads.Last)!.Value;

        internal LinkedList<Entry> LineOf(Entry entry) =>
            entry.IsClients ? _clientsSlowestFirst : _forThreads;
    }
}

/// <summary>What a connection that holds memory waits for.</summary>
internal enum WaitsFor
{
    /// <summary>A thread of ours, or the loop.</summary>
    Thread,

    /// <summary>Its client, which has done its part since last time.</summary>
    Client,

    /// <summary>Its client, as before.</summary>
    SameClient,
}
