using System.Diagnostics;
using Atproto.Firehose;
using Atproto.Multiformats;
using Atproto.Repo;
using Atproto.Syntax;

namespace PdsReadonly.Index;

// What is known of each repo, and how it changes.
internal sealed partial class LightrailDatabase
{
    private const string SelectRepo = $"""
        SELECT {RepoRow.Columns} FROM repo WHERE did = ?1
        """;

    private const string InsertRepoSql = """
        INSERT INTO repo(
          id, rev, data, rev_max, needs_resync, head, head_rev, did, host, status, origin, proven,
          proven_rev, learned, signed)
        VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
        """;

    private const string UpdateRepoSql = """
        UPDATE repo SET
          rev = ?2, data = ?3, rev_max = ?4, needs_resync = ?5, head = ?6, head_rev = ?7,
          host = ?9, status = ?10, origin = ?11, proven = ?12, proven_rev = ?13, learned = ?14,
          signed = ?15
        WHERE id = ?1 AND did = ?8
        """;

    // All that most events change, and no index has to do with it.
    private const string FollowRepoSql = """
        UPDATE repo SET
          rev = ?2, data = ?3, rev_max = ?4, needs_resync = ?5, head = ?6, head_rev = ?7
        WHERE id = ?1
        """;

    private const string ShowSql = """
        UPDATE pair SET shown = ?3 WHERE shown = ?4 AND did = ?2
          AND collection IN (SELECT collection FROM held WHERE repo = ?1)
        """;

    private long _lastFirstSeen;

    /// <summary>Null when the repo was never seen.</summary>
    internal RepoState? Find(Did did) => FindRepo(did)?.State;

    /// <summary>All that is known of the repo; null when it was never seen.</summary>
    internal LightrailRepo? FindRepo(Did did)
    {
        lock (Gate)
        {
            var statement = Statement(SelectRepo).BindString(1, did.ToString());
            var row = statement.Step() ? RepoRow.Read(statement, did) : null;
            statement.Reset();
            return row;
        }
    }

    /// <summary>
    /// Stores what events of a stream change, and that the stream was read up to the number.
    /// </summary>
    internal void Apply(string upstream, long seq, IReadOnlyList<RepoChange> changes) =>
        InTransaction(() =>
        {
            foreach (var change in changes) Apply(change);
            Statement("INSERT OR REPLACE INTO stream VALUES(?1, ?2)")
                .BindString(1, upstream).Bind(2, seq).Run();
        });

    /// <summary>
    /// Stores changes that move no stream on, as of commits that were kept aside until a proof.
    /// </summary>
    internal void Apply(IReadOnlyList<RepoChange> changes) => InTransaction(() =>
    {
        foreach (var change in changes) Apply(change);
    });

    /// <summary>
    /// Stores which collections a repo holds, all of them, proven at one commit. What was claimed
    /// otherwise is counted. The repo is no longer one to be resynced, unless that was asked for
    /// anew in the meantime.
    /// </summary>
    /// <returns>
    /// False, and nothing is stored, when a later commit was applied already or the account is
    /// gone.
    /// </returns>
    internal bool SetProven(
        Did did, long hostId, ProvenCollections proven, CollectionOrigin origin)
    {
        if (!proven.IsComplete) throw new ArgumentException("only a part is proven");
        if (proven.Commit.Did != did) throw new ArgumentException("it is of another repo");
        Debug.Assert(origin > CollectionOrigin.Claimed, "a proof");
        bool isStored = false;
        InTransaction(() =>
        {
            var before = FindRepo(did);
            if (before?.State.Status == AccountStatus.Deleted) return;
            bool isKnown = before is { State: { NeedsResync: false, Rev: { } rev } }
                && proven.Rev < rev;
            if (isKnown) return;
            var known = before ?? NewRepo(did);
            var after = known with
            {
                HostId = hostId == 0 ? known.HostId : hostId,
                State = known.State with
                {
                    Rev = proven.Rev,
                    Data = proven.Commit.Data,
                    RevMax = Later(known.State.RevMax, proven.Rev),
                    NeedsResync = false,
                },
                Head = proven.Commit.Cid,
                HeadRev = proven.Rev,
                Origin = origin,
                ProvenCommit = proven.Commit.Cid,
                ProvenRev = proven.Rev,
                LearnedAt = Now,
                IsSigned = proven.IsSignatureVerified,
            };
            bool asked = IsAskedAgain(after.FirstSeen);
            if (asked) after = after with { State = after.State with { NeedsResync = true } };
            Write(before, after);
            ReplaceHeld(known, after, proven.Collections);
            if (!asked) Dequeue(after.FirstSeen);
            isStored = true;
        });
        return isStored;
    }

