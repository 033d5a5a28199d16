namespace PdsReadonly.Archive;

/// <summary>What came of reading a block from its CAR.</summary>
internal enum ReadStatus
{
    Done,

    /// <summary>
    /// The file does not hold the block where it did: it was changed, cut or is unreadable.
    /// </summary>
    Changed,

    /// <summary>It lies on a disk only, and the caller may not wait for that.</summary>
    Blocked,
}
