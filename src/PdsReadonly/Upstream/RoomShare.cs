namespace PdsReadonly.Upstream;

/// <summary>
/// The room of one who asks: a little of its own, and beyond that what the budget has left. Given
/// back as a whole when it is over, however it ends. For any thread.
/// </summary>
/// <param name="budget">Null when there is room enough.</param>
/// <param name="ownBytes">Taken from nobody.</param>
internal sealed class RoomShare(RoomBudget? budget, long ownBytes) : IDisposable
{
    private readonly Lock _lock = new();
    private long _bytes;
    private bool _isOver;

    /// <summary>Whether something was refused that could not be done without.</summary>
    internal bool IsShort { get; private set; }

    /// <summary>Whether it was more than the whole budget, so that waiting is of no use.</summary>
    internal bool IsFull { get; private set; }

    /// <summary>What is held.</summary>
    internal long Bytes => Volatile.Read(ref _bytes);

    internal bool TryTake(long bytes)
    {
        lock (_lock)
        {
            if (TryTakeSpare(bytes)) return true;
            if (budget is not null && BorrowedAt(_bytes + bytes) > budget.BytesMax) IsFull = true;
            else IsShort = true;
            return false;
        }
    }

    /// <summary>The same for one who can do without.</summary>
    internal bool TryTakeSpare(long bytes)
    {
        budget?.CollectLetGo();
        lock (_lock)
        {
            long more = BorrowedAt(_bytes + bytes) - BorrowedAt(_bytes);
            if (_isOver || (more > 0 && budget?.TryTake(more) == false)) return false;
            _bytes += bytes;
            return true;
        }
    }

    /// <summary>There is none, whatever the budget says: a disk is full.</summary>
    internal void Lack()
    {
        lock (_lock) IsShort = true;
    }

    internal void GiveBack(long bytes)
    {
        lock (_lock)
        {
            // At the end all of it was.
            if (_isOver) return;
            long less = BorrowedAt(_bytes) - BorrowedAt(_bytes - bytes);
            if (less > 0) budget?.GiveBack(less);
            budget?.LetGo(bytes);
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
