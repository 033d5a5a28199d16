namespace Http.WebSockets;

/// <summary>What a frame reader met in the bytes it was given.</summary>
internal enum FrameStatus
{
    /// <summary>All was read; nothing in it wants an answer.</summary>
    NeedMoreData,

    /// <summary>A whole ping; see the reader's control payload.</summary>
    Ping,

    /// <summary>A whole close frame; nothing is read behind it.</summary>
    Close,

    /// <summary>Malformed or over a limit; see the reader's error code.</summary>
    Rejected,
}
