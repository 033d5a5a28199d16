namespace PdsReadonly.Upstream;

/// <summary>
/// Room for what hosts send, in memory or on a disk, shared by all who ask: each has a little of
/// its own, and what goes beyond comes from here. So a crowd of hosts that send much takes room
/// from one another, and never from those who need little. For any thread; nobody waits.
/// </summary>
/// <param name="bytesMax">Beyond what each has of its own.</param>
/// <param name="whole">What it is a part of, and has to fit in as well.</param>
/// <param name="changed">Told of each change, in bytes, from any thread.</param>
internal sealed class RoomBudget(
    long bytesMax, RoomBudget? whole = null, Action<long>? changed = null)
{
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
        lock (_lock)
        {
            _bytes -= bytes;
            _letGo += bytes;
        }

        whole?.GiveBack(bytes);
        changed?.Invoke(-bytes);
    }

    /// <summary>
    /// Whether so much was given back since this last said so: then it lies about uncollected.
    /// </summary>
    internal bool HasLetGo(long bytes)
    {
        lock (_lock)
        {
            if (_letGo < bytes) return false;
            _letGo = 0;
            return true;
        }
    }
}
