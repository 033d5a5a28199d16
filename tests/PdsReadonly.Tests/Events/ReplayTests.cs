using System.Text;
using Atproto.Car;
using Atproto.Mst;
using Atproto.Multiformats;
using PdsReadonly.Catalog;
using PdsReadonly.Events;
using PdsReadonly.Tests.Index;
using PdsReadonly.Tests.Support;
using Samples;
using Shared;

namespace PdsReadonly.Tests.Events;

/// <summary>Whole repos as commits, made when they are sent.</summary>
public sealed class ReplayTests : IDisposable
{
    private readonly TestArchive _archive =
        new() { EventOptions = new EventOptions { Replays = true } };

    public void Dispose() => _archive.Dispose();

    [Test]
    [Arguments(0, 0)]
    [Arguments(1, 1)]
    [Arguments(200, 1)]
    [Arguments(201, 2)]
    [Arguments(1999, 10)]
    public void Load_Repo_IsIdentityAccountCommitsHead(int records, int commits)
    {
        var repo = IndexedRepo.Random(seed: 5, records);
        Write(repo);
        using var run = _archive.Load();

        var messages = run.Read(0);

        Assert.Equal(
            ["#account", .. Enumerable.Repeat("#commit", commits), "#sync"],
            messages.ConvertAll(message => message.Type));
        AssertHolds(repo, [.. messages.Skip(1).SkipLast(1)]);
        var numbers = messages.ConvertAll(message => message.Seq);
        Assert.Equal(numbers.Order().Distinct(), numbers);
    }

    // Records of 300 KB: six fill a commit, so that a page of two hundred has to be divided.
    [Test]
    public void Load_LargeRecords_AreDividedByBytes()
    {
        var repo = Large(count: 20, bytes: 300_000);
        Write(repo);
        using var run = _archive.Load();

        var messages = run.Read(0);
        var commits = messages.FindAll(message => message.Type == "#commit");

        Assert.Equal(4, commits.Count);
        AssertHolds(repo, commits);
        // From every number within the range, whoever asks: the same frames from there on.
        for (long seq = commits[0].Seq - 3; seq <= commits[^1].Seq; seq++)
        {
            using var client = run.Subscribe(seq);
            Assert.Equal(
                messages.Where(message => message.Seq > seq).Take(2)
                    .Select(message => Client.HashOf(message.Bytes)),
                client.DrainHashes(limit: 2));
        }
    }

    [Test]
    public void Load_RecordTooLargeForAnyCommit_IsLeftOut()
    {
        using var key = TestRepos.KeyOf("alice");
        var records = new List<(string, byte[])>
        {
            ("com.example.a/1", SampleRecord.Encode(("n", 1))),
            ("com.example.a/2", SampleRecord.Encode(("n", new string('x', 2_100_000)))),
            ("com.example.a/3", SampleRecord.Encode(("n", 3))),
        };
        var repo = SampleRepo.Build(TestRepos.DidOf("alice"), key, TestRepos.Rev(1), records);
        Write(repo);
        using var run = _archive.Load();

        var commits = Commits(run, 0);

        Assert.Equal(
            ["com.example.a/1", "com.example.a/3"], commits.SelectMany(PathsOf));
        Assert.All(commits, AssertSound);
    }

    [Test]
    public void Read_AgainAndAfterARestart_GivesTheSameBytes()
    {
        Write(IndexedRepo.Random(seed: 6, 700));
        List<string> first;
        using (var run = _archive.Load())
        {
            first = run.Read(0).ConvertAll(Hex);
            Assert.Equal(first, run.Read(0).ConvertAll(Hex));
        }

        using var again = _archive.Load();
        Assert.Equal(first, again.Read(0).ConvertAll(Hex));
        // One message at a time, each time by another client.
        long cursor = 0;
        var stepwise = new List<string>();
        while (true)
        {
            using var client = again.Subscribe(cursor);
            var messages = client.Drain(limit: 1);
            if (messages.Count == 0) break;
            stepwise.Add(Hex(messages[0]));
            cursor = messages[0].Seq;
        }

        Assert.Equal(first, stepwise);
    }

    [Test]
    public void Load_NewHead_CutsTheOldReplayAndTellsTheNewOne()
    {
        Write(TestRepos.Build("alice", posts: 500, revSecond: 1));
        using (_archive.Load())
        {
        }

        var later = TestRepos.Build("alice", posts: 501, revSecond: 2);
        Write(later);
        using var run = _archive.Load();

        Assert.Equal(
            [
                "account active", $"sync {TestRepos.Rev(1)}", "commit 200", "commit 200",
                "commit 102", $"sync {TestRepos.Rev(2)}",
            ],
            run.Read(0).ConvertAll(message => message.Summary(_ => "").Trim()));
        AssertHolds(later, Commits(run, 0));
    }

    [Test]
    public void Read_TakenDownInTheMiddle_EndsThere()
    {
        Write(TestRepos.Build("alice", posts: 1000));
        using var run = _archive.Load();
        using var client = run.Subscribe(0);
        Assert.Equal(3, client.Drain(limit: 3).Count);
        Assert.True(Atproto.Syntax.Did.TryParse(TestRepos.DidOf("alice"), out var did));

        run.Catalog.SetStatus(did, HostingStatus.Takendown);

        Assert.Equal(
            ["account takendown"],
            client.Drain().Select(message => message.Summary(_ => "").Trim()));
    }

