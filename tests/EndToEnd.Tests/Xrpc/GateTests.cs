using EndToEnd.Tests.Harness;
using Samples;

namespace EndToEnd.Tests.Xrpc;

/// <summary>Who is refused where: repos that are not here, and those that are not shown.</summary>
[ClassDataSource<ArchiveServer>(Shared = SharedType.PerClass)]
public sealed class GateTests(ArchiveServer server)
{
    private const string Cid = "bafyreiebzz2h2ytdfprqm5hahmrjoofkm6w2zgh4ctmtydo7y7dxz3fbqm";

    private static readonly string[] s_gated =
    [
        "com.atproto.repo.describeRepo", "com.atproto.sync.getRepo", "com.atproto.sync.getCheckout",
        "com.atproto.sync.getRecord", "com.atproto.sync.getBlocks",
        "com.atproto.sync.getLatestCommit", "com.atproto.sync.getHead",
        "com.atproto.sync.listBlobs", "com.atproto.sync.getRepoCollections",
        "com.atproto.sync.getBlob",
    ];

    public static TheoryData<string> Gated => [.. s_gated];

    [Test]
    [MethodDataSource(nameof(Gated))]
    public async Task Gate_RepoNotHere_IsRepoNotFound(string nsid)
    {
        var answer = await AskAsync(nsid, ArchiveServer.Absent);
        answer.AssertRefused(
            400, "RepoNotFound", $"Could not find repo for DID: {ArchiveServer.Absent}");
    }

    [Test]
    [MethodDataSource(nameof(Gated))]
    public async Task Gate_RepoNotShown_SaysWhy(string nsid)
    {
        (await AskAsync(nsid, ArchiveServer.Takendown)).AssertRefused(
            400, "RepoTakendown", $"Repo has been takendown: {ArchiveServer.Takendown}");
        (await AskAsync(nsid, ArchiveServer.Deactivated)).AssertRefused(
            400, "RepoDeactivated", $"Repo has been deactivated: {ArchiveServer.Deactivated}");
        (await AskAsync(nsid, ArchiveServer.Suspended)).AssertRefused(
            400, "RepoSuspended", $"Repo has been suspended: {ArchiveServer.Suspended}");
    }

    [Test]
    [MethodDataSource(nameof(Gated))]
    public async Task Gate_TagOfAnotherState_DoesNotGetPastIt(string nsid)
    {
        var answer = await server.Pds.FetchAsync(
            HttpMethod.Get, PdsProcess.UrlOf(nsid, ParametersOf(nsid, ArchiveServer.Takendown)),
            ("If-None-Match", "*"));
        Assert.Equal(400, answer.Status);
    }

    [Test]
    public async Task DescribeRepo_HandleOfNobody_IsNamedAsGiven() =>
        (await server.Pds.AskAsync("com.atproto.repo.describeRepo", ("repo", "Nobody.Test")))
            .AssertRefused(400, "RepoNotFound", "Could not find repo for DID: Nobody.Test");

    [Test]
    public async Task DescribeRepo_HandleOfHiddenRepo_IsNamedAsGiven() =>
        (await server.Pds.AskAsync("com.atproto.repo.describeRepo", ("repo", "takendown.test")))
            .AssertRefused(400, "RepoTakendown", "Repo has been takendown: takendown.test");

    [Test]
    public async Task GetRepoStatus_EveryState_IsExact()
    {
        const string Nsid = "com.atproto.sync.getRepoStatus";
        (await AskAsync(Nsid, GoldenRepo.Did)).AssertJson(
            $$"""{"did":"{{GoldenRepo.Did}}","active":true,"rev":"{{GoldenRepo.Rev}}"}""");
        foreach (var (did, status) in Hidden())
        {
            (await AskAsync(Nsid, did)).AssertJson(
                $$"""{"did":"{{did}}","active":false,"status":"{{status}}"}""");
        }

        (await AskAsync(Nsid, ArchiveServer.Absent)).AssertRefused(
            400, "RepoNotFound", $"Could not find repo for DID: {ArchiveServer.Absent}");
    }

