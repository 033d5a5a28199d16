namespace Http.Connections;

/// <summary>What a transport has to do for a connection before it calls Advance again.</summary>
public enum NextStep
{
    /// <summary>
    /// Read into <see cref="HttpConnection.GetReceiveBuffer"/>, then tell Received.
    /// </summary>
    Read,

    /// <summary>Write of <see cref="HttpConnection.Output"/>, then tell Written.</summary>
    Write,

    /// <summary>
    /// Write what there is of <see cref="HttpConnection.Output"/>, then of the file's range, and
    /// tell Written and FileSent.
    /// </summary>
    SendFile,

    /// <summary>
    /// Call Advance again with mayBlock, on a thread that no other connection waits for: what comes
    /// next has to wait for a disk. Nothing is read or written meanwhile.
    /// </summary>
    Offload,

    /// <summary>
    /// Both directions at once, of a WebSocket: read when there is something, write while there is
    /// output, and call Advance after either, and when <see cref="HttpConnection.Wake"/> was
    /// called.
    /// </summary>
    Duplex,

    /// <summary>
    /// End the sending direction; the connection then reads until the client closes.
    /// </summary>
    ShutdownSend,

    /// <summary>Close the socket and dispose the connection.</summary>
    Close,

    /// <summary>
    /// The same, with a reset: the client must not take what it got for a whole answer.
    /// </summary>
    Reset,
}

/// <summary>What a connection waits for, and so which limit its deadline comes from.</summary>
public enum DeadlineKind
{
    None,
    Idle,
    Head,
    Body,
    SlowReader,
    Linger,

    /// <summary>A WebSocket is to be pinged, or was silent for too long.</summary>
    Silence,
}
