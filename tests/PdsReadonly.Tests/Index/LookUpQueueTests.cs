using Atproto.Crypto;
using Atproto.Syntax;
using PdsReadonly.Index;
using Samples;

namespace PdsReadonly.Tests.Index;

/// <summary>What a host or a relay can have us keep of repos that were never proven.</summary>
public sealed class LookUpQueueTests : LightrailDatabaseSuite
{
    private static readonly PublicKey s_key = KeyOf("look-ups");

    [Test]
    public void AddListed_MoreThanThereIsRoomFor_TakesAPartAndTheRestLater()
    {
        var host = Index.FindHost(Index.HostIdOf(Relay))!;
        var page = Repos("listed", LookUpQueue.ReposMax + 10);
        Assert.Equal(LookUpQueue.ReposMax, Index.AddListed(host, page, "next", true));
        // The page is not over.
        Assert.Null(Index.FindHost(host.Id)!.Cursor);
        Assert.Equal(LookUpQueue.ReposMax, Index.Totals.Queued);
        Assert.Equal(LookUpQueue.ReposMax, Index.AddListed(host, page, "next", true));
        for (int i = 0; i < 10; i++) Assert.True(Index.Forget(page[i].Did));
        Assert.Equal(10, Index.AddListed(host, [.. page.Skip(LookUpQueue.ReposMax)], "next", true));
        Assert.Equal("next", Index.FindHost(host.Id)!.Cursor);
    }

    [Test]
    public void AddListed_FullQueueOfOneUpstream_LeavesRoomForOthersAndForDomains()
    {
        AddListed(Repos("one", LookUpQueue.ReposMax), null, true);
        var other = Index.FindHost(Index.HostIdOf("https://other.example"))!;
        Assert.Equal(5, Index.AddListed(other, Repos("two", 5), null, true));
        var host = Index.FindHost(Index.HostIdOf(Relay))!;
        Assert.Equal(1, Index.AddListed(host, [Domain(1)], null, true));
        Assert.Equal(3, Index.QueuesDue(Now).Count);
    }

    [Test]
    public void QueuesDue_LookUps_AreNoHosts()
    {
        foreach (bool isListed in new[] { true, false })
        {
            long plc = LookUpQueue.Of(7, isListed, Alice.Id);
            long web = LookUpQueue.Of(7, isListed, Domain(1).Did);
            Assert.True(LookUpQueue.Is(plc) && LookUpQueue.Is(web));
            Assert.False(LookUpQueue.IsOfDomains(plc));
            Assert.True(LookUpQueue.IsOfDomains(web));
        }

        Assert.True(LookUpQueue.IsOfDomains(LookUpQueue.DomainsThatFailed));
        Assert.False(LookUpQueue.Is(Index.HostIdOf(Relay)));
    }

    [Test]
    public void FailedDomain_TooManyOrTooOften_TheOneThatFailedMostIsForgotten()
    {
        for (int i = 0; i <= LookUpQueue.FailedDomainsMax; i++)
        {
            AddListed([Domain(i)], null, true);
            Assert.Equal(Domain(i).Did, Take(0)!.Did);
            if (i == 3) Index.Failed(Domain(i).Did, Now);
            if (i == 3) Assert.NotNull(Take(0));
            Index.FailedDomain(Domain(i).Did, Now + 1_000_000, attemptsMax: 5);
        }

        Assert.Equal(LookUpQueue.FailedDomainsMax, Index.Totals.Queued);
        Assert.Null(Index.Find(Domain(3).Did));
        Index.FailedDomain(Domain(4).Did, Now, attemptsMax: 2);
        Assert.Null(Index.Find(Domain(4).Did));
    }

