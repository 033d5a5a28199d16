using Atproto.Crypto;
using Microsoft.Data.Sqlite;
using PdsReadonly.Index;
using Samples;

namespace PdsReadonly.Tests.Index;

/// <summary>The index of remote repos, one matter at a time.</summary>
public sealed class LightrailDatabaseTests : LightrailDatabaseSuite
{
    [Test]
    public void SetProven_OfAQueuedRepo_ShowsItsCollectionsAndEndsTheResync()
    {
        AddListed([Alice.Listed()], null, false);
        Take(0);
        Prove(Alice);
        Reopen();
        var expected = Alice.Collections.Order(StringComparer.Ordinal).Select(name =>
            new HeldCollection(name, CollectionOrigin.Probe, Alice.Rev, Alice.Commit));
        Assert.Equal(expected, Index.CollectionsOf(Alice.Id));
        foreach (string name in Alice.Collections) Assert.Equal([Alice.Id], Page(name));
        Assert.Empty(Page("a.b"));
        var repo = Index.FindRepo(Alice.Id)!;
        Assert.True(repo.IsProven);
        Assert.Equal(
            (Alice.Rev, Alice.Rev, Alice.Commit),
            (repo.State.Rev, repo.State.RevMax, repo.Head));
        Assert.Equal(
            new LightrailTotals { Repos = 1, ActiveRepos = 1, ProvenRepos = 1, Pairs = 3 },
            Index.Totals);
        Assert.Null(Take(0));
    }

    [Test]
    public void SetProven_OfAnEarlierRevThanApplied_IsRefused()
    {
        var early = Alice.Prove();
        Prove(Alice);
        Apply(1, Alice.Change(Index.Find(Alice.Id)!, ["n.e.w"], []));
        Assert.False(Index.SetProven(Alice.Id, 0, early, CollectionOrigin.Repo));
        Assert.Equal([Alice.Id], Page("n.e.w"));
    }

    [Test]
    public void SetProven_AskedForAnewMeanwhile_IsProvenOnceMore()
    {
        AddListed([Alice.Listed()], null, false);
        Take(0);
        Index.Enqueue(Alice.Id, ResyncReason.Sync, 0);
        Assert.Null(Take(0));
        Prove(Alice);
        Assert.True(Index.Find(Alice.Id)!.NeedsResync);
        Assert.Equal(3, Index.Totals.Pairs);
        Index.Done(Alice.Id);
        Assert.Equal(new ResyncItem(Alice.Id, 0, ResyncReason.Sync, 0), Take(0));
        Prove(Alice);
        Assert.False(Index.Find(Alice.Id)!.NeedsResync);
    }

    [Test]
    public void SetProven_OfClaims_CountsWhatWasWrong()
    {
        Index.SetClaimed(Alice.Id, 0, ["a.b.c", "in.vent.ed", "in.vent.ed2"]);
        // What is merely claimed is given to nobody.
        Assert.Empty(Page("in.vent.ed"));
        Assert.Equal(3, Index.Totals.ClaimedPairs);
        Assert.True(Index.Find(Alice.Id)!.NeedsResync);
        var held = Index.CollectionsOf(Alice.Id)[0];
        Assert.Equal(new HeldCollection("a.b.c", CollectionOrigin.Claimed, null, null), held);
        Assert.Equal((3, 1), (Index.Totals.ClaimedPairs, Index.Totals.ClaimedRepos));
        Prove(Alice);
        Reopen();
        var totals = Index.Totals;
        Assert.Equal((2, 2), (totals.ClaimsDisproved, totals.ClaimsIncomplete));
        Assert.Equal((3, 0, 0), (totals.Pairs, totals.ClaimedPairs, totals.ClaimedRepos));
        Assert.Empty(Page("in.vent.ed"));
        Assert.Equal(
            [NoteKind.ClaimIncomplete, NoteKind.ClaimDisproved],
            Index.Notes(9).Select(note => note.Kind));
    }

    [Test]
    public void SetProven_OfAPartOrAnother_IsOurFault()
    {
        Assert.Throws<ArgumentException>(() =>
            Index.SetProven(Bob.Id, 0, Alice.Prove(), CollectionOrigin.Proof));
        var part = Alice.Prove() with { ReachesEnd = false };
        Assert.Throws<ArgumentException>(() =>
            Index.SetProven(Alice.Id, 0, part, CollectionOrigin.Proof));
    }

