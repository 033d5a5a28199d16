using Atproto.Crypto;
using Atproto.Repo;
using Atproto.Syntax;
using EndToEnd.Tests.Harness;
using Samples;

namespace EndToEnd.Tests.Xrpc;

/// <summary>com.atproto.sync.getRepoCollections: proofs that need nothing else.</summary>
[ClassDataSource<ArchiveServer>(Shared = SharedType.PerClass)]
public sealed class GetRepoCollectionsTests(ArchiveServer server)
{
    private const string Nsid = "com.atproto.sync.getRepoCollections";

    [Test]
    public async Task Whole_GoldenRepo_ProvesItsCollectionsUnderItsSignature()
    {
        var answer = await server.Pds.AskAsync(Nsid, ("did", GoldenRepo.Did));
        Assert.Equal(200, answer.Status);
        Assert.Equal("application/vnd.ipld.car", answer.Header("Content-Type"));
        Assert.Equal($"{answer.Body.Length}", answer.Header("Content-Length"));
        Assert.Equal($"\"{GoldenRepo.Commit}\"", answer.Header("ETag"));
        var car = SampleCar.Read(answer.Body);
        Assert.Equal(GoldenRepo.Commit, car.Roots.Single().ToString());
        Assert.Equal(GoldenRepo.Commit, car.Blocks[0].Cid.ToString());
        Assert.Equal(GoldenRepo.Data, car.Blocks[1].Cid.ToString());

        Assert.Equal(KeyError.None, DidKey.TryParse(GoldenRepo.DidKey, out var key));
        Assert.Equal(SignatureError.None, SignatureVerifier.TryCreate(key!, out var verifier));
        using (verifier)
        {
            Assert.True(Did.TryParse(GoldenRepo.Did, out var did));
            var fault = CollectionProof.Verify(answer.Body, did, verifier, null, out var proven);
            Assert.Null(fault);
            Assert.True(proven!.IsComplete);
            Assert.True(proven.IsSignatureVerified);
            var described = await server.Pds.AskAsync(
                "com.atproto.repo.describeRepo", ("repo", GoldenRepo.Did));
            var listed = described.Json.GetProperty("collections").EnumerateArray()
                .Select(item => item.GetString()!);
            Assert.Equal(
                listed.Order(StringComparer.Ordinal),
                proven.Collections.Order(StringComparer.Ordinal));
        }
    }

    [Test]
    public async Task Pages_OneAtATime_JoinWithoutGaps()
    {
        string? after = null;
        var found = new List<string>();
        for (bool ends = false; !ends;)
        {
            (string, string)[] start = after is null ? [] : [("after", after)];
            var answer = await server.Pds.AskAsync(
                Nsid,
                [("did", GoldenRepo.Did), ("limit", "1"), ("commit", GoldenRepo.Commit), .. start]);
            Assert.Null(CollectionProof.Verify(answer.Body, null, null, after, out var proven));
            found.AddRange(proven!.Collections);
            ends = proven.ReachesEnd;
            after = found[^1];
        }

        var whole = await server.Pds.AskAsync(Nsid, ("did", GoldenRepo.Did));
        Assert.Null(CollectionProof.Verify(whole.Body, null, null, null, out var all));
        Assert.Equal(all!.Collections, found);
    }

    [Test]
    public async Task Commit_OfNoHead_IsCommitChanged() =>
        (await server.Pds.AskAsync(
            Nsid, ("did", GoldenRepo.Did), ("commit", GoldenRepo.Data)))
        .AssertRefused(
            400, "CommitChanged", $"The repo is at another commit: {GoldenRepo.Commit}");

    [Test]
    public async Task ManyCollections_AreStreamedAndPagedAlike()
    {
        using var folder = new TemporaryFolder();
        string did = SampleIdentity.Plc("many collections");
        using var key = SampleKey.FromSeed(SampleCurve.P256, "many collections");
        SampleRepo.Build(
            did, key, ArchiveServer.PagesRev,
            Enumerable.Range(0, 5_000).Select(i =>
                ($"com.example.c{i}/self", ArchiveServer.Thing($"{i}"))))
            .WriteTo(folder["cars"], "many.example", CarOrder.Shuffled);
        await using var pds = await PdsProcess.StartAsync("--car", folder["cars"]);
        await pds.AskUntilAsync(
            answer => answer.Status == 200, "com.atproto.sync.getLatestCommit", ("did", did));

        var whole = await pds.AskAsync(Nsid, ("did", did), ("limit", "10000"));
        Assert.True(whole.Body.Length > 256 << 10);
        Assert.Null(CollectionProof.Verify(whole.Body, null, null, null, out var all));
        Assert.True(all!.IsComplete);
        Assert.Equal(5_000, all.Collections.Count);
        var found = new List<string>();
        for (bool ends = false; !ends;)
        {
            string? after = found.Count == 0 ? null : found[^1];
            (string, string)[] start = after is null ? [] : [("after", after)];
            var page = await pds.AskAsync(Nsid, [("did", did), .. start]);
            Assert.Null(CollectionProof.Verify(page.Body, null, null, after, out var proven));
            found.AddRange(proven!.Collections);
            ends = proven.ReachesEnd;
        }

        Assert.Equal(all.Collections, found);
        var head = await pds.FetchAsync(
            HttpMethod.Head, PdsProcess.UrlOf(Nsid, [("did", did), ("limit", "10000")]));
        Assert.Equal((200, 0), (head.Status, head.Body.Length));
    }
}
