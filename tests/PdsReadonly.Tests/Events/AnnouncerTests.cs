using PdsReadonly.Catalog;
using PdsReadonly.Events;
using PdsReadonly.Tests.Index;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Events;

/// <summary>What is said when; the order matters.</summary>
public sealed class AnnouncerTests : IDisposable
{
    private readonly EventHost _host = new();

    public void Dispose() => _host.Dispose();

    [Test]
    public void Publish_FirstTime_TellsIdentityAccountHead()
    {
        _host.Publish("alice", 1, "alice.test");
        _host.Publish("bob", 2);

        Assert.Equal(
            [
                "alice identity alice.test", "alice account active", $"alice sync {Rev(1)}",
                "bob account active", $"bob sync {Rev(2)}",
            ],
            _host.Say(0));
    }

    [Test]
    public void Publish_SameHeadAgain_TellsNothing()
    {
        _host.Publish("alice", 1, "alice.test");
        long before = _host.Log.Last;

        _host.Publish("alice", 1, "alice.test");
        _host.Restart();
        _host.Restore();
        _host.Publish("alice", 1, "alice.test");

        Assert.Empty(_host.Say(before));
    }

    [Test]
    public void Publish_LaterHead_TellsIt() =>
        AssertTold(() => _host.Publish("alice", 2, "alice.test"), $"alice sync {Rev(2)}");

    // Consumers pass over it.
    [Test]
    public void Publish_EarlierHead_TellsNothing() =>
        AssertTold(() => _host.Publish("alice", 0, "alice.test"));

    [Test]
    public void Publish_AfterARevInTheFuture_TellsTheAllowedOne()
    {
        _host.Publish("alice", int.MaxValue);
        long before = _host.Log.Last;

        _host.Publish("alice", 1);

        Assert.Equal([$"alice sync {Rev(1)}"], _host.Say(before));
    }

    [Test]
    public void Publish_OtherHandle_TellsIdentity() =>
        AssertTold(() => _host.Publish("alice", 1, "other.test"), "alice identity other.test");

    [Test]
    public void Publish_HandleGone_TellsIdentityWithout() =>
        AssertTold(() => _host.Publish("alice", 1), "alice identity -");

    [Test]
    public void SetStatus_TakenDownAndBack_TellsAccountThenAll()
    {
        _host.Publish("alice", 1, "alice.test");
        long before = _host.Log.Last;

        _host.SetStatus("alice", HostingStatus.Takendown);
        _host.SetStatus("alice", HostingStatus.Takendown);
        _host.Publish("alice", 2, "alice.test");
        Assert.Equal(["alice account takendown"], _host.Say(before));
        before = _host.Log.Last;
        _host.SetStatus("alice", HostingStatus.Suspended);
        _host.SetStatus("alice", HostingStatus.Active);

        Assert.Equal(
            [
                "alice account suspended", "alice account active", "alice identity alice.test",
                // The index of this test holds nothing to read the commit from.
            ],
            _host.Say(before));
        _host.Publish("alice", 2, "alice.test");
        Assert.Equal($"alice sync {Rev(2)}", _host.Say(before)[^1]);
    }

    [Test]
    public void Publish_OfOneThatIsTakenDown_TellsItsStatusAlone()
    {
        _host.SetStatus("alice", HostingStatus.Takendown);
        _host.Publish("alice", 1, "alice.test");

        Assert.Equal(["alice account takendown"], _host.Say(0));
    }

    [Test]
    public void SetStatus_OfOneNotShownYet_IsToldAtOnceUnlessActive()
    {
        _host.Publish("alice", 1);
        _host.Restart();
        long before = _host.Log.Last;

        _host.SetStatus("alice", HostingStatus.Active);
        Assert.Empty(_host.Say(before));
        _host.SetStatus("alice", HostingStatus.Takendown);

        Assert.Equal(["alice account takendown"], _host.Say(before));
        Assert.DoesNotContain("alice sync " + Rev(1), _host.Say(0));
        _host.Restore();
        Assert.Equal(["alice account takendown"], _host.Say(before));
    }

