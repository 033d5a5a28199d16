namespace PdsReadonly.Archive;

/// <summary>What came of reading a block from its CAR.</summary>
internal enum ReadStatus
{
    Done,

    /// <summary>
    /// The file does not hold the block where it did: it was changed, cut or is unreadable.
    /// </summary>
    Changed,

    /// <summary>
    /// It belongs to another turn: it lies on a disk only, and this one may not wait for that, or
    /// it costs more than is left.
    /// </summary>
    Blocked,
}
