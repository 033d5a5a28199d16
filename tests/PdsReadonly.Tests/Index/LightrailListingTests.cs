using Atproto.Crypto;
using PdsReadonly.Index;
using Samples;

namespace PdsReadonly.Tests.Index;

/// <summary>What hosts list, and what documents say of accounts, as the index keeps it.</summary>
public sealed class LightrailListingTests : LightrailDatabaseSuite
{
    [Test]
    public void AddListed_NewRepos_AreKnownAndQueuedAndNotProven()
    {
        long host = Index.HostIdOf(Relay);
        AddListed([Alice.Listed(), Bob.Listed(AccountStatus.Takendown)], "next", true);
        Reopen();
        var state = Index.Find(Alice.Id)!;
        Assert.Equal((null, null, true), (state.Rev, state.RevMax, state.NeedsResync));
        Assert.Equal("next", Index.FindHost(host)!.Cursor);
        Assert.False(Index.FindHost(host)!.IsListed);
        // As long as its document has named no host it is not shown.
        Assert.Empty(Page(""));
        Assert.Equal(
            new LightrailTotals { Repos = 1, ActiveRepos = 1, Queued = 1 }, Index.Totals);
        // Who is taken down cannot be asked, and is listed again when it is back.
        Assert.Null(Index.Find(Bob.Id));
        Assert.Equal(new ResyncItem(Alice.Id, 0, ResyncReason.Listed, 0), Take(0));
        Assert.Null(Take(0));
    }

    [Test]
    public void AddListed_PageOfAnEarlierRound_IsOfNoUse()
    {
        var host = Index.FindHost(Index.HostIdOf(Relay))!;
        Index.ListAgain(host.Id);
        Index.AddListed(host, [Alice.Listed()], "next", false);
        Assert.Null(Index.Find(Alice.Id));
        Assert.Null(Index.FindHost(host.Id)!.Cursor);
    }

    [Test]
    public void AddListed_HostThatTheAccountLeft_HasItsHostAskedWhenItSaysThatItIsBack()
    {
        Prove(Alice);
        using var key = SampleKey.FromSeed(SampleCurve.P256, "left");
        Assert.Equal(KeyError.None, DidKey.TryParse(key.DidKey, out var point));
        Index.SetIdentity(Alice.Id, Index.HostIdOf("https://pds.example"), point!);
        AddListed([Alice.Listed(AccountStatus.Deactivated)], null, false);
        Assert.Equal(AccountStatus.Active, Index.Find(Alice.Id)!.Status);
        AddListed([Alice.Listed(AccountStatus.Deactivated)], null, true);
        Assert.Equal(AccountStatus.Deactivated, Index.Find(Alice.Id)!.Status);
        AddListed([Alice.Listed()], null, false);
        Assert.Equal(AccountStatus.Deactivated, Index.Find(Alice.Id)!.Status);
        Assert.Empty(Page("a.b.c"));
        long host = Index.HostIdOf("https://pds.example");
        Assert.Equal(new ResyncItem(Alice.Id, host, ResyncReason.Moved, 0), Take(host));
        Index.Await(Alice.Id);
        Assert.Null(Take(host));
    }

    [Test]
    public void EnqueueUnlisted_WhatNobodyListsAnyMore_IsAskedFor()
    {
        AddListed([Alice.Listed(), Bob.Listed()], null, true);
        Prove(Alice);
        Prove(Bob);
        Time.Now = Time.Now.AddDays(1);
        AddListed([Alice.Listed()], null, true);
        Index.EnqueueUnlisted(Now - 1000);
        Assert.Equal(new ResyncItem(Bob.Id, 0, ResyncReason.Unlisted, 0), Take(0));
        Assert.Null(Take(0));
    }

    [Test]
    public void SetIdentity_NewHost_IsAMoveAndTheKeyIsKept()
    {
        AddListed([Alice.Listed()], null, true);
        using var key = SampleKey.FromSeed(SampleCurve.K256, "identity");
        Assert.Equal(KeyError.None, DidKey.TryParse(key.DidKey, out var point));
        Assert.Null(Index.FindKey(Alice.Id));
        long one = Index.HostIdOf("https://one.example");
        Index.SetIdentity(Alice.Id, one, point!);
        Prove(Alice);
        Index.SetIdentity(Alice.Id, one, point!);
        Assert.False(Index.Find(Alice.Id)!.NeedsResync);
        Index.SetIdentity(Alice.Id, Index.HostIdOf("https://two.example"), point!);
        Assert.True(Index.Find(Alice.Id)!.NeedsResync);
        Reopen();
        Assert.Equal(point, Index.FindKey(Alice.Id));
        Assert.Null(Index.FindKey(Bob.Id));
    }

    [Test]
    public void AddListed_LastPage_IsTheEndEvenOverARestart()
    {
        long host = Index.HostIdOf(Relay);
        AddListed([], null, false);
        Reopen();
        Assert.True(Index.FindHost(host)!.IsListed);
        Index.ListAgain(host);
        Assert.False(Index.FindHost(host)!.IsListed);
    }

    [Test]
    public void AddListed_KnownRepo_ChangesOnlyByATrustedHost()
    {
        Index.SetProven(
            Alice.Id, Index.HostIdOf("https://pds.example"), Alice.Prove(),
            CollectionOrigin.Probe);
        _ = Alice.Change(Index.Find(Alice.Id)!, ["n.e.w"], []);
        long host = Index.HostIdOf(Relay);
        AddListed([Alice.Listed(AccountStatus.Deactivated)], null, false);
        Assert.False(Index.Find(Alice.Id)!.NeedsResync);
        Assert.Equal(AccountStatus.Active, Index.Find(Alice.Id)!.Status);
        AddListed([Alice.Listed()], null, true);
        Assert.Equal(
            ResyncReason.Behind, Take(Index.HostIdOf("https://pds.example"))!.Reason);
        AddListed([Alice.Listed(AccountStatus.Deactivated)], null, true);
        Assert.Empty(Page("a.b.c"));
        AddListed([Alice.Listed(AccountStatus.Deleted)], null, true);
        Assert.Empty(Index.CollectionsOf(Alice.Id));
    }

    [Test]
    public void Hosts_KeepWhatIsLearnedOfThem()
    {
        long id = Index.HostIdOf(Relay);
        Assert.Equal(id, Index.HostIdOf(Relay));
        Index.SetHost(id, "no blocks", 2.5);
        Reopen();
        var host = new LightrailHost { Id = id, Url = Relay, Profile = "no blocks", Pace = 2.5 };
        Assert.Equal([host], Index.Hosts());
        Assert.Null(Index.FindHost(id + 1));
    }

    [Test]
    public void ListRepos_IsInOrderOfFirstSight()
    {
        Prove(Bob);
        Prove(Alice);
        using var reader = Index.Readers.Rent();
        var all = reader.ListRepos(long.MinValue, "", 10);
        Assert.Equal([Bob.Id, Alice.Id], all.Select(repo => repo.State.Did));
        Assert.Equal([Now, Now + 1], all.Select(repo => repo.FirstSeen));
        Assert.Equal([all[1]], reader.ListRepos(Now, Bob.Id.ToString(), 10));
        Assert.Equal(all, reader.ListRepos(Now, "did:a", 10));
        Assert.Equal([all[0]], reader.ListRepos(0, "", 1));
    }
}
