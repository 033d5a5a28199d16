using PdsReadonly.Catalog;
using PdsReadonly.Tests.Support;
using Samples;

namespace PdsReadonly.Tests.Events;

/// <summary>Files that come, change and go, from one start to the next.</summary>
public sealed class LoadingEventsTests : IDisposable
{
    private readonly TestArchive _archive = new();
    private long _cursor;

    public void Dispose() => _archive.Dispose();

    [Test]
    public void Load_ThenStarts_TellWhatChangedAndNothingTwice()
    {
        Write("alice", 1);
        Write("bob", 1);
        string[] whole =
        [
            "alice account active", "alice identity alice.test", $"alice sync {Rev(1)}",
            "bob account active", "bob identity bob.test", $"bob sync {Rev(1)}",
        ];
        Assert.Equal(whole, Say().Order());
        Assert.Empty(Say());

        Write("alice", 2);
        Assert.Equal([$"alice sync {Rev(2)}"], Say());

        _archive.WriteCar("bob.did.json", TestRepos.Document("bob", "bobby.test"));
        Assert.Equal(["bob identity bobby.test"], Say());

        Delete("bob.car");
        Assert.Equal(["bob account deactivated"], Say());
        Assert.Empty(Say());
    }

    [Test]
    public void Load_FileBackUnchanged_TellsAccountIdentityHead()
    {
        Write("alice", 1);
        Say();
        string car = Path.Combine(_archive.Cars, "alice.car");
        File.Move(car, car + ".away");
        Assert.Equal(["alice account deactivated"], Say());

        File.Move(car + ".away", car);

        Assert.Equal(
            ["alice account active", "alice identity alice.test", $"alice sync {Rev(1)}"], Say());
    }

    [Test]
    public void Load_FileRenamed_TellsNothing()
    {
        Write("alice", 1);
        Say();
        File.Move(
            Path.Combine(_archive.Cars, "alice.car"), Path.Combine(_archive.Cars, "other.car"));
        File.Move(
            Path.Combine(_archive.Cars, "alice.did.json"),
            Path.Combine(_archive.Cars, "other.did.json"));

        Assert.Empty(Say());
    }

    [Test]
    public void Load_StatusGivenAtAStart_IsToldOnceAndTakenBack()
    {
        Write("alice", 1);
        Say();
        string did = TestRepos.DidOf("alice");

        Assert.Equal(["alice account takendown"], Say((did, HostingStatus.Takendown)));
        Assert.Empty(Say((did, HostingStatus.Takendown)));
        Write("alice", 2);
        Assert.Empty(Say());

        Assert.Equal(
            ["alice account active", "alice identity alice.test", $"alice sync {Rev(2)}"],
            Say((did, HostingStatus.Active)));
    }

    // The stored head is that of the CAR: a commit and nothing else, which is its root.
    [Test]
    public void Sync_HoldsExactlyTheCommit()
    {
        var repo = Write("alice", 1);
        using var run = _archive.Load();

        var sync = run.Read(0).Single(message => message.Type == "#sync");

        var car = SampleCar.Read(sync.Blob("blocks"));
        Assert.Equal([repo.CommitCid], car.Roots);
        var block = Assert.Single(car.Blocks);
        Assert.Equal(repo.CommitCid, block.Cid);
        Assert.Equal(repo.Car.Blocks[0].Bytes, block.Bytes);
        Assert.Equal(["did", "rev", "seq", "time", "blocks"], sync.Keys);
    }

    private SampleRepo Write(string name, int revSecond)
    {
        var repo = TestRepos.Build(name, revSecond: revSecond);
        _archive.WriteCar(name + ".car", repo.ToCar());
        _archive.WriteCar(name + ".did.json", TestRepos.Document(name, name + ".test"));
        return repo;
    }

    private void Delete(string name) => File.Delete(Path.Combine(_archive.Cars, name));

    // A start, all that is new to one who has followed so far, and its end.
    private List<string> Say(params (string Did, HostingStatus Status)[] statuses)
    {
        using var run = _archive.Load(statuses);
        var messages = run.Read(_cursor);
        if (messages.Count > 0) _cursor = messages[^1].Seq;
        return messages.ConvertAll(message => message.Summary(
            did => did == TestRepos.DidOf("alice") ? "alice" : "bob"));
    }

    private static string Rev(int second) => TestRepos.Rev(second);
}