    /// <summary>
    /// Stores which collections a host says that the repo holds, in place of what was known: called
    /// when they cannot be proven. The repo stays one to be resynced.
    /// </summary>
    internal void SetClaimed(Did did, long hostId, IReadOnlyList<string> collections) =>
        InTransaction(() =>
        {
            var before = FindRepo(did);
            if (before?.State.Status == AccountStatus.Deleted) return;
            var known = before ?? NewRepo(did);
            var after = known with
            {
                HostId = hostId == 0 ? known.HostId : hostId,
                State = known.State with { NeedsResync = true },
                Origin = CollectionOrigin.Claimed,
                ProvenCommit = null,
                ProvenRev = null,
                LearnedAt = Now,
                IsSigned = false,
            };
            Write(before, after);
            ReplaceHeld(known, after, collections);
            Enqueue(after, ResyncReason.Unchained, 0, isAnew: false);
        });

    /// <summary>
    /// Forgets a deleted account, but for its number, its highest rev and that it is deleted.
    /// </summary>
    internal void Purge(Did did) => InTransaction(() => Purge(did, revMax: null));

    /// <summary>
    /// Forgets a repo of which nothing was ever proven: nothing of it is kept. False when something
    /// was, or is known of an account that was deleted.
    /// </summary>
    internal bool Forget(Did did)
    {
        bool isForgotten = false;
        InTransaction(() =>
        {
            if (FindRepo(did) is not { } repo || HasPast(repo)) return;
            ReplaceHeld(repo, repo, []);
            Dequeue(repo.FirstSeen);
            DropProof(repo.FirstSeen);
            Statement("DELETE FROM repo WHERE id = ?1").Bind(1, repo.FirstSeen).Run();
            CountAt(repo, null);
            CountRepo(repo, -1);
            isForgotten = true;
        });
        return isForgotten;
    }

    private static bool HasPast(LightrailRepo repo) =>
        repo.Origin > CollectionOrigin.Claimed || repo.State.RevMax is not null
        || repo.State.Status == AccountStatus.Deleted;

    private void PrepareRepos()
    {
        var statement = Statement("SELECT max(id) FROM repo");
        _lastFirstSeen = statement.Step() ? statement.Int64(0) : 0;
        statement.Reset();
    }

    private void Apply(RepoChange change)
    {
        var did = change.After.Did;
        if (change.Note is { } note) AddNote(note.Kind, did.ToString(), note.Detail);
        if (change.IsPurge || change.After.Status == AccountStatus.Deleted)
        {
            Purge(did, change.After.RevMax);
            return;
        }

        var before = FindRepo(did);
        var known = before ?? NewRepo(did);
        // One that was never looked up is news when it is back: nothing of it is kept until then.
        bool isUnknown = known.HostId == 0 && !HasPast(known);
        if (isUnknown && change.After.Status != AccountStatus.Active)
        {
            if (before is not null) Forget(did);
            return;
        }

        // Who made the change may have looked before something later was proven.
        bool isLate = known.State.Rev > change.After.Rev
            || (known.State.Rev is not null && change.After.Rev is null);
        var state = change.After with
        {
            Rev = isLate ? known.State.Rev : change.After.Rev,
            Data = isLate ? known.State.Data : change.After.Data,
            RevMax = Later(known.State.RevMax, change.After.RevMax),
            NeedsResync = known.State.NeedsResync || change.After.NeedsResync
                || change.Resync?.IsCheck() == false,
        };
        var after = known with
        {
            State = state,
            HostId = change.HostId == 0 ? known.HostId : change.HostId,
        };
        if (!isLate && change.Commit is { } commit)
        {
            after = after with { Head = commit, HeadRev = state.Rev };
        }

        Write(before, after);
        foreach (var (collection, presence) in isLate ? [] : change.Collections)
        {
            if (presence == Presence.Present) AddHeld(after, collection, change.Commit);
            else if (presence == Presence.Absent) RemoveHeld(after, collection);
        }

        if (!state.NeedsResync && change.Resync is null) return;
        bool isAnew = change.Resync is not null || !known.State.NeedsResync;
        var reason = change.Resync ?? ResyncReason.Unchained;
        Enqueue(after, reason, change.NotBefore, isAnew, change.LookUpQueue);
    }

