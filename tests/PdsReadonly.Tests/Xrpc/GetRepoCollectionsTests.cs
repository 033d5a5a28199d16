using Atproto.Mst;
using Atproto.Repo;
using Http.Connections;
using Http.Work;
using Microsoft.Extensions.Logging.Abstractions;
using PdsReadonly.Catalog;
using PdsReadonly.Server;
using PdsReadonly.Tests.Server;
using PdsReadonly.Tests.Support;
using PdsReadonly.Web;
using PdsReadonly.Xrpc;
using Samples;

namespace PdsReadonly.Tests.Xrpc;

/// <summary>com.atproto.sync.getRepoCollections: every page proves its range and no more.</summary>
public sealed class GetRepoCollectionsTests : IDisposable
{
    private const string Name = "collections";

    private readonly TestArchive _archive = new();

    public void Dispose() => _archive.Dispose();

    [Test]
    public void Pages_OfTenThousandCollections_AreWholeWithEveryLimit()
    {
        using var run = Load([.. Enumerable.Range(0, 10_000).SelectMany(Records)]);
        foreach (int limit in (int[])[10_000, 9_999, 5_000, 1_000, 999, 100, 17])
        {
            CheckPages(run, limit);
        }

        static IEnumerable<string> Records(int i) =>
            Enumerable.Range(0, 1 + (i % 3)).Select(n => $"com.example.c{i}/{n}");
    }

    [Test]
    public void Pages_OfNastyNames_AreWholeWithEveryLimit()
    {
        using var run = Load(NastyPaths.Make(new SampleRandom(5), 40, 400, legal: true));
        for (int limit = 1; limit <= 41; limit++) CheckPages(run, limit);
    }

    [Test]
    public void Whole_OfAnyRepo_IsTheNodesOfTheWalkAndNothingElse()
    {
        for (int n = 0; n < 20; n++)
        {
            var paths = NastyPaths.Make(new SampleRandom((ulong)n), n, n * n * 4, legal: true);
            using var archive = new TestArchive();
            var repo = Build(paths, rev: 1);
            archive.WriteCar("a.car", repo.ToCar(CarOrder.Shuffled));
            using var run = archive.Load();
            var car = SampleCar.Read(Ask(run, "").Bytes);
            Assert.Equal([repo.CommitCid], car.Roots);
            Assert.Equal(repo.CommitCid, car.Blocks[0].Cid);
            Assert.Equal(car.Blocks.Count, car.Blocks.Distinct().Count());
            // Without any one of them it proves less.
            for (int i = 1; i < car.Blocks.Count; i++)
            {
                var less = car with { Blocks = [.. car.Blocks.Where((_, at) => at != i)] };
                var fault = CollectionProof.Verify(less.ToBytes(), null, null, null, out var some);
                Assert.True(fault?.Code == nameof(MstError.NodeMissing) || !some!.ReachesEnd);
            }
        }
    }

    [Test]
    public void EmptyRepo_ProvesThatThereIsNone()
    {
        using var run = Load([]);
        var fault = CollectionProof.Verify(Ask(run, "").Bytes, null, null, null, out var proven);
        Assert.Null(fault);
        Assert.Empty(proven!.Collections);
        Assert.True(proven.IsComplete);
    }

    [Test]
    public void After_TheLastOne_ProvesTheEnd()
    {
        using var run = Load(["a.b.c/1", "a.b.d/1"]);
        string after = "a.b.d";
        var answer = Ask(run, "&after=" + after);
        Assert.Null(CollectionProof.Verify(answer.Bytes, null, null, after, out var proven));
        Assert.Empty(proven!.Collections);
        Assert.True(proven.ReachesEnd);
        Assert.False(proven.IsComplete);
    }

    [Test]
    public void Commit_OfAnotherHead_IsCommitChanged()
    {
        var old = Build(["a.b.c/1"], rev: 1);
        var head = Build(["a.b.c/1", "a.b.d/1"], rev: 2);
        _archive.WriteCar("a.car", head.ToCar());
        using var run = _archive.Load();
        Assert.Equal(200, Ask(run, $"&commit={head.CommitCid}").Status);
        var answer = Ask(run, $"&commit={old.CommitCid}");
        Assert.Equal(400, answer.Status);
        string message = $"The repo is at another commit: {head.CommitCid}";
        Assert.Equal(Answer.Refusal("CommitChanged", message), answer.Body);
    }

    [Test]
    public void SmallAnswer_HasALength_LargeOneIsChunked()
    {
        using var run = Load([.. Enumerable.Range(0, 6_000).Select(i => $"com.example.c{i}/1")]);
        var small = Ask(run, "&limit=10");
        Assert.Equal($"{small.Bytes.Length}", small.Header("Content-Length"));
        var large = Ask(run, "&limit=6000");
        Assert.Equal("chunked", large.Header("Transfer-Encoding"));
        Assert.True(large.Bytes.Length > 256 << 10);
        Assert.Equal(small.Header("ETag"), large.Header("ETag"));
        foreach (string query in (string[])["&limit=10", "&limit=6000"])
        {
            var head = Send(run, "HEAD", query);
            Assert.Equal((200, ""), (head.Status, head.Body));
            var known = Send(run, "GET", query, $"If-None-Match: {small.Header("ETag")}");
            Assert.Equal((304, ""), (known.Status, known.Body));
        }
    }