    [Test]
    public void Apply_Effects_AreStoredWithThePosition()
    {
        Prove(Alice);
        var change = Alice.Change(Index.Find(Alice.Id)!, ["n.e.w"], ["x.y.z"]);
        Apply(7, change);
        Reopen();
        Assert.Equal(7, Index.PositionOf(Relay));
        Assert.Equal(change.After, Index.Find(Alice.Id));
        Assert.Empty(Page("x.y.z"));
        Assert.Equal([Alice.Id], Page("n.e.w"));
        Assert.Contains(
            new HeldCollection("n.e.w", CollectionOrigin.Stream, Alice.Rev, Alice.Commit),
            Index.CollectionsOf(Alice.Id));
        Assert.Equal(Alice.Commit, Index.FindRepo(Alice.Id)!.Head);
        Index.SetPosition(Relay, 3);
        Assert.Equal(3, Index.PositionOf(Relay));
        Index.SetPosition(Relay, null);
        Assert.Null(Index.PositionOf(Relay));
    }

    [Test]
    public void Apply_ThatFails_StoresNeitherEffectsNorPosition()
    {
        Prove(Alice);
        var before = (Index.Find(Alice.Id), Index.Totals);
        var change = Alice.Change(before.Item1!, ["n.e.w"], ["x.y.z"]);
        var wrong = change with { Commit = null };
        Assert.Throws<ArgumentException>(() => Apply(7, change, wrong with
        {
            After = change.After with { Did = Bob.Id },
        }));
        Assert.Equal(before, (Index.Find(Alice.Id), Index.Totals));
        Assert.Null(Index.PositionOf(Relay));
        Assert.Null(Index.Find(Bob.Id));
        Apply(7, change);
        Assert.Equal([Alice.Id], Page("n.e.w"));
    }

    [Test]
    public void Apply_LaterThanAProof_TakesNothingBack()
    {
        Prove(Alice);
        var late = Alice.Change(Index.Find(Alice.Id)!, ["n.e.w"], []);
        _ = Alice.Change(Index.Find(Alice.Id)!, [], ["n.e.w"]);
        Prove(Alice);
        var proven = Index.Find(Alice.Id);
        Apply(1, late);
        Assert.Equal(proven, Index.Find(Alice.Id));
        Assert.Empty(Page("n.e.w"));
    }

    [Test]
    [Arguments(AccountStatus.Deactivated)]
    [Arguments(AccountStatus.Suspended)]
    [Arguments(AccountStatus.Takendown)]
    [Arguments(AccountStatus.Desynchronized)]
    [Arguments(AccountStatus.Throttled)]
    [Arguments(AccountStatus.Inactive)]
    internal void Apply_InactiveAccount_IsHiddenAndKeepsItsRows(AccountStatus status)
    {
        Prove(Alice);
        Prove(Bob);
        var state = Index.Find(Alice.Id)!;
        Apply(1, new RepoChange { After = state with { Status = status } });
        Assert.Equal([Bob.Id], Page("a.b.c"));
        Assert.Equal([Bob.Id], Page(""));
        Assert.Equal(3, Index.CollectionsOf(Alice.Id).Count);
        Apply(2, Alice.Change(Index.Find(Alice.Id)!, ["n.e.w"], ["x.y.z"]));
        Assert.Empty(Page("n.e.w"));
        Apply(3, new RepoChange
        {
            After = Index.Find(Alice.Id)! with { Status = AccountStatus.Active },
        });
        Assert.Equal([Alice.Id], Page("n.e.w"));
        Assert.Equal(Sorted(Alice, Bob), Page("a.b.c"));
        Assert.Empty(Page("x.y.z"));
    }

