using Atproto.Crypto;
using Atproto.Firehose;
using Atproto.Repo;
using Atproto.Syntax;
using PdsReadonly.Index;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>
/// Where all that is learned of repos meets: events of streams, pages of lists, and proofs. Each is
/// judged by what is known and stored with it, one after the other.
/// </summary>
/// <remarks>For any thread.</remarks>
internal sealed class EventIntake(
    LightrailDatabase database, IdentityResolver identities, LightrailMetrics metrics,
    TimeProvider time)
{
    // Each key takes little, but all accounts of the network are many.
    private const int KeysMax = 4096;

    private readonly KeyCache _keys = new(KeysMax);
    private readonly RecentStatuses _statuses = new(time);

    // Held from judging to storing.
    private readonly Lock _gate = new();
    private readonly Dictionary<Did, Walk> _walks = [];
    private readonly HeldCommits _held = new();

    /// <summary>Set when something was queued.</summary>
    internal WakeUp Queued { get; } = new();

    /// <summary>Set when an account was looked up: there is room for another.</summary>
    internal WakeUp LookedUp { get; } = new();

    /// <summary>
    /// Takes events in their order, all of one stream, and stores what they change together with
    /// the number of the last one.
    /// </summary>
    internal void Take(Source source, IReadOnlyList<StreamEvent> events)
    {
        var verified = new EventVerification[events.Count];
        // What costs: signatures, and trees put together again. It needs nothing but the key.
        for (int i = 0; i < events.Count; i++) verified[i] = Verify(events[i]);
        lock (_gate)
        {
            var batch = new EventBatch(database, source);
            for (int i = 0; i < events.Count; i++) Judge(batch, events[i], verified[i]);
            if (batch.LastSeq == 0) return;
            database.Apply(source.Name, batch.LastSeq, batch.Changes);
            if (!batch.Changes.Any(change => change.Resync is not null || change.After.NeedsResync))
            {
                return;
            }
        }

        Queued.Wake();
    }

    /// <summary>
    /// Passes over an event that cannot be taken, by a mistake of ours: its repo is proven anew.
    /// </summary>
    internal void PassOver(Source source, StreamEvent message)
    {
        lock (_gate)
        {
            var batch = new EventBatch(database, source);
            if (message is AccountEvent { Did: var did }) AddUnknown(batch, did);
            if (message.Seq > 0) database.Apply(source.Name, message.Seq, batch.Changes);
        }
    }

    /// <summary>Takes a page of a list that was asked for at a time.</summary>
    /// <param name="host">Whose list it is, as it was then.</param>
    /// <param name="page">The page.</param>
    /// <param name="isRelay">Whether its word on any account counts.</param>
    /// <param name="asked">When, as a timestamp.</param>
    /// <returns>
    /// How many of the page were taken, from its beginning; there was no room for the next.
    /// </returns>
    internal int AddListed(LightrailHost host, ListReposPage page, bool isRelay, long asked)
    {
        int count = 0;
        lock (_gate)
        {
            // What the stream has said since is newer than the page.
            var fresh = page.Repos.Index()
                .Where(each => !_statuses.HasSince(each.Item.Did, asked)).ToList();
            int taken = database.AddListed(
                host, [.. fresh.Select(each => each.Item)], page.Cursor, isRelay);
            count = taken == fresh.Count ? page.Repos.Count : fresh[taken].Index;
        }

        Queued.Wake();
        return count;
    }

    /// <summary>
    /// Takes its host's answer on a repo's status, unless the stream has told since it was asked.
    /// </summary>
    /// <returns>False when it was too late, or the repo is not known.</returns>
    internal bool SetStatus(Did did, AccountStatus status, long asked)
    {
        lock (_gate)
        {
            if (_statuses.HasSince(did, asked) || database.Find(did) is not { } state) return false;
            database.Apply([new RepoChange { After = state with { Status = status } }]);
            return true;
        }
    }

    /// <summary>
    /// From now on the repo's commits are kept for the walk. Null when it is walked already.
    /// </summary>
    /// <param name="did">Whose.</param>
    /// <param name="memory">Where those commits are counted; given back after the end.</param>
    internal Walk? Begin(Did did, RoomShare? memory = null)
    {
        lock (_gate)
        {
            var walk = new Walk(did, memory);
            return _walks.TryAdd(did, walk) ? walk : null;
        }
    }

    /// <summary>The walk is over, whatever has come of it.</summary>
    internal void End(Walk walk)
    {
        lock (_gate) Remove(walk);
    }

    /// <summary>
    /// Stores what was proven and applies behind it the commits that were kept. False when it is
    /// older than what was seen: to be asked for again, and when that was done before it is a
    /// rollback, which is reported and not followed.
    /// </summary>
    /// <param name="walk">Its end; commits that come from here on are judged as ever.</param>
    /// <param name="hostId">Where.</param>
    /// <param name="proven">All collections, at one commit.</param>
    /// <param name="origin">How.</param>
    /// <param name="attempts">How often it failed before.</param>
    internal bool Complete(
        Walk walk, long hostId, ProvenCollections proven, CollectionOrigin origin, int attempts)
    {
        lock (_gate)
        {
            var did = walk.Did;
            var held = _held.Of(did).ToList();
            if (database.Find(did) is not { } before) return true;
            var result = RepoFollower.Prove(before, proven.Commit, _held);
            // From here on its commits are the stream's again.
            Remove(walk);
            if (RepoFollower.IsAhead(proven.Rev, time.GetUtcNow())) return false;
            if (result.Verdict == FollowVerdict.Rollback)
            {
                // It may be a replica that lags, or the stream that was faster.
                if (walk.IsOvertaken || attempts == 0) return false;
                database.Tell(
                    NoteKind.Rollback, did.ToString(),
                    $"host is at {proven.Rev}, seen was {before.RevMax}");
                return false;
            }

            if (result.Verdict == FollowVerdict.Ignored) return true;
            var after = result.After;
            if (walk.IsIncomplete) after = after with { NeedsResync = true };
            var last = held.Find(commit => commit.Commit.Rev == after.Rev);
            database.InTransaction(() =>
            {
                database.SetProven(did, hostId, proven, origin);
                database.Done(did);
                database.Apply(
                [
                    new RepoChange
                    {
                        After = after,
                        Collections = result.Changes,
                        Commit = (last?.Commit ?? proven.Commit).Cid,
                    },
                ]);
            });
            return true;
        }
    }

    // Another may have begun in the meantime.
    private void Remove(Walk walk)
    {
        if (!_walks.TryGetValue(walk.Did, out var current) || current != walk) return;
        _walks.Remove(walk.Did);
        _held.Drop(walk.Did);
    }

    private EventVerification Verify(StreamEvent message)
    {
        if (message is not (StreamCommit or StreamSync)) return default;
        var account = (AccountEvent)message;
        var rev = (message as StreamCommit)?.Rev ?? ((StreamSync)message).Rev;
        if (RepoFollower.IsAhead(rev, time.GetUtcNow()))
        {
            return new EventVerification { IsAhead = true };
        }

        if (database.FindKey(account.Did) is not { } key || _keys.Find(key) is not { } verifier)
        {
            return new EventVerification { HasNoKey = true };
        }

        if (message is StreamCommit commit)
        {
            var fault = CommitVerifier.Verify(commit, verifier, out var verified);
            return new EventVerification { Fault = fault, Verified = verified };
        }

        var syncFault = CommitVerifier.Verify((StreamSync)message, verifier, out var head);
        return new EventVerification { Fault = syncFault, Head = head };
    }

    private void Judge(EventBatch batch, StreamEvent message, in EventVerification verified)
    {
        metrics.Events.Add(NameOf(message));
        if (message.Seq > 0) batch.LastSeq = message.Seq;
        if (message is not AccountEvent { Did: var did }) return;
        switch (message)
        {
            case StreamAccount account:
                _statuses.Add(did);
                Judge(batch, account);
                break;
            case StreamIdentity identity:
                // Of no use before the repo is known: then it is looked up anyway.
                if (batch.Find(did) is { } known) RefreshIdentity(batch, known);
                break;
            case StreamCommit or StreamSync when verified.IsAhead:
                // A clock that is wrong, ours or its, or a rev that would keep all later ones out.
                metrics.Refusals.Add("RevAhead");
                AddUnknown(batch, did);
                break;
            case StreamCommit or StreamSync when verified.HasNoKey:
                AddUnknown(batch, did);
                break;
            case StreamCommit or StreamSync when verified.Fault != CommitFault.None:
                Refuse(batch, did, verified.Fault);
                break;
            case StreamCommit commit when _walks.TryGetValue(did, out var walk):
                walk.Inbox.Offer(commit.Blocks);
                walk.IsIncomplete |= !_held.Add(verified.Verified!);
                break;
            case StreamCommit:
                var next = verified.Verified!;
                Store(batch, RepoFollower.Follow(batch.StateOf(did), next), next.Commit);
                break;
            case StreamSync:
                if (_walks.TryGetValue(did, out var overtaken)) overtaken.IsOvertaken = true;
                var head = verified.Head!;
                Store(batch, RepoFollower.Follow(batch.StateOf(did), head), head);
                break;
        }
    }

    private void AddUnknown(EventBatch batch, Did did)
    {
        if (_walks.TryGetValue(did, out var walk))
        {
            walk.IsIncomplete = true;
            return;
        }

        if (batch.Find(did) is { } known)
        {
            bool isAwaited = known.NeedsResync || known.Status == AccountStatus.Deleted;
            if (!isAwaited) batch.Add(Unproven(known, ResyncReason.Listed));
            return;
        }

        if (batch.QueueFor(did) is not { } queue)
        {
            // The next event of it comes, or the list has it.
            metrics.LeftOut.Add("stream");
            batch.LeaveOut();
            return;
        }

        var added = Unproven(new RepoState { Did = did }, ResyncReason.Listed);
        batch.Add(added with { LookUpQueue = queue });
    }

    private void Judge(EventBatch batch, StreamAccount account)
    {
        if (batch.Find(account.Did) is null)
        {
            // One that is away is news when it is back.
            if (account.IsActive) AddUnknown(batch, account.Did);
            return;
        }

        var before = batch.StateOf(account.Did);
        var result = RepoFollower.Follow(before, account);
        metrics.Verdicts.Add(result.Verdict.ToString());
        if (result.Verdict is FollowVerdict.Duplicate or FollowVerdict.Ignored) return;
        if (!batch.SpeaksFor(account.Did))
        {
            // It may be here now: whoever its document names is asked.
            if (account.IsActive) batch.Add(new RepoChange
            {
                After = before,
                Resync = ResyncReason.Moved,
            });
            return;
        }

        batch.Add(new RepoChange
        {
            After = result.After,
            IsPurge = result.Verdict == FollowVerdict.Purge,
            Resync = result.Verdict == FollowVerdict.Resync ? ResyncReason.Reactivated : null,
        });
    }

    private void Refuse(EventBatch batch, Did did, CommitFault fault)
    {
        metrics.Refusals.Add(fault.ToString());
        // Whoever does not host it says what it likes.
        if (!batch.SpeaksFor(did)) return;
        if (_walks.TryGetValue(did, out var walk))
        {
            walk.IsIncomplete = true;
            return;
        }

        var result = RepoFollower.Refuse(batch.StateOf(did), fault, isKeyFresh: false);
        if (result.RefreshesIdentity) identities.Forget(did);
        bool isResync = result.RefreshesIdentity || result.Verdict == FollowVerdict.Resync;
        if (!isResync) return;
        var reason = result.RefreshesIdentity ? ResyncReason.Moved : ResyncReason.Unchained;
        batch.Add(Unproven(result.After, reason) with
        {
            Note = (NoteKind.BadEvent, fault.Describe()),
        });
    }

    private void RefreshIdentity(EventBatch batch, RepoState state)
    {
        if (state.Status == AccountStatus.Deleted) return;
        identities.Forget(state.Did);
        batch.Add(new RepoChange { After = state, Resync = ResyncReason.Moved });
    }

    private void Store(EventBatch batch, in FollowResult result, Commit commit)
    {
        metrics.Verdicts.Add(result.Verdict.ToString());
        switch (result.Verdict)
        {
            case FollowVerdict.Applied:
                batch.Add(new RepoChange
                {
                    After = result.After,
                    Collections = result.Changes,
                    Commit = commit.Cid,
                });
                break;
            case FollowVerdict.Resync:
                batch.Add(new RepoChange { After = result.After });
                break;
            case FollowVerdict.Rollback:
                // A message of the past tells no more than that somebody sent it: the host does.
                batch.Add(new RepoChange { After = result.After, Resync = ResyncReason.Unlisted });
                break;
        }
    }

    private static RepoChange Unproven(RepoState state, ResyncReason reason) => new()
    {
        After = state with { NeedsResync = true },
        Resync = reason,
    };

    private static string NameOf(StreamEvent message) => message switch
    {
        StreamCommit => "commit",
        StreamSync => "sync",
        StreamIdentity => "identity",
        StreamAccount => "account",
        StreamInfo => "info",
        _ => "other",
    };
}
