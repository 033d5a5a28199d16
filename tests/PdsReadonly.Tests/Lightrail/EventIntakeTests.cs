using PdsReadonly.Index;
using PdsReadonly.Lightrail;
using Samples;
using Samples.World;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>What becomes of each event, page and proof, by what is known of its repo.</summary>
public sealed class EventIntakeTests : IDisposable
{
    private readonly IndexedWorld _world = new();

    private LightrailDatabase Index => _world.Index;

    public void Dispose() => _world.Dispose();

    [Test]
    public void Take_CommitOfAnUnknownRepo_QueuesIt()
    {
        var alice = _world.Join("alice", _world.One, "a.b.c");
        _world.Take(_world.FromRelay, IndexedWorld.Commit(alice.Repo.Write(["n.e.w/1"], [])));
        Assert.Empty(_world.CollectionsOf(alice));
        Assert.True(_world.StateOf(alice)!.NeedsResync);
        Assert.Equal(ResyncReason.Listed, _world.TakeReason(alice));
    }

    [Test]
    public void Take_CommitsThatFollow_AreApplied()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c", "x.y.z");
        var first = IndexedWorld.Commit(alice.Repo.Write(["n.e.w/1"], ["x.y.z/self"]));
        var second = IndexedWorld.Commit(alice.Repo.Write(["m.o.re/1"], ["n.e.w/1"]));
        // The second is judged by what the first has changed, though both are stored at once.
        _world.Take(_world.FromRelay, first, first, second);
        _world.AssertTruth(alice);
        Assert.Equal(alice.Repo.Commit.Cid, Index.FindRepo(IndexedWorld.DidOf(alice))!.Head);
        _world.Take(_world.FromRelay, first, second);
        _world.AssertTruth(alice);
        Assert.Null(_world.TakeReason(alice));
    }

    [Test]
    public void Take_CommitBehindAGap_QueuesItAndChangesNothing()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        _ = alice.Repo.Write(["l.o.st/1"], []);
        _world.Take(_world.FromRelay, IndexedWorld.Commit(alice.Repo.Write(["n.e.w/1"], [])));
        Assert.Equal(["a.b.c"], _world.CollectionsOf(alice));
        Assert.Equal(ResyncReason.Unchained, _world.TakeReason(alice));
    }

    [Test]
    public async Task Take_BadSignatureOfAnotherHost_IsIgnored()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        await ForgeAsync(alice, _world.SourceOf(_world.Two));
        Assert.False(_world.StateOf(alice)!.NeedsResync);
        Assert.Null(_world.TakeReason(alice));
        Assert.Equal(_world.One.Url, await _world.PdsOfAsync(alice));
        Assert.Equal(0, Index.Totals.BadEvents);
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task Take_BadSignatureOfItsHost_IsLookedUpAnew(bool byRelay)
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        await ForgeAsync(alice, byRelay ? _world.FromRelay : _world.SourceOf(_world.One));
        Assert.Equal(["a.b.c"], _world.CollectionsOf(alice));
        Assert.True(_world.StateOf(alice)!.NeedsResync);
        Assert.Equal(ResyncReason.Moved, _world.TakeReason(alice));
        Assert.Equal(_world.Two.Url, await _world.PdsOfAsync(alice));
        Assert.Equal(NoteKind.BadEvent, Index.Notes(1)[0].Kind);
    }

    [Test]
    public void Take_BadSignatureWhileWalked_HasItWalkedOnceMore()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        var walk = _world.Intake.Begin(IndexedWorld.DidOf(alice))!;
        _world.Take(_world.FromRelay, Forged(alice));
        Assert.True(_world.Complete(walk, alice, IndexedWorld.ProofOf(alice)));
        _world.Intake.End(walk);
        Assert.True(_world.StateOf(alice)!.NeedsResync);
        Assert.Equal(ResyncReason.Unchained, _world.TakeReason(alice));
    }

    [Test]
    [Arguments("relay", true)]
    [Arguments("one", true)]
    [Arguments("two", false)]
    public void Take_Status_CountsByWhoeverHostsIt(string source, bool counts)
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        _world.Take(SourceOf(source), IndexedWorld.Status(alice, AccountState.Suspended));
        var expected = counts ? AccountStatus.Suspended : AccountStatus.Active;
        Assert.Equal(expected, _world.StateOf(alice)!.Status);
        _world.Take(SourceOf(source), IndexedWorld.Status(alice, AccountState.Deleted));
        Assert.Equal(counts ? [] : ["a.b.c"], _world.CollectionsOf(alice));
        Assert.Null(_world.TakeReason(alice));
    }

    [Test]
    [Arguments("relay", AccountStatus.Active, ResyncReason.Reactivated)]
    [Arguments("two", AccountStatus.Deactivated, ResyncReason.Moved)]
    internal void Take_ActiveAgain_IsProvenAnewWhereverItIs(
        string source, AccountStatus status, ResyncReason reason)
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        _world.Take(_world.FromRelay, IndexedWorld.Status(alice, AccountState.Deactivated));
        // What it did meanwhile was not told.
        _ = alice.Repo.Write(["l.o.st/1"], []);
        _world.Take(_world.FromRelay, IndexedWorld.Commit(alice.Repo.Write(["n.e.w/1"], [])));
        Assert.Null(_world.TakeReason(alice));
        _world.Take(SourceOf(source), IndexedWorld.Status(alice, AccountState.Active));
        Assert.Equal(status, _world.StateOf(alice)!.Status);
        Assert.Equal(reason, _world.TakeReason(alice));
    }

    [Test]
    public void Take_DeletedAccount_IsForgottenAndItsPastStaysPast()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        var last = IndexedWorld.Commit(alice.Repo.Write(["n.e.w/1"], []));
        _world.Take(
            _world.FromRelay, last, IndexedWorld.Status(alice, AccountState.Deleted), last);
        Assert.Empty(_world.CollectionsOf(alice));
        Assert.Equal(AccountStatus.Deleted, _world.StateOf(alice)!.Status);
        Assert.Equal(alice.Repo.Rev, _world.StateOf(alice)!.RevMax.ToString());
        _world.Take(_world.FromRelay, last, Forged(alice), IndexedWorld.Identity(alice));
        Assert.Equal(AccountStatus.Deleted, _world.StateOf(alice)!.Status);
        Assert.Null(_world.TakeReason(alice));
        Assert.Equal(0, Index.Totals.Repos);
    }

    [Test]
    public async Task Take_Identity_IsLookedUpAnew()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        Assert.Equal(_world.One.Url, await _world.PdsOfAsync(alice));
        alice.Host = _world.Two;
        _world.Take(_world.FromRelay, IndexedWorld.Identity(alice));
        Assert.Equal(_world.Two.Url, await _world.PdsOfAsync(alice));
        Assert.Equal(ResyncReason.Moved, _world.TakeReason(alice));
    }

    [Test]
    public void Take_IdentityOfAnUnknownRepo_IsNothingYet()
    {
        var alice = _world.Join("alice", _world.One, "a.b.c");
        _world.Take(_world.FromRelay, IndexedWorld.Identity(alice));
        Assert.Null(_world.StateOf(alice));
    }

    [Test]
    public void Take_ActiveUnknownRepo_QueuesIt()
    {
        var alice = _world.Join("alice", _world.One, "a.b.c");
        _world.Take(_world.FromRelay, IndexedWorld.Status(alice, AccountState.Active));
        Assert.Equal(ResyncReason.Listed, _world.TakeReason(alice));
    }

    [Test]
    public void Take_RevOfTheFuture_IsNotBelievedAndAskedFor()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        var commit = IndexedWorld.Commit(alice.Repo.Write(["n.e.w/1"], []));
        // The repo's own revs are of 2023.
        _world.Time.Now = new(2023, 1, 1, 0, 0, 0, TimeSpan.Zero);
        _world.Take(_world.FromRelay, commit, IndexedWorld.Sync(alice.Repo));
        Assert.Equal(["a.b.c"], _world.CollectionsOf(alice));
        Assert.True(_world.StateOf(alice)!.NeedsResync);
        Assert.Equal(2, _world.Metrics.Refusals.Total);
    }

    [Test]
    public void Take_WhatNobodyKnows_IsPassedOver()
    {
        _world.Take(_world.FromRelay, EventFrame.Unknown);
        Assert.Equal(0, Index.Totals.Repos);
    }

    [Test]
    public void Take_MessageOfThePast_HasTheHostAsked()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        var old = IndexedWorld.Sync(alice.Repo);
        _world.Take(_world.FromRelay, IndexedWorld.Commit(alice.Repo.Write(["n.e.w/1"], [])));
        _world.Take(_world.FromRelay, old);
        _world.AssertTruth(alice);
        Assert.Equal(0, Index.Totals.Rollbacks);
        Assert.False(_world.StateOf(alice)!.NeedsResync);
        Assert.Equal(ResyncReason.Unlisted, _world.TakeReason(alice));
    }

    [Test]
    public void Complete_CommitsWhileWalked_AreAppliedBehindTheProof()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c", "x.y.z");
        var walk = _world.Intake.Begin(IndexedWorld.DidOf(alice))!;
        Assert.Null(_world.Intake.Begin(IndexedWorld.DidOf(alice)));
        var before = IndexedWorld.Commit(alice.Repo.Write(["b.e.fore/1"], []));
        var proven = IndexedWorld.ProofOf(alice);
        var behind = alice.Repo.Write(["n.e.w/1"], ["x.y.z/self"]);
        _world.Take(_world.FromRelay, before, IndexedWorld.Commit(behind));
        Assert.Equal(["a.b.c", "x.y.z"], _world.CollectionsOf(alice));
        Assert.True(walk.Inbox.TryTake(out _));
        Assert.True(walk.Inbox.TryTake(out var car));
        Assert.Equal(behind.Blocks, car);
        Assert.True(_world.Complete(walk, alice, proven));
        _world.Intake.End(walk);
        _world.AssertTruth(alice);
        Assert.Null(_world.TakeReason(alice));
        // The next one is followed again.
        _world.Take(_world.FromRelay, IndexedWorld.Commit(alice.Repo.Write(["l.a.st/1"], [])));
        _world.AssertTruth(alice);
    }

    [Test]
    public void Complete_MoreCommitsThanAreKept_HasItProvenOnceMore()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        var walk = _world.Intake.Begin(IndexedWorld.DidOf(alice))!;
        var proven = IndexedWorld.ProofOf(alice);
        var commits = Enumerable.Range(0, HeldCommits.PerRepoMaxDefault + 1)
            .Select(i => IndexedWorld.Commit(alice.Repo.Write([$"n.e.w/{i}"], [])));
        _world.Take(_world.FromRelay, [.. commits]);
        Assert.True(_world.Complete(walk, alice, proven));
        _world.Intake.End(walk);
        Assert.True(_world.StateOf(alice)!.NeedsResync);
        Assert.Equal(ResyncReason.Unchained, _world.TakeReason(alice));
        Assert.Equal(0, Index.Totals.Rollbacks);
    }

    [Test]
    public void Complete_CommitOfWhomNoKeyIsKnownYet_HasItProvenOnceMore()
    {
        var alice = _world.Join("alice", _world.One, "a.b.c");
        _world.List(alice);
        var walk = _world.Intake.Begin(IndexedWorld.DidOf(alice))!;
        var proven = IndexedWorld.ProofOf(alice);
        _world.Take(_world.FromRelay, IndexedWorld.Commit(alice.Repo.Write(["n.e.w/1"], [])));
        _world.Identify(alice);
        Assert.True(_world.Complete(walk, alice, proven));
        _world.Intake.End(walk);
        Assert.Equal(["a.b.c"], _world.CollectionsOf(alice));
        Assert.Equal(ResyncReason.Unchained, _world.TakeReason(alice));
    }

    [Test]
    public void Complete_OlderThanWhatWasSeen_IsARollback()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        var old = IndexedWorld.ProofOf(alice);
        _world.Take(_world.FromRelay, IndexedWorld.Commit(alice.Repo.Write(["n.e.w/1"], [])));
        var walk = _world.Intake.Begin(IndexedWorld.DidOf(alice))!;
        Assert.False(_world.Complete(walk, alice, old));
        _world.Intake.End(walk);
        _world.AssertTruth(alice);
        Assert.Equal(1, Index.Totals.Rollbacks);
    }

    [Test]
    public void Complete_SyncWhileWalked_IsNoRollback()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        var walk = _world.Intake.Begin(IndexedWorld.DidOf(alice))!;
        var proven = IndexedWorld.ProofOf(alice);
        _ = alice.Repo.Replace(["n.e.w/1"]);
        _world.Take(_world.FromRelay, IndexedWorld.Sync(alice.Repo));
        Assert.False(_world.Complete(walk, alice, proven));
        Assert.True(walk.IsOvertaken);
        _world.Intake.End(walk);
        Assert.True(_world.StateOf(alice)!.NeedsResync);
        Assert.Equal(0, Index.Totals.Rollbacks);
    }

    [Test]
    public void Complete_DeletedWhileWalked_StaysDeleted()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        var walk = _world.Intake.Begin(IndexedWorld.DidOf(alice))!;
        _world.Take(_world.FromRelay, IndexedWorld.Status(alice, AccountState.Deleted));
        Assert.True(_world.Complete(walk, alice, IndexedWorld.ProofOf(alice)));
        _world.Intake.End(walk);
        Assert.Empty(_world.CollectionsOf(alice));
        Assert.Equal(AccountStatus.Deleted, _world.StateOf(alice)!.Status);
    }

    [Test]
    public void End_OfAnEarlierWalk_LeavesTheLaterOneAlone()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        var did = IndexedWorld.DidOf(alice);
        var first = _world.Intake.Begin(did)!;
        _world.Intake.End(first);
        Assert.NotNull(_world.Intake.Begin(did));
        _world.Intake.End(first);
        Assert.Null(_world.Intake.Begin(did));
    }

    [Test]
    public void Take_MoreNewReposThanThereIsRoomFor_LeavesThemOutUntilTheirNextEvent()
    {
        var many = Enumerable.Range(0, LookUpQueue.ReposMax + 5)
            .Select(i => _world.Join($"many {i}", _world.One)).ToList();
        _world.Take(
            _world.FromRelay,
            [.. many.Select(account => IndexedWorld.Status(account, AccountState.Active))]);
        Assert.Equal(LookUpQueue.ReposMax, Index.Totals.Queued);
        Assert.Equal(5, _world.Metrics.LeftOut["stream"]);
        Assert.Null(_world.StateOf(many[^1]));
        // A list has room of its own, and so has another upstream.
        _world.Time.Now = _world.Time.Now.AddSeconds(1);
        _world.List(many[^1]);
        var other = _world.SourceOf(_world.One);
        _world.Take(other, IndexedWorld.Status(many[^2], AccountState.Active));
        Assert.NotNull(_world.StateOf(many[^1]));
        Assert.NotNull(_world.StateOf(many[^2]));
        // One has been looked up.
        _world.Identify(many[0]);
        _world.Take(_world.FromRelay, IndexedWorld.Status(many[^3], AccountState.Active));
        Assert.NotNull(_world.StateOf(many[^3]));
    }

    [Test]
    public void Take_NewRepoThatIsAway_KeepsNothing()
    {
        var alice = _world.Join("alice", _world.One, "a.b.c");
        _world.Take(_world.FromRelay, IndexedWorld.Status(alice, AccountState.Deactivated));
        Assert.Null(_world.StateOf(alice));
        _world.Take(_world.FromRelay, IndexedWorld.Status(alice, AccountState.Active));
        Assert.NotNull(_world.StateOf(alice));
        // Before it was looked up it goes away again: it takes no room from others.
        _world.Take(_world.FromRelay, IndexedWorld.Status(alice, AccountState.Deactivated));
        Assert.Null(_world.StateOf(alice));
        Assert.Equal(0, Index.Totals.Queued);
    }

    [Test]
    public void AddListed_PageOfBeforeAStatus_DoesNotUndoIt()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        var bob = _world.Join("bob", _world.One, "a.b.c");
        var host = Index.FindHost(_world.IdOf(_world.Relay))!;
        var page = new ListReposPage([IndexedWorld.Listed(alice), IndexedWorld.Listed(bob)], null);
        long asked = _world.Time.GetTimestamp();
        _world.Time.Now = _world.Time.Now.AddSeconds(1);
        _world.Take(_world.FromRelay, IndexedWorld.Status(alice, AccountState.Takendown));
        _world.Intake.AddListed(host, page, isRelay: true, asked);
        Assert.Equal(AccountStatus.Takendown, _world.StateOf(alice)!.Status);
        Assert.NotNull(_world.StateOf(bob));
        // One that was asked for later counts.
        _world.Time.Now = _world.Time.Now.AddSeconds(1);
        _world.Intake.AddListed(host, page, isRelay: true, _world.Time.GetTimestamp());
        Assert.Equal(AccountStatus.Active, _world.StateOf(alice)!.Status);
    }

    [Test]
    public void SetStatus_OfBeforeAnEvent_IsDropped()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        var did = IndexedWorld.DidOf(alice);
        _world.Intake.SetStatus(did, AccountStatus.Deactivated, _world.Time.GetTimestamp());
        Assert.Equal(AccountStatus.Deactivated, _world.StateOf(alice)!.Status);
        long asked = _world.Time.GetTimestamp();
        _world.Time.Now = _world.Time.Now.AddSeconds(1);
        _world.Take(_world.FromRelay, IndexedWorld.Status(alice, AccountState.Active));
        _world.Intake.SetStatus(did, AccountStatus.Deactivated, asked);
        Assert.Equal(AccountStatus.Active, _world.StateOf(alice)!.Status);
    }

    [Test]
    public async Task Queued_WhenSomethingIs_IsAwake()
    {
        var alice = _world.Join("alice", _world.One, "a.b.c");
        _world.List(alice);
        Assert.True(await IsAwakeAsync());
        Assert.False(await IsAwakeAsync());
        _world.Take(_world.FromRelay, EventFrame.Unknown);
        Assert.False(await IsAwakeAsync());
        var bob = _world.Join("bob", _world.One, "a.b.c");
        _world.Take(_world.FromRelay, IndexedWorld.Commit(bob.Repo.Write(["n.e.w/1"], [])));
        Assert.True(await IsAwakeAsync());
    }

    private Task<bool> IsAwakeAsync() => _world.Intake.Queued.WaitAsync(
        TimeSpan.Zero, TimeProvider.System, TestRun.Cancellation);

    private Source SourceOf(string name) => name switch
    {
        "relay" => _world.FromRelay,
        "one" => _world.SourceOf(_world.One),
        _ => _world.SourceOf(_world.Two),
    };

    // Its document has changed since it was last looked up.
    private async Task ForgeAsync(WorldAccount account, Source source)
    {
        Assert.Equal(_world.One.Url, await _world.PdsOfAsync(account));
        account.Host = _world.Two;
        _world.Take(source, Forged(account));
    }

    // A commit that follows, by the key of a stranger.
    private static Func<long, byte[]> Forged(WorldAccount account)
    {
        using var stranger = SampleKey.FromSeed(SampleCurve.P256, "a stranger");
        var repo = account.Repo;
        var key = repo.Key;
        repo.Key = stranger;
        var commit = repo.Write(["f.or.ged/1"], []);
        repo.Key = key;
        return IndexedWorld.Commit(commit);
    }
}