    [Test]
    public async Task GetRecord_UnknownAndHidden_AreTheSame()
    {
        foreach (string did in (string[])[ArchiveServer.Absent, .. Hidden().Select(h => h.Did)])
        {
            var answer = await server.Pds.AskAsync(
                "com.atproto.repo.getRecord",
                ("repo", did), ("collection", "com.example.thing"), ("rkey", "self"));
            answer.AssertRefused(400, "InvalidRequest", "Could not locate record");
        }
    }

    [Test]
    public async Task ListRecords_UnknownAndHidden_AreTheSame()
    {
        foreach (string did in (string[])[ArchiveServer.Absent, .. Hidden().Select(h => h.Did)])
        {
            var answer = await server.Pds.AskAsync(
                "com.atproto.repo.listRecords", ("repo", did), ("collection", "com.example.thing"));
            answer.AssertRefused(400, "InvalidRequest", $"Could not find repo: {did}");
        }
    }

    [Test]
    [Arguments("nobody.test")]
    [Arguments("takendown.test")]
    [Arguments("deactivated.test")]
    [Arguments("suspended.test")]
    public async Task ResolveHandle_UnknownAndHidden_AreTheSame(string handle)
    {
        (await server.Pds.AskAsync("com.atproto.identity.resolveHandle", ("handle", handle)))
            .AssertRefused(400, "HandleNotFound", "Unable to resolve handle");
        (await server.Pds.AskAsync("com.atproto.identity.resolveIdentity", ("identifier", handle)))
            .AssertRefused(400, "HandleNotFound", "Unable to resolve handle");
    }

    [Test]
    public async Task ListRepos_HiddenOnes_AreListedAsSuch()
    {
        var repos = await server.Pds.WalkAsync("com.atproto.sync.listRepos", "repos", 3);
        Assert.Equal(6, repos.Count);
        foreach (var (did, status) in Hidden())
        {
            var repo = repos.Single(r => r.GetProperty("did").GetString() == did);
            Assert.Equal(
                ["did", "head", "rev", "active", "status"],
                repo.EnumerateObject().Select(f => f.Name));
            Assert.False(repo.GetProperty("active").GetBoolean());
            Assert.Equal(status, repo.GetProperty("status").GetString());
        }

        var golden = repos.Single(r => r.GetProperty("did").GetString() == GoldenRepo.Did);
        Assert.Equal(
            $$"""
            {"did":"{{GoldenRepo.Did}}","head":"{{GoldenRepo.Commit}}","rev":"{{GoldenRepo.Rev}}",
            "active":true}
            """.ReplaceLineEndings(""),
            golden.GetRawText());
    }

    [Test]
    public async Task ListReposByCollection_HiddenOnes_AreLeftOut()
    {
        var repos = await server.Pds.WalkAsync(
            "com.atproto.sync.listReposByCollection", "repos", 3,
            ("collection", "com.example.thing"));
        string[] expected = [GoldenRepo.Did, ArchiveServer.Unknown];
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            repos.Select(r => r.GetProperty("did").GetString()));
    }

    private static (string Did, string Status)[] Hidden() =>
    [
        (ArchiveServer.Takendown, "takendown"),
        (ArchiveServer.Deactivated, "deactivated"),
        (ArchiveServer.Suspended, "suspended"),
    ];

    private Task<PdsAnswer> AskAsync(string nsid, string did) =>
        server.Pds.AskAsync(nsid, ParametersOf(nsid, did));

    private static (string, string)[] ParametersOf(string nsid, string did) => nsid switch
    {
        "com.atproto.repo.describeRepo" => [("repo", did)],
        "com.atproto.sync.getRecord" =>
            [("did", did), ("collection", "com.example.thing"), ("rkey", "self")],
        "com.atproto.sync.getBlocks" => [("did", did), ("cids", Cid)],
        "com.atproto.sync.getBlob" => [("did", did), ("cid", Cid)],
        _ => [("did", did)],
    };
}