    private void Purge(Did did, Tid? revMax)
    {
        var before = FindRepo(did);
        if (before is null)
        {
            // Of a repo that was never heard of there is nothing to keep but that.
            if (revMax is null) return;
            before = NewRepo(did);
            Write(null, before);
        }

        ReplaceHeld(before, before, []);
        Dequeue(before.FirstSeen);
        DropProof(before.FirstSeen);
        Write(before, new LightrailRepo
        {
            FirstSeen = before.FirstSeen,
            State = new RepoState
            {
                Did = did,
                RevMax = Later(before.State.RevMax, revMax),
                Status = AccountStatus.Deleted,
            },
        });
    }

    private LightrailRepo NewRepo(Did did)
    {
        _lastFirstSeen = Math.Max(_lastFirstSeen + 1, Now);
        return new LightrailRepo
        {
            FirstSeen = _lastFirstSeen,
            State = new RepoState { Did = did },
        };
    }

    private void Write(LightrailRepo? before, LightrailRepo repo)
    {
        if (before == repo) return;
        var state = repo.State;
        bool isFollowed = before is not null && before == repo with
        {
            State = state with
            {
                Rev = before.State.Rev,
                Data = before.State.Data,
                RevMax = before.State.RevMax,
                NeedsResync = before.State.NeedsResync,
            },
            Head = before.Head,
            HeadRev = before.HeadRev,
        };
        Span<byte> data = stackalloc byte[Cid.Bytes];
        Span<byte> head = stackalloc byte[Cid.Bytes];
        Span<byte> proven = stackalloc byte[Cid.Bytes];
        string sql = isFollowed ? FollowRepoSql : before is null ? InsertRepoSql : UpdateRepoSql;
        var statement = Statement(sql).Bind(1, repo.FirstSeen).Bind(2, Number(state.Rev))
            .BindCid(3, state.Data, data).Bind(4, Number(state.RevMax))
            .Bind(5, state.NeedsResync ? 1L : 0).BindCid(6, repo.Head, head)
            .Bind(7, Number(repo.HeadRev));
        if (!isFollowed)
        {
            statement.BindString(8, state.Did.ToString()).Bind(9, repo.HostId)
                .Bind(10, (long)state.Status).Bind(11, (long)repo.Origin)
                .BindCid(12, repo.ProvenCommit, proven).Bind(13, Number(repo.ProvenRev))
                .Bind(14, repo.LearnedAt).Bind(15, repo.IsSigned ? 1L : 0);
        }

        statement.Run();
        CountAt(before, repo);
        if (before is not null) CountRepo(before, -1);
        CountRepo(repo, 1);
        if (before is null) return;
        if (Shown(before) != Shown(repo)) Show(repo, Shown(before), Shown(repo));
        bool isActive = state.Status == AccountStatus.Active;
        bool wasActive = before.State.Status == AccountStatus.Active;
        if (isActive != wasActive) HoldBack(repo.FirstSeen, isHeldBack: !isActive);
    }

    private void Show(LightrailRepo repo, long from, long to) =>
        Statement(ShowSql).Bind(1, repo.FirstSeen).BindString(2, repo.State.Did.ToString())
            .Bind(3, to).Bind(4, from).Run();

    private void CountRepo(LightrailRepo repo, int by)
    {
        if (repo.State.Status == AccountStatus.Deleted) return;
        bool isActive = repo.State.Status == AccountStatus.Active;
        _totals = _totals with
        {
            Repos = _totals.Repos + by,
            ActiveRepos = _totals.ActiveRepos + (isActive ? by : 0),
            ProvenRepos = _totals.ProvenRepos + (repo.IsProven ? by : 0),
            ClaimedRepos = _totals.ClaimedRepos
                + (repo.Origin == CollectionOrigin.Claimed ? by : 0),
        };
    }

    private static long? Number(Tid? tid) => tid is { } value ? (long)value.Value : null;

    private static Tid? Later(Tid? one, Tid? other)
    {
        if (one is null) return other;
        return other > one ? other : one;
    }
}
