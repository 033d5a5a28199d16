namespace PdsReadonly.Upstream;

/// <summary>Why a name server's answer tells nothing.</summary>
internal enum DnsError
{
    None,

    /// <summary>The name is too long to be one.</summary>
    NameTooLong,

    /// <summary>No server answered in time, or none is known.</summary>
    Unanswered,

    /// <summary>A query, or another operation than a query's answer.</summary>
    NotAnAnswer,

    /// <summary>The answer to somebody else's question, or a guess at ours.</summary>
    WrongId,

    /// <summary>It repeats another question than ours.</summary>
    WrongQuestion,

    /// <summary>It ends too early, or a name or a length in it is none.</summary>
    Malformed,

    /// <summary>There is more than a datagram holds.</summary>
    Truncated,

    /// <summary>The name is not there.</summary>
    NoSuchName,

    /// <summary>The server could not or would not say.</summary>
    ServerFailed,
}
