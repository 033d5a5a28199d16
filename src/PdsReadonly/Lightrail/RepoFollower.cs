using Atproto.Firehose;
using Atproto.Repo;
using Atproto.Syntax;
using PdsReadonly.Index;

namespace PdsReadonly.Lightrail;

/// <summary>
/// Decides what a message of the event stream means for a repo
/// (https://atproto.com/specs/sync#commit-validation). Pure: state and message in, state and
/// verdict out. Here is how a repo is followed:
/// 1. a proof of all its collections gives rev and tree (<see cref="Prove"/>);
/// 2. each #commit whose since is that rev and whose prevData is that tree is applied;
/// 3. what does not chain asks for a new proof; commits that come while that is under way are
/// kept aside.
/// </summary>
internal static class RepoFollower
{
    // Clocks of hosts differ; beyond that a rev would keep all honest ones from being followed.
    private static readonly TimeSpan s_aheadMax = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Whether a message is of the past by its rev, which can be asked before it is verified. It
    /// may still be one of those that <see cref="Follow(RepoState, VerifiedCommit)"/> reports.
    /// </summary>
    internal static bool IsPast(RepoState before, Tid rev) =>
        before.Rev is { } known && rev < known;

    /// <summary>Whether a rev is too far in the future to be believed.</summary>
    internal static bool IsAhead(Tid rev, DateTimeOffset now) =>
        rev.Microseconds / 1000 > (now + s_aheadMax).ToUnixTimeMilliseconds();

    /// <summary>A #commit that <see cref="CommitVerifier"/> has passed.</summary>
    internal static FollowResult Follow(RepoState before, VerifiedCommit commit)
    {
        var rev = commit.Commit.Rev;
        var data = commit.Commit.Data;
        if (commit.Commit.Did != before.Did || before.Status == AccountStatus.Deleted)
        {
            return Same(before, FollowVerdict.Ignored);
        }

        if (before.Rev is { } known)
        {
            // Replays bring all of the past again, but nothing that follows what is known.
            if (rev < known)
            {
                bool isNew = commit.Since == known;
                return Same(before, isNew ? FollowVerdict.Rollback : FollowVerdict.Duplicate);
            }

            if (rev == known && data == before.Data) return Same(before, FollowVerdict.Duplicate);
            // Two trees at one rev: the host has to show which it has.
            if (rev == known) return Resync(before);
        }

        var seen = Seen(before, rev);
        if (before.NeedsResync || !Chains(before, commit) || !IsTold(commit))
        {
            return Resync(seen) with { HoldsCommit = true };
        }

        var after = seen with { Rev = rev, Data = data };
        return new FollowResult(after, FollowVerdict.Applied, commit.Effects);
    }

    /// <summary>A #sync that <see cref="CommitVerifier"/> has passed, by its commit.</summary>
    internal static FollowResult Follow(RepoState before, Commit sync)
    {
        if (sync.Did != before.Did || before.Status == AccountStatus.Deleted)
        {
            return Same(before, FollowVerdict.Ignored);
        }

        if (before.Rev is { } known && sync.Rev <= known)
        {
            if (sync.Rev < known) return Same(before, FollowVerdict.Rollback);
            return sync.Data == before.Data
                ? Same(before, FollowVerdict.Duplicate)
                : Resync(before);
        }

        var seen = Seen(before, sync.Rev);
        if (before.NeedsResync || before.Data != sync.Data) return Resync(seen);
        // The same tree under a new commit: the key was changed, or the host.
        return new FollowResult(seen with { Rev = sync.Rev }, FollowVerdict.Applied, []);
    }

    /// <summary>A #account, from the host that the account is at.</summary>
    internal static FollowResult Follow(RepoState before, StreamAccount account)
    {
        if (account.Did != before.Did) return Same(before, FollowVerdict.Ignored);
        var status = AccountStatusText.Of(account.IsActive, account.Status);
        if (status == before.Status) return Same(before, FollowVerdict.Duplicate);
        var after = before with { Status = status };
        if (status == AccountStatus.Deleted)
        {
            // The highest rev stays: it keeps an old copy from coming back as the account's.
            after = after with { Rev = null, Data = null, NeedsResync = false };
            return new FollowResult(after, FollowVerdict.Purge, []);
        }

        // What it did while it was away breaks the chain with the next commit. One that was deleted
        // is as one that never was here.
        bool isStale = status == AccountStatus.Active && (before.NeedsResync || before.Rev is null);
        return isStale
            ? Resync(after)
            : new FollowResult(after, FollowVerdict.Applied, []);
    }

