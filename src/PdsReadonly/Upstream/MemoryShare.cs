namespace PdsReadonly.Upstream;

/// <summary>
/// The memory of one who asks: a little of its own, and beyond that what the budget has left. Given
/// back as a whole when it is over, however it ends. For any thread.
/// </summary>
/// <param name="budget">Null when there is memory enough.</param>
/// <param name="ownBytes">Taken from nobody.</param>
internal sealed class MemoryShare(MemoryBudget? budget, long ownBytes = MemoryShare.OwnBytes)
    : IDisposable
{
    /// <summary>Most repos are proven with less.</summary>
    internal const long OwnBytes = 512 * 1024;

    private readonly Lock _lock = new();
    private long _bytes;
    private bool _isOver;

    /// <summary>Whether something was refused that could not be done without.</summary>
    internal bool IsShort { get; private set; }

    /// <summary>What is held.</summary>
    internal long Bytes => Volatile.Read(ref _bytes);

    internal bool TryTake(long bytes)
    {
        bool isTaken = TryTakeSpare(bytes);
        IsShort |= !isTaken;
        return isTaken;
    }

    /// <summary>The same for one who can do without.</summary>
    internal bool TryTakeSpare(long bytes)
    {
        lock (_lock)
        {
            long more = BorrowedAt(_bytes + bytes) - BorrowedAt(_bytes);
            if (_isOver || (more > 0 && budget?.TryTake(more) == false)) return false;
            _bytes += bytes;
            return true;
        }
    }

    internal void GiveBack(long bytes)
    {
        lock (_lock)
        {
            // At the end all of it was.
            if (_isOver) return;
            long less = BorrowedAt(_bytes) - BorrowedAt(_bytes - bytes);
            if (less > 0) budget?.GiveBack(less);
            _bytes -= bytes;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            GiveBack(_bytes);
            _isOver = true;
        }
    }

    private long BorrowedAt(long bytes) => Math.Max(0, bytes - ownBytes);
}
