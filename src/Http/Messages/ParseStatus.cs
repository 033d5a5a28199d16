namespace Http.Messages;

/// <summary>What a parser found in the bytes received so far.</summary>
public enum ParseStatus
{
    /// <summary>Complete and valid.</summary>
    Done,

    /// <summary>Valid so far; nothing was consumed that would be needed again.</summary>
    NeedMoreData,

    /// <summary>Malformed or over a limit; see the parser's rejection code.</summary>
    Rejected,
}