    [Test]
    public void Load_ReplaySwitchedOnLater_TellsWhatIsThereOnce()
    {
        Write(TestRepos.Build("alice"));
        _archive.EventOptions = new EventOptions();
        long cursor;
        using (var run = _archive.Load())
        {
            Assert.Empty(Commits(run, 0));
            cursor = run.Events.Last;
        }

        _archive.EventOptions = new EventOptions { Replays = true };
        for (int start = 0; start < 2; start++)
        {
            using var run = _archive.Load();
            Assert.Equal(
                ["#commit", "#sync"], run.Read(cursor).ConvertAll(message => message.Type));
        }
    }

    [Test]
    public void Read_CarOverwrittenSince_GoesOnWithTheHead()
    {
        string path = Write(TestRepos.Build("alice", posts: 300));
        using var run = _archive.Load();
        using (var file = TempFolder.OpenShared(path))
        {
            file.Write(new byte[file.Length]);
        }

        Assert.Equal(["#account", "#sync"], run.Read(0).ConvertAll(message => message.Type));
    }

    [Test]
    public void Read_CarGoneSince_DoesNotStopTheOthers()
    {
        string path = Write(TestRepos.Build("alice", posts: 300));
        Write(TestRepos.Build("bob", posts: 3));
        using var run = _archive.Load();
        File.Delete(path);

        var read = run.Read(0);
        Assert.Equal(
            ["#account", "#sync"],
            read.FindAll(message => message.Did == TestRepos.DidOf("alice"))
                .ConvertAll(message => message.Type));
        Assert.Equal(
            ["#account", "#commit", "#sync"],
            read.FindAll(message => message.Did == TestRepos.DidOf("bob"))
                .ConvertAll(message => message.Type));
    }

    private string Write(SampleRepo repo) =>
        _archive.WriteCar(repo.Did.Split(':')[^1] + ".car", repo.ToCar());

    private static SampleRepo Large(int count, int bytes)
    {
        using var key = TestRepos.KeyOf("alice");
        return SampleRepo.Build(
            TestRepos.DidOf("alice"), key, TestRepos.Rev(1), Enumerable.Range(0, count).Select(
                i => ($"com.example.large/{i:d4}",
                    SampleRecord.Encode(("n", i), ("text", new string('x', bytes))))));
    }

    private static List<EventMessage> Commits(TestArchive.Run run, long cursor) =>
        [.. run.Read(cursor).Where(message => message.Type == "#commit")];

    // Each proves what it says, and together they say all there is, once.
    private static void AssertHolds(SampleRepo repo, IReadOnlyList<EventMessage> commits)
    {
        foreach (var commit in commits)
        {
            AssertSound(commit);
            Assert.Equal(repo.CommitCid.ToString(), commit.Link("commit"));
            Assert.Equal((repo.Did, repo.Rev), (commit.Text("repo"), commit.Text("rev")));
        }

        Assert.Equal(
            repo.Records.Select(record => record.Path).Order(StringComparer.Ordinal),
            commits.SelectMany(PathsOf).Order(StringComparer.Ordinal));
    }

    private static void AssertSound(EventMessage message)
    {
        Assert.Equal(
            ["ops", "rev", "seq", "repo", "time", "blobs", "since", "blocks", "commit", "rebase",
                "tooBig"],
            message.Keys);
        Assert.Equal("null", message.Body.GetProperty("since").GetRawText());
        byte[] blocks = message.Blob("blocks");
        Assert.InRange(blocks.Length, 1, 2_000_000);
        var car = SampleCar.Read(blocks);
        Assert.Equal(message.Link("commit"), Assert.Single(car.Roots).ToString());
        Assert.Equal(car.Blocks.Count, car.Blocks.Select(block => block.Cid).Distinct().Count());
        var set = new MstNodeSet();
        foreach (var block in car.Blocks) Assert.Equal(block.Cid, set.Add(block.Bytes));
        var error = Atproto.Repo.Commit.Read(
            car.Roots[0], car.Blocks.Single(b => b.Cid == car.Roots[0]).Bytes, out var commit);
        Assert.Equal(Atproto.Repo.CommitError.None, error);
        var tree = new MstTree(commit!.Data, set);
        var used = new HashSet<Cid> { commit.Cid };
        var ops = message.Body.GetProperty("ops");
        Assert.InRange(ops.GetArrayLength(), 1, 200);
        foreach (var op in ops.EnumerateArray())
        {
            Assert.Equal("create", op.GetProperty("action").GetString());
            Assert.Equal(["cid", "path", "action"], op.EnumerateObject().Select(p => p.Name));
            byte[] path = Encoding.ASCII.GetBytes(op.GetProperty("path").GetString()!);
            var nodes = new List<MstTreeNode>();
            Assert.True(tree.AddPath(path, nodes).IsDone);
            Assert.True(tree.Find(path, out var cid).IsDone);
            Assert.Equal(op.GetProperty("cid").GetProperty("$link").GetString(), cid.ToString());
            Assert.True(set.TryGetBlock(cid, out _));
            used.Add(cid);
            used.UnionWith(nodes.Select(node => node.Cid));
        }

        // Nothing is in it that proves nothing.
        Assert.Equal(used.Count, car.Blocks.Count);
        Assert.Equal(
            blocks.Length,
            CarLength.Header(1) + car.Blocks.Sum(b => CarLength.Section(b.Bytes.Length)));
    }

    private static IEnumerable<string> PathsOf(EventMessage message) =>
        message.Body.GetProperty("ops").EnumerateArray()
            .Select(op => op.GetProperty("path").GetString()!);

    private static string Hex(EventMessage message) => Convert.ToHexString(message.Bytes);
}
