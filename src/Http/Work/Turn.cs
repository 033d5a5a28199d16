namespace Http.Work;

/// <summary>
/// How much work may still be done before others have their turn. Whatever reads, hashes or makes
/// bytes for a request takes its cost from here first, so that the bound holds for every handler
/// without its doing. For the thread whose turn it is.
/// </summary>
/// <remarks>
/// Costs are counted, not timed: a turn ends at the same place on every machine. One unit is about
/// what one byte costs to read, hash and write out, some three nanoseconds.
/// </remarks>
public sealed class Turn
{
    /// <summary>A turn beside other connections: about three quarters of a millisecond.</summary>
    public const int UnitsBesideOthers = 256 * 1024;

    /// <summary>A turn on a thread that may wait: 8 MB, some 25 ms of work.</summary>
    public const int UnitsOffloaded = 8 * 1024 * 1024;

    /// <summary>What a read costs beside its bytes: about a microsecond.</summary>
    public const int ReadCost = 512;

    /// <summary>What a row of a database costs.</summary>
    public const int RowCost = 128;

    /// <summary>What a byte costs to compress.</summary>
    public const int PackCostPerByte = 2;

    private long _left;
    private long _whole;

    /// <summary>A turn that has just begun.</summary>
    public Turn(bool mayBlock = true) => Begin(mayBlock);

    /// <summary>A turn without an end, for work that nobody else waits for.</summary>
    public static Turn Unbounded() => new() { _left = long.MaxValue, _whole = long.MaxValue };

    /// <summary>
    /// Whether this thread may wait for a disk or a lock. False where other connections wait for
    /// it.
    /// </summary>
    public bool MayBlock { get; private set; }

    /// <summary>Whether nothing is left: what comes next belongs to another turn.</summary>
    public bool IsOver => _left <= 0;

    /// <summary>
    /// Takes the cost of something about to be done. False when that belongs to another turn: one
    /// that may wait, if this one may not, else simply the next. The first large thing of a turn
    /// that may wait is always granted, whatever it costs and whatever little was taken before it:
    /// else there would be no progress.
    /// </summary>
    public bool TryTake(long units)
    {
        bool isFirst = MayBlock && _whole - _left <= UnitsBesideOthers;
        if (units > _left && !isFirst) return false;
        _left -= units;
        return true;
    }

    /// <summary>Takes the cost of something that is done, whether so much is left or not.</summary>
    public void Take(long units) => _left -= units;

    /// <summary>Units taken of it so far.</summary>
    internal long Used => _whole - _left;

    /// <summary>Whether nothing was taken of it yet.</summary>
    internal bool IsUnused => _left == _whole;

    internal void Begin(bool mayBlock)
    {
        MayBlock = mayBlock;
        _left = _whole = mayBlock ? UnitsOffloaded : UnitsBesideOthers;
    }
}
