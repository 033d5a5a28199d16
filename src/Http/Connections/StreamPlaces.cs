namespace Http.Connections;

/// <summary>
/// The places for WebSockets: half of all connections, and a few for each address. When all are
/// taken, the address that has most gives one up for the next that has fewer, so that silent
/// streams of some addresses keep no other out. For any thread.
/// </summary>
internal sealed class StreamPlaces(HttpLimits limits)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, LinkedList<HttpConnection>> _byAddress = [];
    private int _count;

    /// <summary>True when the connection may become a WebSocket; it then leaves once.</summary>
    internal bool TryEnter(HttpConnection connection, ulong address)
    {
        HttpConnection? givenUp = null;
        lock (_lock)
        {
            int own = _byAddress.TryGetValue(address, out var streams) ? streams.Count : 0;
            if (own >= limits.WebSocketsPerAddressMax) return false;
            if (_count >= limits.WebSocketsMax)
            {
                var most = _byAddress.MaxBy(static pair => pair.Value.Count);
                if (most.Value.Count <= own + 1) return false;
                // The one it has had for longest.
                givenUp = most.Value.First!.Value;
                Remove(givenUp);
            }

            if (streams is null) _byAddress.Add(address, streams = []);
            connection.StreamPlace = (address, streams.AddLast(connection));
            _count++;
        }

        givenUp?.GiveUpStream();
        return true;
    }

    /// <summary>Its place is free again; without effect when it was taken away already.</summary>
    internal void Leave(HttpConnection connection)
    {
        lock (_lock) Remove(connection);
    }

    private void Remove(HttpConnection connection)
    {
        if (connection.StreamPlace is not { } place) return;
        connection.StreamPlace = null;
        var streams = _byAddress[place.Address];
        streams.Remove(place.Node);
        if (streams.Count == 0) _byAddress.Remove(place.Address);
        _count--;
    }
}