    /// <summary>
    /// A #identity: host, key or handle may be others. Commits are as they were, so that the chain
    /// alone tells whether the repo has to be proven again.
    /// </summary>
    internal static FollowResult Follow(RepoState before, StreamIdentity identity) =>
        identity.Did == before.Did
            ? Same(before, FollowVerdict.Applied) with { RefreshesIdentity = true }
            : Same(before, FollowVerdict.Ignored);

    /// <summary>A #commit or #sync that was refused.</summary>
    /// <param name="before">The state.</param>
    /// <param name="fault">Why.</param>
    /// <param name="isKeyFresh">
    /// Whether the key was looked up for this very message: before that, a signature that does not
    /// fit may be that of a new key.
    /// </param>
    internal static FollowResult Refuse(RepoState before, CommitFault fault, bool isKeyFresh)
    {
        if (before.Status == AccountStatus.Deleted) return Same(before, FollowVerdict.Ignored);
        if (fault == CommitFault.SignatureInvalid && !isKeyFresh)
        {
            return Same(before, FollowVerdict.Ignored) with { RefreshesIdentity = true };
        }

        // Whoever sent it, the repo may have moved on: its host is asked, and has to prove it.
        return Resync(before);
    }

    /// <summary>
    /// The repo was proven at a commit of its host, and the commits kept aside follow. Applied: the
    /// changes come on top of the proof. Resync: so do they, but it has to be proven once more.
    /// Rollback: the proof is older than what was seen, and to be dropped: a replica that lags
    /// behind, or a repo that was put back.
    /// </summary>
    internal static FollowResult Prove(RepoState before, Commit proven, HeldCommits held)
    {
        if (proven.Did != before.Did || before.Status == AccountStatus.Deleted)
        {
            return Same(before, FollowVerdict.Ignored);
        }

        var state = Seen(before, proven.Rev) with
        {
            Rev = proven.Rev,
            Data = proven.Data,
            NeedsResync = false,
        };
        var changes = new List<CollectionEffect>();
        foreach (var commit in held.Of(before.Did))
        {
            if (commit.Commit.Rev <= proven.Rev) continue;
            var next = Follow(state, commit);
            state = next.After;
            if (next.Verdict == FollowVerdict.Resync) break;
            foreach (var effect in next.Changes) Merge(changes, effect);
        }

        // What was seen and is not reached was dropped, or does not follow from the proof.
        bool isShort = before.RevMax is { } max && state.Rev < max;
        if (state.NeedsResync || (isShort && held.HasOverflowed(before.Did)))
        {
            return new FollowResult(
                state with { NeedsResync = true }, FollowVerdict.Resync, changes);
        }

        return isShort
            ? Same(before, FollowVerdict.Rollback)
            : new FollowResult(state, FollowVerdict.Applied, changes);
    }

    // A first commit is its own proof: it begins with the empty tree. Of a commit that does not
    // tell the tree before, as of hosts before Sync 1.1, nobody knows what else it changed.
    private static bool Chains(RepoState before, VerifiedCommit commit)
    {
        if (!commit.IsInverted) return false;
        return before.Rev is null
            ? commit.Since is null && commit.PrevData is null
            : commit.Since == before.Rev && commit.PrevData == before.Data;
    }

    private static bool IsTold(VerifiedCommit commit)
    {
        foreach (var effect in commit.Effects)
        {
            if (effect.Presence == Presence.Unknown) return false;
        }

        return true;
    }

    private static void Merge(List<CollectionEffect> changes, CollectionEffect effect)
    {
        int at = changes.FindIndex(change => change.Collection == effect.Collection);
        if (at < 0) changes.Add(effect);
        else changes[at] = effect;
    }

    private static RepoState Seen(RepoState before, Tid rev) =>
        before.RevMax is { } max && rev <= max ? before : before with { RevMax = rev };

    private static FollowResult Resync(RepoState state) =>
        new(state with { NeedsResync = true }, FollowVerdict.Resync, []);

    private static FollowResult Same(RepoState before, FollowVerdict verdict) =>
        new(before, verdict, []);
}
