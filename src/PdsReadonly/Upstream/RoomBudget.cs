namespace PdsReadonly.Upstream;

/// <summary>
/// Room for what hosts send, in memory or on a disk, shared by all who ask: each has a little of
/// its own, and what goes beyond comes from here. So a crowd of hosts that send much takes room
/// from one another, and never from those who need little. For any thread; nobody waits, but for a
/// collection.
/// </summary>
/// <param name="bytesMax">Beyond what each has of its own.</param>
/// <param name="whole">What it is a part of, and has to fit in as well.</param>
/// <param name="changed">Told of each change, in bytes, from any thread.</param>
/// <param name="collect">
/// Frees what was let go, when it is much: it would lie about uncollected, beside all that is taken
/// next. Null where nothing lies about.
/// </param>
internal sealed class RoomBudget(
    long bytesMax, RoomBudget? whole = null, Action<long>? changed = null, Action? collect = null)
{
    /// <summary>So much may lie about, and what is let go at once.</summary>
    internal const long LetGoBytesMax = 16 << 20;

    private readonly Lock _lock = new();
    private long _bytes;
    private long _letGo;

    /// <summary>What can be taken of it at once, at best.</summary>
    internal long BytesMax => bytesMax;

    /// <summary>Taken now.</summary>
    internal long Bytes => Volatile.Read(ref _bytes);

    internal bool TryTake(long bytes)
    {
        lock (_lock)
        {
            if (bytes > bytesMax - _bytes) return false;
            _bytes += bytes;
        }

        if (whole?.TryTake(bytes) == false)
        {
            lock (_lock) _bytes -= bytes;
            return false;
        }

        changed?.Invoke(bytes);
        return true;
    }

    internal void GiveBack(long bytes)
    {
        lock (_lock) _bytes -= bytes;
        whole?.GiveBack(bytes);
        changed?.Invoke(-bytes);
    }

    /// <summary>Tells that memory of somebody who takes from here is used no more.</summary>
    internal void LetGo(long bytes)
    {
        whole?.LetGo(bytes);
        if (collect is not null) Interlocked.Add(ref _letGo, bytes);
    }

    /// <summary>To be called before memory is made, whether it is taken from here or not.</summary>
    internal void CollectLetGo()
    {
        whole?.CollectLetGo();
        if (collect is null || Interlocked.Read(ref _letGo) < LetGoBytesMax) return;
        // Of many who come at once, one does it for all.
        if (Interlocked.Exchange(ref _letGo, 0) >= LetGoBytesMax) collect();
    }
}
