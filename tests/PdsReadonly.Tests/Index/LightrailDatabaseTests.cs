using System.Text;
using Atproto.Crypto;
using Atproto.Syntax;
using Microsoft.Data.Sqlite;
using PdsReadonly.Index;
using PdsReadonly.Tests.Support;
using Samples;

namespace PdsReadonly.Tests.Index;

/// <summary>The index of remote repos, one matter at a time.</summary>
public sealed class LightrailDatabaseTests : IDisposable
{
    private const string Relay = "https://relay.example";

    private readonly TempFolder _folder = new();
    private readonly FakeTime _time = new(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly RemoteRepo _alice = new("alice", "a.b.c", "a.b.c-d.e", "x.y.z");
    private readonly RemoteRepo _bob = new("bob", "a.b.c");
    private LightrailDatabase _index;

    public LightrailDatabaseTests() => _index = Open();

    private long Now => _time.Now.ToUnixTimeMilliseconds();

    public void Dispose()
    {
        _index.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void AddListed_NewRepos_AreKnownAndQueuedAndNotProven()
    {
        long host = _index.HostIdOf(Relay);
        AddListed([_alice.Listed(), _bob.Listed(AccountStatus.Takendown)], "next", true);
        Reopen();
        var state = _index.Find(_alice.Id)!;
        Assert.Equal((null, null, true), (state.Rev, state.RevMax, state.NeedsResync));
        Assert.Equal("next", _index.FindHost(host)!.Cursor);
        Assert.False(_index.FindHost(host)!.IsListed);
        // As long as its document has named no host it is not shown.
        Assert.Empty(Page(""));
        Assert.Equal(
            new LightrailTotals { Repos = 2, ActiveRepos = 1, Queued = 2 }, _index.Totals);
        // Who is taken down cannot be asked.
        Assert.Equal(new ResyncItem(_alice.Id, 0, ResyncReason.Listed, 0), Take(0));
        Assert.Null(Take(0));
    }

    [Fact]
    public void AddListed_PageOfAnEarlierRound_IsOfNoUse()
    {
        var host = _index.FindHost(_index.HostIdOf(Relay))!;
        _index.ListAgain(host.Id);
        _index.AddListed(host, [_alice.Listed()], "next", false);
        Assert.Null(_index.Find(_alice.Id));
        Assert.Null(_index.FindHost(host.Id)!.Cursor);
    }

    [Fact]
    public void AddListed_HostThatTheAccountLeft_HasItsHostAskedWhenItSaysThatItIsBack()
    {
        Prove(_alice);
        using var key = SampleKey.FromSeed(SampleCurve.P256, "left");
        Assert.Equal(KeyError.None, DidKey.TryParse(key.DidKey, out var point));
        _index.SetIdentity(_alice.Id, _index.HostIdOf("https://pds.example"), point!);
        AddListed([_alice.Listed(AccountStatus.Deactivated)], null, false);
        Assert.Equal(AccountStatus.Active, _index.Find(_alice.Id)!.Status);
        AddListed([_alice.Listed(AccountStatus.Deactivated)], null, true);
        Assert.Equal(AccountStatus.Deactivated, _index.Find(_alice.Id)!.Status);
        AddListed([_alice.Listed()], null, false);
        Assert.Equal(AccountStatus.Deactivated, _index.Find(_alice.Id)!.Status);
        Assert.Empty(Page("a.b.c"));
        long host = _index.HostIdOf("https://pds.example");
        Assert.Equal(new ResyncItem(_alice.Id, host, ResyncReason.Moved, 0), Take(host));
        _index.Await(_alice.Id);
        Assert.Null(Take(host));
    }

    [Fact]
    public void EnqueueUnlisted_WhatNobodyListsAnyMore_IsAskedFor()
    {
        AddListed([_alice.Listed(), _bob.Listed()], null, true);
        Prove(_alice);
        Prove(_bob);
        _time.Now = _time.Now.AddDays(1);
        AddListed([_alice.Listed()], null, true);
        _index.EnqueueUnlisted(Now - 1000);
        Assert.Equal(new ResyncItem(_bob.Id, 0, ResyncReason.Unlisted, 0), Take(0));
        Assert.Null(Take(0));
    }

    [Fact]
    public void SetIdentity_NewHost_IsAMoveAndTheKeyIsKept()
    {
        AddListed([_alice.Listed()], null, true);
        using var key = SampleKey.FromSeed(SampleCurve.K256, "identity");
        Assert.Equal(KeyError.None, DidKey.TryParse(key.DidKey, out var point));
        Assert.Null(_index.FindKey(_alice.Id));
        long one = _index.HostIdOf("https://one.example");
        _index.SetIdentity(_alice.Id, one, point!);
        Prove(_alice);
        _index.SetIdentity(_alice.Id, one, point!);
        Assert.False(_index.Find(_alice.Id)!.NeedsResync);
        _index.SetIdentity(_alice.Id, _index.HostIdOf("https://two.example"), point!);
        Assert.True(_index.Find(_alice.Id)!.NeedsResync);
        Reopen();
        Assert.Equal(point, _index.FindKey(_alice.Id));
        Assert.Null(_index.FindKey(_bob.Id));
    }

    [Fact]
    public void AddListed_LastPage_IsTheEndEvenOverARestart()
    {
        long host = _index.HostIdOf(Relay);
        AddListed([], null, false);
        Reopen();
        Assert.True(_index.FindHost(host)!.IsListed);
        _index.ListAgain(host);
        Assert.False(_index.FindHost(host)!.IsListed);
    }

    [Fact]
    public void AddListed_KnownRepo_ChangesOnlyByATrustedHost()
    {
        _index.SetProven(
            _alice.Id, _index.HostIdOf("https://pds.example"), _alice.Prove(),
            CollectionOrigin.Probe);
        _ = _alice.Change(_index.Find(_alice.Id)!, ["n.e.w"], []);
        long host = _index.HostIdOf(Relay);
        AddListed([_alice.Listed(AccountStatus.Deactivated)], null, false);
        Assert.False(_index.Find(_alice.Id)!.NeedsResync);
        Assert.Equal(AccountStatus.Active, _index.Find(_alice.Id)!.Status);
        AddListed([_alice.Listed()], null, true);
        Assert.Equal(
            ResyncReason.Behind, Take(_index.HostIdOf("https://pds.example"))!.Reason);
        AddListed([_alice.Listed(AccountStatus.Deactivated)], null, true);
        Assert.Empty(Page("a.b.c"));
        AddListed([_alice.Listed(AccountStatus.Deleted)], null, true);
        Assert.Empty(_index.CollectionsOf(_alice.Id));
    }

    [Fact]
    public void SetProven_OfAQueuedRepo_ShowsItsCollectionsAndEndsTheResync()
    {
        AddListed([_alice.Listed()], null, false);
        Take(0);
        Prove(_alice);
        Reopen();
        var expected = _alice.Collections.Order(StringComparer.Ordinal).Select(name =>
            new HeldCollection(name, CollectionOrigin.Probe, _alice.Rev, _alice.Commit));
        Assert.Equal(expected, _index.CollectionsOf(_alice.Id));
        foreach (string name in _alice.Collections) Assert.Equal([_alice.Id], Page(name));
        Assert.Empty(Page("a.b"));
        var repo = _index.FindRepo(_alice.Id)!;
        Assert.True(repo.IsProven);
        Assert.Equal(
            (_alice.Rev, _alice.Rev, _alice.Commit),
            (repo.State.Rev, repo.State.RevMax, repo.Head));
        Assert.Equal(
            new LightrailTotals { Repos = 1, ActiveRepos = 1, ProvenRepos = 1, Pairs = 3 },
            _index.Totals);
        Assert.Null(Take(0));
    }

    [Fact]
    public void SetProven_OfAnEarlierRevThanApplied_IsRefused()
    {
        var early = _alice.Prove();
        Prove(_alice);
        Apply(1, _alice.Change(_index.Find(_alice.Id)!, ["n.e.w"], []));
        Assert.False(_index.SetProven(_alice.Id, 0, early, CollectionOrigin.Repo));
        Assert.Equal([_alice.Id], Page("n.e.w"));
    }

    [Fact]
    public void SetProven_AskedForAnewMeanwhile_IsProvenOnceMore()
    {
        AddListed([_alice.Listed()], null, false);
        Take(0);
        _index.Enqueue(_alice.Id, ResyncReason.Sync, 0);
        Assert.Null(Take(0));
        Prove(_alice);
        Assert.True(_index.Find(_alice.Id)!.NeedsResync);
        Assert.Equal(3, _index.Totals.Pairs);
        _index.Done(_alice.Id);
        Assert.Equal(new ResyncItem(_alice.Id, 0, ResyncReason.Sync, 0), Take(0));
        Prove(_alice);
        Assert.False(_index.Find(_alice.Id)!.NeedsResync);
    }

    [Fact]
    public void SetProven_OfClaims_CountsWhatWasWrong()
    {
        _index.SetClaimed(_alice.Id, 0, ["a.b.c", "in.vent.ed", "in.vent.ed2"]);
        // What is merely claimed is given to nobody.
        Assert.Empty(Page("in.vent.ed"));
        Assert.Equal(3, _index.Totals.ClaimedPairs);
        Assert.True(_index.Find(_alice.Id)!.NeedsResync);
        var held = _index.CollectionsOf(_alice.Id)[0];
        Assert.Equal(new HeldCollection("a.b.c", CollectionOrigin.Claimed, null, null), held);
        Assert.Equal((3, 1), (_index.Totals.ClaimedPairs, _index.Totals.ClaimedRepos));
        Prove(_alice);
        Reopen();
        var totals = _index.Totals;
        Assert.Equal((2, 2), (totals.ClaimsDisproved, totals.ClaimsIncomplete));
        Assert.Equal((3, 0, 0), (totals.Pairs, totals.ClaimedPairs, totals.ClaimedRepos));
        Assert.Empty(Page("in.vent.ed"));
        Assert.Equal(
            [NoteKind.ClaimIncomplete, NoteKind.ClaimDisproved],
            _index.Notes(9).Select(note => note.Kind));
    }

    [Fact]
    public void SetProven_OfAPartOrAnother_IsOurFault()
    {
        Assert.Throws<ArgumentException>(() =>
            _index.SetProven(_bob.Id, 0, _alice.Prove(), CollectionOrigin.Proof));
        var part = _alice.Prove() with { ReachesEnd = false };
        Assert.Throws<ArgumentException>(() =>
            _index.SetProven(_alice.Id, 0, part, CollectionOrigin.Proof));
    }

    [Fact]
    public void Apply_Effects_AreStoredWithThePosition()
    {
        Prove(_alice);
        var change = _alice.Change(_index.Find(_alice.Id)!, ["n.e.w"], ["x.y.z"]);
        Apply(7, change);
        Reopen();
        Assert.Equal(7, _index.PositionOf(Relay));
        Assert.Equal(change.After, _index.Find(_alice.Id));
        Assert.Empty(Page("x.y.z"));
        Assert.Equal([_alice.Id], Page("n.e.w"));
        Assert.Contains(
            new HeldCollection("n.e.w", CollectionOrigin.Stream, _alice.Rev, _alice.Commit),
            _index.CollectionsOf(_alice.Id));
        Assert.Equal(_alice.Commit, _index.FindRepo(_alice.Id)!.Head);
        _index.SetPosition(Relay, 3);
        Assert.Equal(3, _index.PositionOf(Relay));
        _index.SetPosition(Relay, null);
        Assert.Null(_index.PositionOf(Relay));
    }

    [Fact]
    public void Apply_ThatFails_StoresNeitherEffectsNorPosition()
    {
        Prove(_alice);
        var before = (_index.Find(_alice.Id), _index.Totals);
        var change = _alice.Change(before.Item1!, ["n.e.w"], ["x.y.z"]);
        var wrong = change with { Commit = null };
        Assert.Throws<ArgumentException>(() => Apply(7, change, wrong with
        {
            After = change.After with { Did = _bob.Id },
        }));
        Assert.Equal(before, (_index.Find(_alice.Id), _index.Totals));
        Assert.Null(_index.PositionOf(Relay));
        Assert.Null(_index.Find(_bob.Id));
        Apply(7, change);
        Assert.Equal([_alice.Id], Page("n.e.w"));
    }

    [Fact]
    public void Apply_LaterThanAProof_TakesNothingBack()
    {
        Prove(_alice);
        var late = _alice.Change(_index.Find(_alice.Id)!, ["n.e.w"], []);
        _ = _alice.Change(_index.Find(_alice.Id)!, [], ["n.e.w"]);
        Prove(_alice);
        var proven = _index.Find(_alice.Id);
        Apply(1, late);
        Assert.Equal(proven, _index.Find(_alice.Id));
        Assert.Empty(Page("n.e.w"));
    }

    [Theory]
    [InlineData(AccountStatus.Deactivated)]
    [InlineData(AccountStatus.Suspended)]
    [InlineData(AccountStatus.Takendown)]
    [InlineData(AccountStatus.Desynchronized)]
    [InlineData(AccountStatus.Throttled)]
    [InlineData(AccountStatus.Inactive)]
    internal void Apply_InactiveAccount_IsHiddenAndKeepsItsRows(AccountStatus status)
    {
        Prove(_alice);
        Prove(_bob);
        var state = _index.Find(_alice.Id)!;
        Apply(1, new RepoChange { After = state with { Status = status } });
        Assert.Equal([_bob.Id], Page("a.b.c"));
        Assert.Equal([_bob.Id], Page(""));
        Assert.Equal(3, _index.CollectionsOf(_alice.Id).Count);
        Apply(2, _alice.Change(_index.Find(_alice.Id)!, ["n.e.w"], ["x.y.z"]));
        Assert.Empty(Page("n.e.w"));
        Apply(3, new RepoChange
        {
            After = _index.Find(_alice.Id)! with { Status = AccountStatus.Active },
        });
        Assert.Equal([_alice.Id], Page("n.e.w"));
        Assert.Equal(Sorted(_alice, _bob), Page("a.b.c"));
        Assert.Empty(Page("x.y.z"));
    }

    [Fact]
    public void Purge_KeepsTheHighestRevAndNothingElse()
    {
        Prove(_alice);
        _index.KeepProof(_alice.Id, _alice.Commit, _alice.Proof);
        _index.Enqueue(_alice.Id, ResyncReason.Asked, 0);
        var early = _alice.Prove();
        _index.Purge(_alice.Id);
        Reopen();
        var deleted = new RepoState
        {
            Did = _alice.Id,
            RevMax = _alice.Rev,
            Status = AccountStatus.Deleted,
        };
        Assert.Equal(deleted, _index.Find(_alice.Id));
        Assert.Equal(new LightrailTotals(), _index.Totals);
        Assert.Null(Take(0));
        Assert.False(_index.SetProven(_alice.Id, 0, early, CollectionOrigin.Repo));
        _index.SetClaimed(_alice.Id, 0, ["a.b.c"]);
        _index.Enqueue(_alice.Id, ResyncReason.Asked, 0);
        AddListed([_alice.Listed()], null, false);
        Assert.Equal(deleted, _index.Find(_alice.Id));
        using var reader = _index.Readers.Rent();
        Assert.Null(reader.Find(Bytes(_alice.Id)));
    }

    [Fact]
    public void Queue_ByHost_GivesWhatIsDueLongestAndBacksOff()
    {
        const long Unknown = 0;
        long pds = _index.HostIdOf("https://pds.example");
        AddListed([_alice.Listed()], null, false);
        _time.Now = _time.Now.AddSeconds(1);
        AddListed([_bob.Listed()], null, false);
        Assert.Equal([Unknown], _index.HostsDue(Now));
        Assert.Equal(_alice.Id, Take(Unknown)!.Did);
        _index.Failed(_alice.Id, Now + 5000);
        Assert.Equal(_bob.Id, Take(Unknown)!.Did);
        Assert.Null(Take(Unknown));
        Assert.Equal(Now + 5000, _index.NextDue(Unknown));
        // Only a failure that is the repo's counts.
        _index.Failed(_bob.Id, Now + 9000, counts: false);
        _time.Now = _time.Now.AddSeconds(5);
        Assert.Equal(new ResyncItem(_alice.Id, Unknown, ResyncReason.Listed, 1), Take(Unknown));
        using var key = SampleKey.FromSeed(SampleCurve.P256, "bob");
        Assert.Equal(KeyError.None, DidKey.TryParse(key.DidKey, out var point));
        _index.SetIdentity(_bob.Id, pds, point!);
        _time.Now = _time.Now.AddSeconds(4);
        Assert.Equal([pds], _index.HostsDue(Now));
        Assert.Equal(new ResyncItem(_bob.Id, pds, ResyncReason.Listed, 0), Take(pds));
        Assert.Equal(2, _index.Totals.Queued);
        _index.Done(_alice.Id);
        Assert.Equal(1, _index.Totals.Queued);
    }

    [Fact]
    public void Queue_WhatBroke_GoesBeforeWhatIsOnlyListed()
    {
        Prove(_bob);
        AddListed([_alice.Listed()], null, false);
        _time.Now = _time.Now.AddSeconds(1);
        _index.Enqueue(_bob.Id, ResyncReason.Sync, Now + 10);
        Assert.Equal(_alice.Id, Take(0)!.Did);
        _index.Failed(_alice.Id, Now, counts: false);
        _index.Enqueue(_bob.Id, ResyncReason.Sync, 0);
        Assert.Equal(_bob.Id, Take(0)!.Did);
        Assert.Equal(_alice.Id, Take(0)!.Did);
    }

    [Fact]
    public void Open_NamesThatNobodyUses_AreForgotten()
    {
        Prove(_alice);
        Apply(1, _alice.Change(_index.Find(_alice.Id)!, ["n.e.w"], ["x.y.z"]));
        Reopen();
        Apply(2, _alice.Change(_index.Find(_alice.Id)!, ["x.y.z"], []));
        Assert.Equal([_alice.Id], Page("x.y.z"));
        Assert.Equal([_alice.Id], Page("n.e.w"));
        Assert.Equal(4, _index.CollectionsOf(_alice.Id).Count);
    }

    [Fact]
    public void Queue_AfterACrash_GivesWhatWasUnderWayAgain()
    {
        AddListed([_alice.Listed()], null, false);
        Assert.NotNull(Take(0));
        Assert.Null(Take(0));
        Reopen();
        Assert.Equal(_alice.Id, Take(0)!.Did);
    }

    [Fact]
    public void Queue_AccountHiddenWhileUnderWay_IsHeldBackUntilItIsActive()
    {
        AddListed([_alice.Listed()], null, false);
        Take(0);
        var state = _index.Find(_alice.Id)!;
        Apply(1, new RepoChange { After = state with { Status = AccountStatus.Suspended } });
        _index.Failed(_alice.Id, Now);
        Assert.Null(Take(0));
        Reopen();
        Assert.Null(Take(0));
        Apply(2, new RepoChange { After = state });
        Assert.Equal(_alice.Id, Take(0)!.Did);
    }

    [Fact]
    public void Proofs_BeyondTheirRoom_DropTheOldest()
    {
        Prove(_alice);
        Prove(_bob);
        long max = _alice.Proof.Length + _bob.Proof.Length - 1;
        _index.Dispose();
        _index = LightrailDatabase.Open(_folder.At("lightrail.sqlite"), _time, max);
        _index.KeepProof(_alice.Id, _alice.Commit, _alice.Proof);
        Assert.Equal(_alice.Proof.ToArray(), ProofOf(_alice)!.Car);
        _index.KeepProof(_alice.Id, _alice.Commit, _alice.Proof);
        Assert.Equal((1, _alice.Proof.Length), (_index.Totals.Proofs, _index.Totals.ProofBytes));
        _index.KeepProof(_bob.Id, _bob.Commit, _bob.Proof);
        Assert.Null(ProofOf(_alice));
        Assert.Equal(_bob.Commit, ProofOf(_bob)!.Commit);
        _index.KeepProof(_bob.Id, _bob.Commit, new byte[max + 1]);
        Assert.Null(ProofOf(_bob));
        Assert.Equal((0, 0), (_index.Totals.Proofs, _index.Totals.ProofBytes));
    }

    [Fact]
    public void Notes_BeyondTheLastThousand_AreCountedAndForgotten()
    {
        _index.InTransaction(() =>
        {
            for (int i = 0; i < 1005; i++) _index.Tell(NoteKind.Rollback, Relay, $"{i}");
        });
        var state = new RepoState { Did = _bob.Id };
        Apply(1, new RepoChange { After = state, Note = (NoteKind.BadEvent, "no signature") });
        Reopen();
        Assert.Equal((1005, 1), (_index.Totals.Rollbacks, _index.Totals.BadEvents));
        var notes = _index.Notes(2000);
        Assert.Equal(1000, notes.Count);
        Assert.Equal(
            new Note(Now, NoteKind.BadEvent, _bob.Id.ToString(), "no signature"), notes[0]);
        Assert.Equal("1004", notes[1].Detail);
    }

    [Fact]
    public void Hosts_KeepWhatIsLearnedOfThem()
    {
        long id = _index.HostIdOf(Relay);
        Assert.Equal(id, _index.HostIdOf(Relay));
        _index.SetHost(id, "no blocks", 2.5);
        Reopen();
        var host = new LightrailHost { Id = id, Url = Relay, Profile = "no blocks", Pace = 2.5 };
        Assert.Equal([host], _index.Hosts());
        Assert.Null(_index.FindHost(id + 1));
    }

    [Fact]
    public void Readers_BesideAWriter_SeeWhatWasCommitted()
    {
        Prove(_alice);
        using var one = _index.Readers.Rent();
        using var other = _index.Readers.Rent();
        _index.InTransaction(() =>
        {
            Prove(_bob);
            Assert.Equal([_alice.Id], Page(one, "a.b.c"));
        });
        Assert.Equal(Sorted(_alice, _bob), Page(one, "a.b.c"));
        Assert.Equal(Sorted(_alice, _bob), Page(other, ""));
    }

    [Fact]
    public async Task Readers_OnManyThreads_NeverSeeHalfATransaction()
    {
        Prove(_alice);
        Prove(_bob);
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
        var state = _index.Find(_alice.Id)!;
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

    [Fact]
    public void ListRepos_IsInOrderOfFirstSight()
    {
        Prove(_bob);
        Prove(_alice);
        using var reader = _index.Readers.Rent();
        var all = reader.ListRepos(long.MinValue, "", 10);
        Assert.Equal([_bob.Id, _alice.Id], all.Select(repo => repo.State.Did));
        Assert.Equal([Now, Now + 1], all.Select(repo => repo.FirstSeen));
        Assert.Equal([all[1]], reader.ListRepos(Now, _bob.Id.ToString(), 10));
        Assert.Equal(all, reader.ListRepos(Now, "did:a", 10));
        Assert.Equal([all[0]], reader.ListRepos(0, "", 1));
    }

    [Fact]
    public void Open_OfAnotherVersion_IsRefused()
    {
        _index.Dispose();
        using (var file = SqliteDatabase.OpenShared(_folder.At("lightrail.sqlite")))
        {
            file.Execute("PRAGMA user_version = 9");
        }

        Assert.Throws<SqliteException>(Open);
        using (var file = SqliteDatabase.OpenShared(_folder.At("lightrail.sqlite")))
        {
            file.Execute($"PRAGMA user_version = {LightrailSchema.Version}");
        }

        _index = Open();
    }

    private void AddListed(IReadOnlyList<ListedRepo> repos, string? cursor, bool isRelay) =>
        _index.AddListed(_index.FindHost(_index.HostIdOf(Relay))!, repos, cursor, isRelay);

    private LightrailDatabase Open() =>
        LightrailDatabase.Open(_folder.At("lightrail.sqlite"), _time);

    private void Reopen()
    {
        _index.Dispose();
        _index = Open();
    }

    private void Prove(RemoteRepo repo) =>
        Assert.True(_index.SetProven(repo.Id, 0, repo.Prove(), CollectionOrigin.Probe));

    private void Apply(long seq, params RepoChange[] changes) =>
        _index.Apply(Relay, seq, changes);

    private ResyncItem? Take(long host) => _index.TakeNext(host, Now);

    private KeptProof? ProofOf(RemoteRepo repo)
    {
        using var reader = _index.Readers.Rent();
        return reader.FindProof(_index.FindRepo(repo.Id)!.FirstSeen);
    }

    private List<Did> Page(string collection)
    {
        using var reader = _index.Readers.Rent();
        return Page(reader, collection);
    }

    private static List<Did> Page(LightrailReader reader, string collection)
    {
        using var page = reader.ReadPage(Encoding.ASCII.GetBytes(collection), [], 100, " "u8);
        return [.. Encoding.ASCII.GetString(page.Text).Split(' ').Where(text => text.Length > 0)
            .Select(text => Did.TryParse(text, out var did) ? did : default)];
    }

    private static IEnumerable<Did> Sorted(params RemoteRepo[] repos) => repos
        .Select(repo => repo.Id).OrderBy(did => did.ToString(), StringComparer.Ordinal);

    private static byte[] Bytes(Did did) => Encoding.ASCII.GetBytes(did.ToString());
}
