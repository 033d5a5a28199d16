using Atproto.Syntax;

namespace PdsReadonly.Lightrail;

/// <summary>
/// Which accounts' statuses streams have told lately: a list that was made before must not undo it.
/// For one thread at a time.
/// </summary>
internal sealed class RecentStatuses(TimeProvider time)
{
    private const int CountMax = 16 * 1024;

    // No page is under way for longer.
    private static readonly TimeSpan s_kept = TimeSpan.FromMinutes(15);

    private readonly Dictionary<Did, long> _times = [];

    internal void Add(Did did)
    {
        if (_times.Count >= CountMax) DropOld();
        _times[did] = time.GetTimestamp();
    }

    internal bool HasSince(Did did, long timestamp) =>
        _times.TryGetValue(did, out long at) && at >= timestamp;

    // Should there be as many in that time, the older half goes: more than memory is not lost, the
    // next list puts it right.
    private void DropOld()
    {
        long now = time.GetTimestamp();
        var old = _times.Where(each => time.GetElapsedTime(each.Value, now) > s_kept)
            .Select(each => each.Key).ToList();
        if (old.Count == 0)
        {
            var oldest = _times.OrderBy(each => each.Value).Take(CountMax / 2);
            old = [.. oldest.Select(each => each.Key)];
        }

        foreach (var did in old) _times.Remove(did);
    }
}
