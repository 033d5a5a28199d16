using Atproto.Firehose;
using Atproto.Syntax;

namespace PdsReadonly.Lightrail;

/// <summary>
/// Commits of repos that are being proven, kept aside until then: without them a repo that is
/// written to all the time would never catch up. Bounded per repo and in all; a repo that goes
/// beyond loses all of its own, and is remembered, since then only a newer proof helps. For one
/// thread at a time.
/// </summary>
/// <param name="perRepoMax">Commits of one repo.</param>
/// <param name="allMax">Commits of all repos.</param>
internal sealed class HeldCommits(
    int perRepoMax = HeldCommits.PerRepoMaxDefault, int allMax = HeldCommits.AllMaxDefault)
{
    /// <summary>More than a repo writes in the seconds that a proof takes.</summary>
    internal const int PerRepoMaxDefault = 256;

    /// <summary>At about a kilobyte each.</summary>
    internal const int AllMaxDefault = 50_000;

    private readonly Dictionary<Did, Held> _repos = [];

    /// <summary>Commits held.</summary>
    internal int Count { get; private set; }

    /// <summary>Repos with commits, or that lost some.</summary>
    internal int RepoCount => _repos.Count;

    /// <summary>
    /// Keeps a commit, in the order of revs. False when there is no room: then the repo's others
    /// are dropped too.
    /// </summary>
    internal bool Add(VerifiedCommit commit)
    {
        var did = commit.Commit.Did;
        if (!_repos.TryGetValue(did, out var held)) _repos.Add(did, held = new Held());
        if (held.HasOverflowed) return false;
        int at = held.Commits.Count;
        while (at > 0 && held.Commits[at - 1].Commit.Rev >= commit.Commit.Rev) at--;
        bool isKnown = at < held.Commits.Count
            && held.Commits[at].Commit.Rev == commit.Commit.Rev;
        // One rev twice is one commit, or a fork that the proof will settle.
        if (isKnown) return true;
        if (held.Commits.Count >= perRepoMax || Count >= allMax)
        {
            Count -= held.Commits.Count;
            held.Commits.Clear();
            held.HasOverflowed = true;
            return false;
        }

        held.Commits.Insert(at, commit);
        Count++;
        return true;
    }

    /// <summary>Those of one repo, in the order of revs.</summary>
    internal IReadOnlyList<VerifiedCommit> Of(Did did) =>
        _repos.TryGetValue(did, out var held) ? held.Commits : [];

    /// <summary>Whether some of the repo's were dropped for want of room.</summary>
    internal bool HasOverflowed(Did did) =>
        _repos.TryGetValue(did, out var held) && held.HasOverflowed;

    /// <summary>
    /// Forgets what a proof has made needless: all up to a rev, or all of the repo.
    /// </summary>
    internal void Drop(Did did, Tid? through = null)
    {
        if (!_repos.TryGetValue(did, out var held)) return;
        int count = held.Commits.Count;
        if (through is { } rev) count = held.Commits.FindIndex(c => c.Commit.Rev > rev);
        if (count < 0) count = held.Commits.Count;
        held.Commits.RemoveRange(0, count);
        Count -= count;
        held.HasOverflowed = false;
        if (held.Commits.Count == 0) _repos.Remove(did);
    }

    private sealed class Held
    {
        internal List<VerifiedCommit> Commits { get; } = [];

        internal bool HasOverflowed { get; set; }
    }
}
