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
    private long _forgotten;

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

    /// <summary>Counts what was forgotten: see <see cref="Keep"/>.</summary>
    internal long Forgotten => Interlocked.Read(ref _forgotten);

    /// <param name="did">Whose.</param>
    /// <param name="answer">What was found.</param>
    /// <param name="lifetime">How long it is kept.</param>
    /// <param name="forgotten">
    /// How much was forgotten when it was asked for: when that is more now, the answer may be that
    /// of before, and is not kept.
    /// </param>
    internal void Keep(Did did, IdentityAnswer answer, TimeSpan lifetime, long forgotten)
    {
        lock (_gate)
        {
            if (forgotten != _forgotten) return;
            _older.Remove(did);
            Put(did, new Entry(answer, time.GetUtcNow() + lifetime));
        }
    }

    internal void Forget(Did did)
    {
        lock (_gate)
        {
            _forgotten++;
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
