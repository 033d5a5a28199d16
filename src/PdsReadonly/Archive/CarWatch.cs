using System.Runtime.InteropServices;
using Atproto.Multiformats;
using PdsReadonly.Catalog;
using PdsReadonly.Platform;

namespace PdsReadonly.Archive;

/// <summary>
/// Whether CARs are still the files they were: looked at once a second each, and only while someone
/// asks. For one thread.
/// </summary>
internal sealed class CarWatch(TimeProvider time)
{
    private const int WatchedMax = 4096;
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    private readonly Dictionary<Cid, State> _states = [];

    /// <summary>
    /// A number that changes when the file does: what was read under one is no answer under
    /// another.
    /// </summary>
    internal long VersionOf(RepoEntry repo)
    {
        long now = time.GetTimestamp();
        if (_states.Count >= WatchedMax) _states.Clear();
        ref var state = ref CollectionsMarshal.GetValueRefOrAddDefault(
            _states, repo.Head, out bool known);
        if (known && time.GetElapsedTime(state.LookedAt, now) < s_period) return state.Version;
        var stat = FileStat.Of(repo.CarPath);
        // The time of the first look tells versions apart over a clearing of the table.
        if (!known || stat != state.Stat) state = new State(now, now, stat);
        else state.LookedAt = now;
        return state.Version;
    }

    private record struct State(long Version, long LookedAt, FileStat? Stat);
}