    [Test]
    public void NodeLargerThanAPiece_IsSentInParts()
    {
        // All on one layer, so that one node holds them, and nothing to share.
        var random = new SampleRandom(9);
        var paths = new List<string>();
        while (paths.Count < 400)
        {
            string rkey = string.Create(500, random, static (chars, r) =>
            {
                for (int i = 0; i < chars.Length; i++) chars[i] = (char)('a' + r.Below(26));
            });
            string path = $"com.example.long/{rkey}";
            if (MstLayer.Of(TestRepos.Ascii(path)) == 0) paths.Add(path);
        }

        using var run = Load(paths);
        CheckPages(run, 1);
        Assert.True(run.Repos.TryRent(Entry(run), false, out var lease, out _));
        using var body = new CollectionsBody(lease, default, 1000);
        byte[] buffer = new byte[64 << 10];
        var whole = new List<byte>();
        var status = BodyStatus.More;
        while (status == BodyStatus.More)
        {
            status = body.Read(buffer, new Turn(), out int written);
            whole.AddRange(buffer.AsSpan(0, written));
        }

        Assert.Equal(BodyStatus.End, status);
        Assert.Equal(Ask(run, "").Bytes, whole);
    }

    [Test]
    public void Repo_NotOpenYet_IsPostponed()
    {
        using var run = Load(["a.b.c/1"]);
        var dispatcher = DispatcherOf(run);
        Assert.Equal(NextStep.Offload, Exchange.Begin(dispatcher, Target("")));
        Assert.Equal(200, Ask(run, "").Status);
        Assert.Equal(NextStep.Write, Exchange.Begin(dispatcher, Target("")));
    }

    [Test]
    public void Car_ThatChanged_IsAnErrorAndNeverAnAnswer()
    {
        using var run = Load([.. Enumerable.Range(0, 50).Select(i => $"com.example.c{i}/1")]);
        var whole = SampleCar.Read(Ask(run, "").Bytes);
        var node = whole.Blocks[^1];
        byte[] file = File.ReadAllBytes(Entry(run).CarPath);
        int at = file.AsSpan().IndexOf(node.Bytes);
        using (var car = TempFolder.OpenShared(Entry(run).CarPath))
        {
            car.Position = at + node.Bytes.Length - 1;
            car.WriteByte((byte)(node.Bytes[^1] ^ 1));
        }

        Assert.Equal(500, Ask(run, "").Status);
    }

    private static void CheckPages(TestArchive.Run run, int limit)
    {
        var truth = run.Repos.TryRent(Entry(run), false, out var lease, out _)
            ? lease.Reader.Index.ListCollections("", int.MaxValue)
            : [];
        lease.Dispose();
        // By name with a slash behind it, which is the order of keys.
        truth.Sort((a, b) => string.CompareOrdinal(a + "/", b + "/"));
        var found = new List<string>();
        for (string? after = null; ;)
        {
            string query = $"&limit={limit}&commit={Entry(run).Head}";
            var answer = Ask(run, after is null ? query : $"{query}&after={after}");
            Assert.Equal(200, answer.Status);
            var fault = CollectionProof.Verify(
                answer.Bytes, Entry(run).Did, null, after, out var proven);
            Assert.Null(fault);
            Assert.Equal(Entry(run).Head, proven!.Commit.Cid);
            found.AddRange(proven.Collections);
            if (proven.ReachesEnd) break;
            Assert.True(proven.Collections.Count >= limit);
            after = proven.Collections[^1];
        }

        Assert.Equal(truth, found);
    }

    private TestArchive.Run Load(IReadOnlyList<string> paths)
    {
        _archive.WriteCar("a.car", Build(paths, rev: 1).ToCar(CarOrder.Shuffled));
        return _archive.Load();
    }

    private static SampleRepo Build(IEnumerable<string> paths, int rev)
    {
        using var key = TestRepos.KeyOf(Name);
        byte[] record = SampleRecord.Encode(("$type", "com.example.thing"));
        return SampleRepo.Build(
            TestRepos.DidOf(Name), key, TestRepos.Rev(rev), paths.Select(path => (path, record)));
    }

    private static RepoEntry Entry(TestArchive.Run run) => run.Find(TestRepos.DidOf(Name))!;

    private static string Target(string query) =>
        $"/xrpc/com.atproto.sync.getRepoCollections?did={TestRepos.DidOf(Name)}{query}";

    private static Answer Ask(TestArchive.Run run, string query) => Send(run, "GET", query);

    private static Answer Send(
        TestArchive.Run run, string method, string query, params string[] headers) =>
        Exchange.Send(DispatcherOf(run), method, Target(query), headers);

    private static XrpcDispatcher DispatcherOf(TestArchive.Run run)
    {
        var services = TestServer.ServicesOf(run);
        return new XrpcDispatcher(
            services, new PlainRoutes(), NullLogger<XrpcDispatcher>.Instance);
    }
}
