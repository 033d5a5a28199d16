using Atproto.Multiformats;
using Atproto.Syntax;
using PdsReadonly.Catalog;
using PdsReadonly.Index;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Catalog;

public sealed class RepoCatalogTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeTime _time = new(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));
    private CatalogDatabase _database;
    private RepoCatalog _catalog;

    public RepoCatalogTests()
    {
        _database = CatalogDatabase.Open(_folder.At("catalog.sqlite"));
        _catalog = new RepoCatalog(_database, _time);
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    // What is served is rev 100 with head "x" from a.car.
    [Test]
    [Arguments("b.car", 100, "x", "SameHead")]
    [Arguments("b.car", 100, "y", "RevConflict")]
    [Arguments("b.car", 99, "y", "OlderRev")]
    [Arguments("b.car", 101, "y", "Published")]
    [Arguments("b.car", int.MaxValue, "y", "RevInFuture")]
    // The same file has the last word on what it holds.
    [Arguments("a.car", 100, "x", "Published")]
    [Arguments("a.car", 100, "y", "Published")]
    [Arguments("a.car", 99, "y", "Published")]
    [Arguments("a.car", int.MaxValue, "y", "Published")]
    public void Publish_BesideAServedHead_GivesTheVerdict(
        string file, int revSecond, string head, string verdict)
    {
        Assert.Equal(PublishVerdict.Published, Publish("alice", 100, "x", "a.car"));

        Assert.Equal(verdict, Publish("alice", revSecond, head, file).ToString());

        Assert.True(Find("alice", out var entry));
        bool replaced = verdict == "Published";
        Assert.Equal(replaced ? HeadOf(head) : HeadOf("x"), entry.Head);
        Assert.Equal(replaced ? file : "a.car", entry.SourcePath);
    }

    [Test]
    public void Publish_FirstWithRevInFuture_IsServed() =>
        Assert.Equal(PublishVerdict.Published, Publish("alice", int.MaxValue, "x", "a.car"));

    [Test]
    public void Publish_ClockAt1970_JudgesNoRevByIt()
    {
        _time.Now = DateTimeOffset.UnixEpoch;
        Publish("alice", 1, "x", "a.car");

        Assert.Equal(PublishVerdict.Published, Publish("alice", int.MaxValue, "y", "b.car"));
    }

    [Test]
    public void Publish_ClockGoesBack_FirstSeenStillGrows()
    {
        Publish("alice", 1, "x", "a.car");
        _time.Now -= TimeSpan.FromDays(1000);
        Publish("bob", 1, "x", "b.car");
        Publish("carol", 1, "x", "c.car");

        var seen = _catalog.ListRepos(0, "", 10).Select(entry => entry.FirstSeen).ToArray();

        Assert.Equal(["alice", "bob", "carol"], Names(_catalog.ListRepos(0, "", 10)));
        Assert.Equal([seen[0], seen[0] + 1, seen[0] + 2], seen);
    }

    [Test]
    public void Publish_NewHead_KeepsFirstSeenAndPlace()
    {
        Publish("alice", 1, "x", "a.car");
        Publish("bob", 1, "x", "b.car");
        Find("alice", out var before);
        _time.Now += TimeSpan.FromDays(1);

        Publish("alice", 2, "y", "a.car");

        Assert.True(Find("alice", out var after));
        Assert.Equal(before.FirstSeen, after.FirstSeen);
        Assert.Equal(["alice", "bob"], Names(_catalog.ListRepos(0, "", 10)));
    }

    [Test]
    public void ListRepos_PageByPage_GivesEachOnceInOrder()
    {
        string[] names = ["d", "b", "a", "c", "e"];
        foreach (string name in names) Publish(name, 1, "x", name + ".car");

        var listed = new List<string>();
        (long Time, string Did) cursor = (0, "");
        while (_catalog.ListRepos(cursor.Time, cursor.Did, 2) is { Count: > 0 } page)
        {
            listed.AddRange(Names(page));
            cursor = (page[^1].FirstSeen, page[^1].Did.ToString());
        }

        Assert.Equal(names, listed);
    }

    [Test]
    public void ListByCollection_InactiveRepos_AreSkippedAndThePageFilled()
    {
        string[] dids =
        [
            .. Enumerable.Range(0, 20).Select(i => TestRepos.DidOf($"r{i}"))
                .Order(StringComparer.Ordinal),
        ];
        for (int i = 0; i < 20; i++) Publish($"r{i}", 1, "x", $"{i}.car");
        for (int i = 0; i < 20; i++)
        {
            if (i % 5 != 0) _catalog.SetStatus(DidOf(dids[i]), HostingStatus.Takendown);
        }

        Assert.Equal(
            [dids[0], dids[5], dids[10]], _catalog.ListByCollection("com.example.x", "", 3));
        Assert.Equal([dids[15]], _catalog.ListByCollection("com.example.x", dids[10], 3));
        Assert.Empty(_catalog.ListByCollection("com.example.y", "", 3));
    }

    [Test]
    public void ListByCollection_CollectionGoneFromNewHead_IsNotListed()
    {
        Publish("alice", 1, "x", "a.car");
        Publish("alice", 2, "y", "a.car", collections: ["com.example.other"]);

        Assert.Empty(_catalog.ListByCollection("com.example.x", "", 3));
        Assert.Single(_catalog.ListByCollection("com.example.other", "", 3));
    }

    [Test]
    public void TryFindByHandle_ClaimedTwice_IsNobodys()
    {
        Publish("alice", 1, "x", "a.car", handle: "one.test");
        Assert.True(FindHandle("one.test"));

        Publish("bob", 1, "x", "b.car", handle: "one.test");
        Assert.False(FindHandle("one.test"));

        _catalog.SetStatus(DidOf(TestRepos.DidOf("bob")), HostingStatus.Suspended);
        Assert.True(FindHandle("one.test"));

        _catalog.SetStatus(DidOf(TestRepos.DidOf("bob")), HostingStatus.Active);
        Publish("alice", 2, "y", "a.car", handle: "two.test");
        Assert.True(FindHandle("one.test"));
        Assert.True(FindHandle("two.test"));
        Assert.False(FindHandle("three.test"));
    }

    [Test]
    public void SetStatus_BeforeTheRepoCame_IsItsWhenItComes()
    {
        _catalog.SetStatus(DidOf(TestRepos.DidOf("alice")), HostingStatus.Takendown);

        Publish("alice", 1, "x", "a.car");

        Assert.True(Find("alice", out var entry));
        Assert.Equal(HostingStatus.Takendown, entry.Status);
    }

    [Test]
    [Arguments("Active", null, true)]
    [Arguments("Deactivated", "deactivated", true)]
    [Arguments("Suspended", "suspended", true)]
    [Arguments("Takendown", "takendown", true)]
    [Arguments("Deleted", "deleted", false)]
    public void SetStatus_OfAServedRepo_HoldsOverARestart(string status, string? text, bool found)
    {
        Publish("alice", 1, "x", "a.car");
        var value = Enum.Parse<HostingStatus>(status);

        _catalog.SetStatus(DidOf(TestRepos.DidOf("alice")), value);
        Assert.Equal(found, Find("alice", out _));
        Restart();
        Restore(_ => true);

        Assert.Equal(found, Find("alice", out var entry));
        if (found) Assert.Equal(value, entry.Status);
        Assert.Equal(text, value.Text());
    }

    [Test]
    public void Restore_UnchangedFiles_GivesTheEntriesBackInOrder()
    {
        foreach (string name in (string[])["d", "b", "a"])
        {
            Publish(name, 1, "x", name + ".car", $"{name}.test");
        }
        Assert.True(Find("b", out var before));
        Restart();

        Restore(path => path != "d.car");

        Assert.Equal(2, _catalog.Count);
        Assert.Equal(["b", "a"], Names(_catalog.ListRepos(0, "", 10)));
        Assert.True(Find("b", out var after));
        Assert.Equal(before, after);
        Assert.Equal("{}", System.Text.Encoding.ASCII.GetString(_catalog.DocumentOf(after.Did)!));
    }

    [Test]
    public void Restore_LaterPublish_IsServedInItsOldPlace()
    {
        Publish("alice", 1, "x", "a.car");
        Publish("bob", 1, "x", "b.car");
        Restart();
        Restore(path => path == "b.car");

        Publish("alice", 2, "y", "a.car");

        Assert.Equal(["alice", "bob"], Names(_catalog.ListRepos(0, "", 10)));
    }

    [Test]
    public void Publish_FileHoldsAnotherRepoNow_TheFormerIsGoneAndComesBackOnce()
    {
        Publish("alice", 1, "x", "a.car", "one.test");

        Publish("bob", 1, "x", "a.car");
        Assert.False(Find("alice", out _));
        Assert.False(FindHandle("one.test"));
        Assert.Equal(["bob"], Names(_catalog.ListRepos(0, "", 10)));

        Publish("alice", 2, "x", "b.car");
        Assert.Equal(["alice", "bob"], Names(_catalog.ListRepos(0, "", 10)));
    }

    [Test]
    public void Publish_BesideOneInTheFuture_TheAllowedRevWins()
    {
        Publish("alice", int.MaxValue, "x", "a.car");

        Assert.Equal(PublishVerdict.Published, Publish("alice", 1, "y", "b.car"));
        Assert.Equal(PublishVerdict.RevInFuture, Publish("alice", int.MaxValue, "x", "a2.car"));
    }

    [Test]
    public void Restore_SourceNowHoldsSomethingElse_IsNotServed()
    {
        foreach (string name in (string[])["a", "b", "c", "d"])
        {
            Publish(name, 1, "x", name + ".car");
        }
        var sources = _catalog.ReadSources();
        sources["a.car"] = sources["a.car"] with { Fault = "Bad: it is" };
        sources["b.car"] = sources["b.car"] with { Did = TestRepos.DidOf("c") };
        sources["c.car"] = sources["c.car"] with { Head = HeadOf("y").ToString() };
        Restart();

        _catalog.Restore(_folder.Path, sources, _ => true);

        Assert.Equal(["d"], Names(_catalog.ListRepos(0, "", 10)));
    }

    [Test]
    public void ReadSources_AfterVerdicts_TellsWhatEachFileWas()
    {
        Publish("alice", 1, "x", "a.car");
        Publish("alice", 1, "y", "b.car");
        _catalog.RecordSource(
            new SourceRecord { Path = "c.car", Fingerprint = "f", Fault = "Bad: it is" });
        Restart();

        var sources = _catalog.ReadSources();

        Assert.Null(sources["a.car"].Fault);
        Assert.Equal(TestRepos.DidOf("alice"), sources["a.car"].Did);
        // Should the other file go, this one is served.
        Assert.Null(sources["b.car"].Fault);
        Assert.Equal("Bad: it is", sources["c.car"].Fault);
    }

    [Test]
    public void RecordBlobCheck_Recorded_IsFoundAfterARestart()
    {
        Assert.Null(_catalog.FindBlobCheck("/b"));
        _catalog.RecordBlobCheck("/b", "1");
        _catalog.RecordBlobCheck("/b", "2");
        Restart();

        Assert.Equal("2", _catalog.FindBlobCheck("/b"));
        Assert.True(_catalog.TryProbe(mayBlock: false, out bool isHealthy));
        Assert.True(isHealthy);
    }

    private void Restart()
    {
        _database.Dispose();
        _database = CatalogDatabase.Open(_folder.At("catalog.sqlite"));
        _catalog = new RepoCatalog(_database, _time);
    }

    private void Restore(Func<string, bool> isUnchanged) => _catalog.Restore(
        _folder.Path,
        _catalog.ReadSources().Where(pair => isUnchanged(pair.Key))
            .ToDictionary(pair => pair.Key, pair => pair.Value),
        _ => true);

    private PublishVerdict Publish(
        string name, int revSecond, string head, string file, string? handle = null,
        string[]? collections = null)
    {
        string index = _folder.Write($"{name}-{revSecond}-{head}.sqlite", [1, 2, 3]);
        string revText = TestRepos.Rev(revSecond);
        Assert.True(Tid.TryParse(revText, out var rev));
        return _catalog.Publish(
            new RepoHead
            {
                Did = DidOf(TestRepos.DidOf(name)),
                Rev = rev,
                Head = HeadOf(head),
                Signature = SignatureState.Valid,
                Collections = collections ?? ["com.example.x"],
                CarPath = file,
                IndexPath = index,
                Handle = handle is null ? null : HandleOf(handle),
                Document = handle is null ? null : "{}"u8.ToArray(),
                Source = new SourceRecord
                {
                    Path = file,
                    Fingerprint = "1",
                    Did = TestRepos.DidOf(name),
                    Rev = revText,
                    Head = HeadOf(head).ToString(),
                },
            },
            out _);
    }

    private bool Find(string name, out RepoEntry entry) =>
        _catalog.TryFind(TestRepos.Ascii(TestRepos.DidOf(name)), out entry);

    private bool FindHandle(string handle) =>
        _catalog.TryFindByHandle(HandleOf(handle), activeOnly: true, out _);

    private static string[] Names(List<RepoEntry> entries)
    {
        string[] names = ["alice", "bob", "carol", "a", "b", "c", "d", "e"];
        return [.. entries.Select(e => names.Single(n => TestRepos.DidOf(n) == e.Did.ToString()))];
    }

    private static Cid HeadOf(string text) => Cid.Of(CidCodec.DagCbor, TestRepos.Ascii(text));

    private static Did DidOf(string text) => Did.TryParse(text, out var did)
        ? did
        : throw new ArgumentException(text);

    private static Handle HandleOf(string text) => Handle.TryParse(text, out var handle)
        ? handle
        : throw new ArgumentException(text);
}
