using Atproto.Syntax;

namespace PdsReadonly.Upstream;

/// <summary>
/// Answers of late, for a time. Of two halves the newer one fills up, then the older one is
/// dropped: what is asked for now and then stays. For any thread.
/// </summary>
internal sealed class IdentityCache(int entriesMax, TimeProvider time)
{
    private readonly Lock _gate = new();
    private Dictionary<Did, Entry> _newer = [];
    private Dictionary<Did, Entry> _older = [];

    internal int Count
    {
        get
        {
            lock (_gate) return _newer.Count + _older.Count;
        }
    }

    internal IdentityAnswer? Find(Did did)
    {
        lock (_gate)
        {
            if (!_newer.TryGetValue(did, out var entry))
            {
                if (!_older.Remove(did, out entry)) return null;
                Put(did, entry);
            }

            if (entry.Until > time.GetUtcNow()) return entry.Answer;
            _newer.Remove(did);
            return null;
        }
    }

    internal void Keep(Did did, IdentityAnswer answer, TimeSpan lifetime)
    {
        lock (_gate)
        {
            _older.Remove(did);
            Put(did, new Entry(answer, time.GetUtcNow() + lifetime));
        }
    }

    internal void Forget(Did did)
    {
        lock (_gate)
        {
            _newer.Remove(did);
            _older.Remove(did);
        }
    }

    private void Put(Did did, Entry entry)
    {
        if (_newer.Count >= entriesMax / 2)
        {
            _older = _newer;
            _newer = [];
        }

        _newer[did] = entry;
    }

    private readonly record struct Entry(IdentityAnswer Answer, DateTimeOffset Until);
}