    [Test]
    public void SetIdentity_MoreThanAHostMayHave_AreForgottenUntilSomeAreProven()
    {
        long host = Index.HostIdOf("https://big.example");
        var repos = Repos("big", LightrailDatabase.UnprovenPerHostMax + 1);
        foreach (var repo in repos.SkipLast(1)) Assert.True(Arrive(repo, host));
        Assert.False(Arrive(repos[^1], host));
        Assert.Null(Index.Find(repos[^1].Did));
        // Another host has room, and one proof makes room here.
        Assert.True(Arrive(repos[^1], Index.HostIdOf("https://small.example")));
        Assert.True(Index.SetProven(Alice.Id, host, Alice.Prove(), CollectionOrigin.Probe));
        var more = Repos("more", LightrailDatabase.UnprovenPerProven + 1);
        Reopen();
        foreach (var repo in more.SkipLast(1)) Assert.True(Arrive(repo, host));
        Assert.False(Arrive(more[^1], host));
    }

    [Test]
    public void ForgetUnprovenHosts_TooMany_TheOldestGoWithTheirRepos()
    {
        long old = Index.HostIdOf("https://old.example");
        long kept = Index.HostIdOf("https://kept.example");
        long good = Index.HostIdOf("https://good.example");
        AddListed([Bob.Listed()], null, true);
        Assert.True(Index.SetIdentity(Bob.Id, old, s_key));
        Assert.True(Index.SetProven(Alice.Id, good, Alice.Prove(), CollectionOrigin.Probe));
        Index.InTransaction(() =>
        {
            for (int i = 0; i < LightrailDatabase.UnprovenHostsMax - 2; i++)
            {
                Index.HostIdOf($"https://h{i}.example");
            }
        });
        bool IsKept(string url) => url is "https://kept.example" or Relay;
        Assert.Equal(["https://old.example"], Index.ForgetUnprovenHosts(IsKept).Select(h => h.Url));
        Assert.Null(Index.FindHost(old));
        Assert.Null(Index.Find(Bob.Id));
        Assert.NotNull(Index.FindHost(kept));
        Assert.NotNull(Index.FindHost(good));
        Assert.NotNull(Index.Find(Alice.Id));
    }

    [Test]
    public void Forget_RepoWithAPast_IsKept()
    {
        Prove(Alice);
        Assert.False(Index.Forget(Alice.Id));
        Index.Purge(Alice.Id);
        Assert.False(Index.Forget(Alice.Id));
        Assert.NotNull(Index.Find(Alice.Id));
        AddListed([Bob.Listed()], null, true);
        Index.SetClaimed(Bob.Id, 0, ["a.b.c"]);
        Assert.True(Index.Forget(Bob.Id));
        Assert.Equal((0, 0, 0), (Index.Totals.Queued, Index.Totals.Pairs, Index.Totals.Repos));
    }

    [Test]
    public void MostOf_Claims_EndsAtItsBytes()
    {
        string[] names = [.. Enumerable.Range(0, 1000).Select(i => $"{new string('a', 30)}{i:d4}")];
        var most = LightrailDatabase.MostOf(names);
        Assert.Equal(LightrailDatabase.ClaimBytesMax / 34, most.Count);
        Assert.Equal(names[..3], LightrailDatabase.MostOf(names[..3]));
    }

    private bool Arrive(ListedRepo repo, long host)
    {
        AddListed([repo], null, true);
        return Index.SetIdentity(repo.Did, host, s_key);
    }

    private List<ListedRepo> Repos(string name, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Repo(SampleIdentity.Plc($"{name} {i}")))];

    private ListedRepo Domain(int number) => Repo($"did:web:h{number}.example.com");

    private ListedRepo Repo(string text)
    {
        Assert.True(Did.TryParse(text, out var did));
        return Alice.Listed() with { Did = did };
    }

    private static PublicKey KeyOf(string seed)
    {
        using var key = SampleKey.FromSeed(SampleCurve.P256, seed);
        Assert.Equal(KeyError.None, DidKey.TryParse(key.DidKey, out var point));
        return point!;
    }
}
