namespace PdsReadonly.Upstream;

/// <summary>
/// Memory for what hosts send, shared by all who ask: each has a little of its own, and what goes
/// beyond comes from here. So a crowd of hosts that send much takes room from one another, and
/// never from those who need little. For any thread; nobody waits.
/// </summary>
/// <param name="bytesMax">Beyond what each has of its own.</param>
/// <param name="changed">Told of each change, in bytes, from any thread.</param>
internal sealed class MemoryBudget(long bytesMax, Action<long>? changed = null)
{
    private readonly Lock _lock = new();
    private long _bytes;

    /// <summary>Taken now.</summary>
    internal long Bytes => Volatile.Read(ref _bytes);

    internal bool TryTake(long bytes)
    {
        lock (_lock)
        {
            if (bytes > bytesMax - _bytes) return false;
            _bytes += bytes;
        }

        changed?.Invoke(bytes);
        return true;
    }

    internal void GiveBack(long bytes)
    {
        lock (_lock) _bytes -= bytes;
        changed?.Invoke(-bytes);
    }
}
