namespace Http.WebSockets;

/// <summary>What is wrong with a client's frames: one code per cause.</summary>
internal enum FrameError
{
    None,

    /// <summary>Only an extension could give them a meaning, and none was agreed on.</summary>
    ReservedBitsSet,

    OpcodeReserved,

    /// <summary>A client has to mask every frame (RFC 6455 §5.1).</summary>
    NotMasked,

    ControlFragmented,
    ControlTooLong,

    /// <summary>A continuation with no message to continue.</summary>
    NothingToContinue,

    /// <summary>A new message before the last one's end.</summary>
    MessageNotFinished,

    /// <summary>A length in more bytes than it needs.</summary>
    LengthNotShortest,

    /// <summary>The highest bit of an 8-byte length is set.</summary>
    LengthNegative,

    MessageTooLong,

    /// <summary>Of a text message, or of the reason in a close frame.</summary>
    TextNotUtf8,

    /// <summary>One byte, which is half a code.</summary>
    ClosePayloadTooShort,

    /// <summary>One that no endpoint may send (RFC 6455 §7.4).</summary>
    CloseCodeInvalid,
}