    [Test]
    public void Purge_KeepsTheHighestRevAndNothingElse()
    {
        Prove(Alice);
        Index.KeepProof(Alice.Id, Alice.Commit, Alice.Proof);
        Index.Enqueue(Alice.Id, ResyncReason.Asked, 0);
        var early = Alice.Prove();
        Index.Purge(Alice.Id);
        Reopen();
        var deleted = new RepoState
        {
            Did = Alice.Id,
            RevMax = Alice.Rev,
            Status = AccountStatus.Deleted,
        };
        Assert.Equal(deleted, Index.Find(Alice.Id));
        Assert.Equal(new LightrailTotals(), Index.Totals);
        Assert.Null(Take(0));
        Assert.False(Index.SetProven(Alice.Id, 0, early, CollectionOrigin.Repo));
        Index.SetClaimed(Alice.Id, 0, ["a.b.c"]);
        Index.Enqueue(Alice.Id, ResyncReason.Asked, 0);
        AddListed([Alice.Listed()], null, false);
        Assert.Equal(deleted, Index.Find(Alice.Id));
        using var reader = Index.Readers.Rent();
        Assert.Null(reader.Find(Bytes(Alice.Id)));
    }

    [Test]
    public void Queue_ByHost_GivesWhatIsDueLongestAndBacksOff()
    {
        const long Unknown = 0;
        long pds = Index.HostIdOf("https://pds.example");
        AddListed([Alice.Listed()], null, false);
        Time.Now = Time.Now.AddSeconds(1);
        AddListed([Bob.Listed()], null, false);
        long lookUps = LookUpQueue.Of(Index.HostIdOf(Relay), isListed: true, Alice.Id);
        Assert.Equal([lookUps], Index.QueuesDue(Now));
        Assert.Equal(Alice.Id, Take(Unknown)!.Did);
        Index.Failed(Alice.Id, Now + 5000);
        Assert.Equal(Bob.Id, Take(Unknown)!.Did);
        Assert.Null(Take(Unknown));
        Assert.Equal(Now + 5000, Index.NextDue(lookUps));
        // Only a failure that is the repo's counts.
        Index.Failed(Bob.Id, Now + 9000, counts: false);
        Time.Now = Time.Now.AddSeconds(5);
        Assert.Equal(new ResyncItem(Alice.Id, Unknown, ResyncReason.Listed, 1), Take(Unknown));
        using var key = SampleKey.FromSeed(SampleCurve.P256, "bob");
        Assert.Equal(KeyError.None, DidKey.TryParse(key.DidKey, out var point));
        Index.SetIdentity(Bob.Id, pds, point!);
        Time.Now = Time.Now.AddSeconds(4);
        Assert.Equal([pds], Index.QueuesDue(Now));
        Assert.Equal(new ResyncItem(Bob.Id, pds, ResyncReason.Listed, 0), Take(pds));
        Assert.Equal(2, Index.Totals.Queued);
        Index.Done(Alice.Id);
        Assert.Equal(1, Index.Totals.Queued);
    }

    [Test]
    public void Queue_WhatBroke_GoesBeforeWhatIsOnlyListed()
    {
        Prove(Bob);
        AddListed([Alice.Listed()], null, false);
        Time.Now = Time.Now.AddSeconds(1);
        Index.Enqueue(Bob.Id, ResyncReason.Sync, Now + 10);
        Assert.Equal(Alice.Id, Take(0)!.Did);
        Index.Failed(Alice.Id, Now, counts: false);
        Index.Enqueue(Bob.Id, ResyncReason.Sync, 0);
        Assert.Equal(Bob.Id, Take(0)!.Did);
        Assert.Equal(Alice.Id, Take(0)!.Did);
    }

    [Test]
    public void Open_NamesThatNobodyUses_AreForgotten()
    {
        Prove(Alice);
        Apply(1, Alice.Change(Index.Find(Alice.Id)!, ["n.e.w"], ["x.y.z"]));
        Reopen();
        Apply(2, Alice.Change(Index.Find(Alice.Id)!, ["x.y.z"], []));
        Assert.Equal([Alice.Id], Page("x.y.z"));
        Assert.Equal([Alice.Id], Page("n.e.w"));
        Assert.Equal(4, Index.CollectionsOf(Alice.Id).Count);
    }

    [Test]
    public void Queue_AfterACrash_GivesWhatWasUnderWayAgain()
    {
        AddListed([Alice.Listed()], null, false);
        Assert.NotNull(Take(0));
        Assert.Null(Take(0));
        Reopen();
        Assert.Equal(Alice.Id, Take(0)!.Did);
    }

