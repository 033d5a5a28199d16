namespace PdsReadonly.Upstream;

/// <summary>What came of a request to another host.</summary>
internal enum XrpcStatus
{
    /// <summary>200, with a body.</summary>
    Given,

    /// <summary>An answer that asking again will not change, a redirect among them.</summary>
    Denied,

    /// <summary>404, 405 or 501: the host may not have the method at all.</summary>
    NoMethod,

    /// <summary>Too many requests or a server's error, to the last attempt.</summary>
    Busy,

    /// <summary>The body is larger than allowed; it was not read to its end.</summary>
    TooLarge,

    /// <summary>No answer, or not all of it, in time or at all, to the last attempt.</summary>
    Unreachable,
}

/// <param name="Status">What came of it.</param>
/// <param name="Body">Empty unless it was given.</param>
internal readonly record struct XrpcAnswer(XrpcStatus Status, byte[] Body);