    [Test]
    public void Restore_FileGoneAndBack_TellsDeactivatedOnceThenActive()
    {
        _host.Publish("alice", 1, "alice.test");
        _host.Publish("bob", 1);
        long before = _host.Log.Last;

        for (int i = 0; i < 2; i++)
        {
            _host.Restart();
            _host.Restore("alice.car");
        }

        Assert.Equal(["alice account deactivated"], _host.Say(before));
        before = _host.Log.Last;
        _host.Restart();
        _host.Restore();
        _host.Publish("alice", 1, "alice.test");
        Assert.Equal(
            ["alice account active", "alice identity alice.test", $"alice sync {Rev(1)}"],
            _host.Say(before));
    }

    // A takedown outweighs a file that is gone; lifted, the file is still gone.
    [Test]
    public void Restore_GoneAndTakenDown_TellsTheTakedown()
    {
        _host.Publish("alice", 1);
        _host.Restart();
        long before = _host.Log.Last;
        _host.Restore("alice.car");
        _host.SetStatus("alice", HostingStatus.Takendown);
        _host.Restart();
        _host.Restore("alice.car");
        _host.SetStatus("alice", HostingStatus.Active);
        _host.Restart();
        _host.Restore("alice.car");

        string[] all = _host.Say(before);
        Assert.Equal(
            ["alice account deactivated", "alice account takendown", "alice account deactivated"],
            all);
    }

    [Test]
    public void Publish_FileHoldsAnotherRepoNow_TellsTheFirstIsGone()
    {
        _host.Publish("alice", 1, file: "a.car");
        long before = _host.Log.Last;

        _host.Publish("bob", 1, file: "a.car");

        Assert.Equal(
            ["alice account deactivated", "bob account active", $"bob sync {Rev(1)}"],
            _host.Say(before));
    }

    [Test]
    public void SetStatus_Deleted_TakesBackAllThatWasSaid()
    {
        _host.Publish("alice", 1, "alice.test");
        _host.Publish("bob", 1);

        _host.SetStatus("alice", HostingStatus.Deleted);

        string[] expected =
            ["bob account active", $"bob sync {Rev(1)}", "alice account deleted"];
        Assert.Equal(expected, _host.Say(0));
        _host.Restart();
        Assert.Equal(expected, _host.Say(0));
    }

    [Test]
    [Arguments("here.example", true)]
    [Arguments("HERE.example", true)]
    [Arguments("elsewhere.example", false)]
    [Arguments("sub.here.example", false)]
    public void Publish_WithHostname_TellsIdentityOnlyOfThoseWhoLiveHere(string pdsHost, bool told)
    {
        using var host = new EventHost(options: new EventOptions { Hostname = "here.example" });

        for (int i = 0; i < 2; i++)
        {
            host.Publish("alice", 1, "alice.test", pdsHost: pdsHost.ToLowerInvariant());
            host.Restart();
            host.Restore();
        }

        string[] all = host.Say(0);
        Assert.Equal(told, all.Contains("alice identity alice.test"));
        Assert.Equal(told ? 3 : 2, all.Length);
    }

    // More than one transaction's worth, in order of first sight.
    [Test]
    public void TellRestored_StoppedBeforeItCouldTell_TellsAllAtTheNextStartOnce()
    {
        using var archive = new TestArchive();
        for (int i = 0; i < 130; i++)
        {
            archive.WriteCar($"r{i}.car", TestRepos.Build($"r{i}", posts: 1).ToCar());
        }

        using (archive.Load())
        {
        }

        CatalogSchemaTests.MakeVersion1(Path.Combine(archive.Data, "catalog.sqlite"));
        using (var first = new TestArchive.Run(archive))
        {
            first.Loader.Plan();
            first.Catalog.TellRestored(new CancellationToken(canceled: true));
            Assert.Equal(130, first.Catalog.Count);
            Assert.Empty(first.Read(0));
        }

        for (int start = 0; start < 2; start++)
        {
            using var run = archive.Load();
            var told = run.Read(0);
            Assert.Equal(260, told.Count);
            Assert.Equal(
                run.Catalog.ListRepos(0, "", 200).Select(entry => entry.Did.ToString()),
                told.Where(message => message.Type == "#sync").Select(message => message.Did));
        }
    }

    private void AssertTold(Action change, params string[] told)
    {
        _host.Publish("alice", 1, "alice.test");
        long before = _host.Log.Last;

        change();

        Assert.Equal(told, _host.Say(before));
    }

    private static string Rev(int second) => TestRepos.Rev(second);
}
