namespace Http.Connections;

// What it holds in memory while it waits, and how others make it let go.
public sealed partial class HttpConnection
{
    private ulong? _address;
    private bool _hasProgressed;
    private volatile bool _isStreamGivenUp;

    /// <summary>
    /// What has to happen when the connection is to be given up: the transport's way to cut it. It
    /// is called from any thread and must not wait.
    /// </summary>
    public Action? GivenUp { get; set; }

    /// <summary>Its part of what all hold; changed under the lock of that alone.</summary>
    internal HeldMemory.Entry? Held { get; set; }

    /// <summary>
    /// The transport is about to wait, for the client or for a thread. What is held meanwhile
    /// counts; when that is too much, this connection or another is given up.
    /// </summary>
    /// <param name="forClient">With false the client has done its part.</param>
    public void NoteWaiting(bool forClient = true)
    {
        if (_work is null) return;
        int bytes = _work.HeldBytes;
        NotePeer();
        _engine.Held.Set(
            this,
            _address,
            bytes,
            !forClient ? WaitsFor.Thread
                : _hasProgressed ? WaitsFor.Client
                : WaitsFor.SameClient);
        _hasProgressed = false;
    }

    /// <summary>Whether it was given up and still holds what it held.</summary>
    internal bool IsGivenUp => Held is { IsGivenUp: true };

    /// <summary>Ends a connection that was given up, for whoever has it at the moment.</summary>
    internal NextStep LetGo() => Reset();

    /// <summary>Cuts the connection, so that others can go on; from any thread.</summary>
    internal void GiveUp() => GivenUp?.Invoke();

    /// <summary>
    /// Ends a WebSocket, with a close frame, so that another can have its place; from any thread.
    /// </summary>
    internal void GiveUpStream()
    {
        _isStreamGivenUp = true;
        Wake();
    }

    // Until a request names another client, which only a proxy's can.
    private void NotePeer()
    {
        if (_address is not null || RemoteAddress is not { } peer) return;
        if (!_engine.Proxies.Contains(peer)) _address = ConnectionGate.KeyOf(peer);
    }

    private void Release()
    {
        if (Held is not null) _engine.Held.Set(this, _address, 0, WaitsFor.Client);
    }
}