    [Test]
    public void Queue_AccountHiddenWhileUnderWay_IsHeldBackUntilItIsActive()
    {
        AddListed([Alice.Listed()], null, false);
        Take(0);
        var state = Index.Find(Alice.Id)!;
        Apply(1, new RepoChange { After = state with { Status = AccountStatus.Suspended } });
        Index.Failed(Alice.Id, Now);
        Assert.Null(Take(0));
        Reopen();
        Assert.Null(Take(0));
        Apply(2, new RepoChange { After = state });
        Assert.Equal(Alice.Id, Take(0)!.Did);
    }

    [Test]
    public void Proofs_BeyondTheirRoom_DropTheOldest()
    {
        Prove(Alice);
        Prove(Bob);
        long max = Alice.Proof.Length + Bob.Proof.Length - 1;
        Index.Dispose();
        Index = LightrailDatabase.Open(Folder.At("lightrail.sqlite"), Time, max);
        Index.KeepProof(Alice.Id, Alice.Commit, Alice.Proof);
        Assert.Equal(Alice.Proof.ToArray(), ProofOf(Alice)!.Car);
        Index.KeepProof(Alice.Id, Alice.Commit, Alice.Proof);
        Assert.Equal((1, Alice.Proof.Length), (Index.Totals.Proofs, Index.Totals.ProofBytes));
        Index.KeepProof(Bob.Id, Bob.Commit, Bob.Proof);
        Assert.Null(ProofOf(Alice));
        Assert.Equal(Bob.Commit, ProofOf(Bob)!.Commit);
        Index.KeepProof(Bob.Id, Bob.Commit, new byte[max + 1]);
        Assert.Null(ProofOf(Bob));
        Assert.Equal((0, 0), (Index.Totals.Proofs, Index.Totals.ProofBytes));
    }

    [Test]
    public void Notes_BeyondTheLastThousand_AreCountedAndForgotten()
    {
        Index.InTransaction(() =>
        {
            for (int i = 0; i < 1005; i++) Index.Tell(NoteKind.Rollback, Relay, $"{i}");
        });
        var state = new RepoState { Did = Bob.Id };
        Apply(1, new RepoChange { After = state, Note = (NoteKind.BadEvent, "no signature") });
        Reopen();
        Assert.Equal((1005, 1), (Index.Totals.Rollbacks, Index.Totals.BadEvents));
        var notes = Index.Notes(2000);
        Assert.Equal(1000, notes.Count);
        Assert.Equal(
            new Note(Now, NoteKind.BadEvent, Bob.Id.ToString(), "no signature"), notes[0]);
        Assert.Equal("1004", notes[1].Detail);
    }

    [Test]
    public void Readers_BesideAWriter_SeeWhatWasCommitted()
    {
        Prove(Alice);
        using var one = Index.Readers.Rent();
        using var other = Index.Readers.Rent();
        Index.InTransaction(() =>
        {
            Prove(Bob);
            Assert.Equal([Alice.Id], Page(one, "a.b.c"));
        });
        Assert.Equal(Sorted(Alice, Bob), Page(one, "a.b.c"));
        Assert.Equal(Sorted(Alice, Bob), Page(other, ""));
    }

    [Test]
    public async Task Readers_OnManyThreads_NeverSeeHalfATransaction()
    {
        Prove(Alice);
        Prove(Bob);
        using var end = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                int pages = 0;
                for (; !end.IsCancellationRequested || pages == 0; pages++)
                {
                    Assert.Equal(2, Page("a.b.c").Count);
                    Assert.Equal(2, Page("").Count);
                }

                return pages;
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        var running = readers.ToList();
        var state = Index.Find(Alice.Id)!;
        for (int i = 0; i < 300; i++)
        {
            Apply(
                i,
                new RepoChange { After = state with { Status = AccountStatus.Suspended } },
                new RepoChange { After = state });
        }

        await end.CancelAsync();
        foreach (int pages in await Task.WhenAll(running)) Assert.True(pages > 0);
    }

    [Test]
    public void Open_OfAnotherVersion_IsRefused()
    {
        Index.Dispose();
        using (var file = SqliteDatabase.OpenShared(Folder.At("lightrail.sqlite")))
        {
            file.Execute("PRAGMA user_version = 9");
        }

        Assert.Throws<SqliteException>(Open);
        using (var file = SqliteDatabase.OpenShared(Folder.At("lightrail.sqlite")))
        {
            file.Execute($"PRAGMA user_version = {LightrailSchema.Version}");
        }

        Index = Open();
    }
}
