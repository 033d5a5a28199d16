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
    // That may lie about uncollected, as far as it depends on us.
    private const long LetGoBytesMax = 16 << 20;

    private readonly Lock _lock = new();
    private long _bytes;
    private long _letGo;

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
        bool isMuch;
        lock (_lock)
        {
            _bytes -= bytes;
            _letGo += bytes;
            isMuch = _letGo > LetGoBytesMax;
            if (isMuch) _letGo = 0;
        }

        changed?.Invoke(-bytes);
        // Mostly large arrays, of which the collector would let several times as much lie.
        if (isMuch) GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
    }
}
