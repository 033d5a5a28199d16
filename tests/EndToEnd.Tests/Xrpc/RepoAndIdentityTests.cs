using System.Text;
using System.Text.Json;
using EndToEnd.Tests.Harness;
using Samples;

namespace EndToEnd.Tests.Xrpc;

/// <summary>com.atproto.repo, identity and server: the shape of every answer.</summary>
[ClassDataSource<ArchiveServer>(Shared = SharedType.PerClass)]
public sealed class RepoAndIdentityTests(ArchiveServer server)
{
    private const string GetRecord = "com.atproto.repo.getRecord";
    private const string Post = "bafyreigisxvkour3sixxaqolx23ur35ao5uivuzene6k2kru3wupsbvb6q";

    [Test]
    public async Task DescribeServer_Asked_SaysReadOnly() =>
        Assert.True(JsonElement.DeepEquals(
            JsonDocument.Parse(
                """
                {"did":"did:web:pds.example","availableUserDomains":[],"inviteCodeRequired":true,
                 "blobUploadLimit":0,"links":{
                     },"contact":{"email":"who@pds.example"},"readOnly":true}
                """).RootElement,
            (await server.Pds.AskAsync("com.atproto.server.describeServer")).Json));

    [Test]
    [Arguments(GoldenRepo.Did)]
    [Arguments("alice.test")]
    [Arguments("ALICE.Test")]
    public async Task DescribeRepo_ByEitherName_IsWhole(string id)
    {
        var answer = await server.Pds.AskAsync("com.atproto.repo.describeRepo", ("repo", id));
        Assert.Equal(["handle", "did", "didDoc", "collections", "handleIsCorrect"], answer.Fields);
        Assert.Equal("alice.test", answer.Json.GetProperty("handle").GetString());
        Assert.Equal(GoldenRepo.Did, answer.Json.GetProperty("did").GetString());
        Assert.True(answer.Json.GetProperty("handleIsCorrect").GetBoolean());
        AssertDocument(answer.Json.GetProperty("didDoc"));
    }

    [Test]
    public async Task DescribeRepo_NothingKnown_HasTheLeastDocument()
    {
        var answer = await server.Pds.AskAsync(
            "com.atproto.repo.describeRepo", ("repo", ArchiveServer.Unknown));
        answer.AssertJson(
            $$$"""
            {"handle":"handle.invalid","did":"{{{ArchiveServer.Unknown}}}",
            "didDoc":{"@context":["https://www.w3.org/ns/did/v1"],
            "id":"{{{ArchiveServer.Unknown}}}","alsoKnownAs":[]},
            "collections":["com.example.thing"],"handleIsCorrect":false}
            """.ReplaceLineEndings(""));
    }

    [Test]
    [Arguments(GoldenRepo.Did)]
    [Arguments("aLiCe.tEsT")]
    public async Task GetRecord_ByEitherName_HasTheDidInItsUri(string id)
    {
        var answer = await server.Pds.AskAsync(
            GetRecord,
                ("repo", id), ("collection", "app.bsky.feed.post"), ("rkey", "3jqfcqzm3fs2j"));
        answer.AssertJson(
            $$$"""
            {"uri":"at://{{{GoldenRepo.Did}}}/app.bsky.feed.post/3jqfcqzm3fs2j",
            "cid":"{{{Post}}}","value":{"text":"three <b>&amp;","$type":"app.bsky.feed.post",
            "reply":null,"createdAt":"2023-01-03T00:00:00.000Z"}}
            """.ReplaceLineEndings(""));
    }

    [Test]
    public async Task GetRecord_WithItsCid_IsNamedByContent()
    {
        var answer = await server.Pds.FetchRawAsync(
            PdsProcess.UrlOf(GetRecord, Parameters("3jqfcqzm3fs2j", Post)));
        Assert.Equal(200, answer.Status);
        Assert.Equal($"W/\"{Post}\"", answer.Header("ETag"));
        Assert.Equal("public, max-age=300, must-revalidate", answer.Header("Cache-Control"));
    }

    [Test]
    [Arguments("3jqfcqzm3fs2j", GoldenRepo.Commit)]
    [Arguments("3jqfcqzm3fs2j", GoldenRepo.Blob)]
    [Arguments("3jqfcqzm3fq2j", null)]
    [Arguments("self", null)]
    public async Task GetRecord_NotThatOne_IsRecordNotFound(string rkey, string? cid) =>
        (await server.Pds.AskAsync(GetRecord, Parameters(rkey, cid))).AssertRefused(
            400, "RecordNotFound",
            $"Could not locate record: at://{GoldenRepo.Did}/app.bsky.feed.post/{rkey}");

    [Test]
    public async Task GetRecord_CollectionInOtherCase_IsRecordNotFound() =>
        (await server.Pds.AskAsync(
            GetRecord, ("repo", GoldenRepo.Did), ("collection", "APP.bsky.feed.post"),
            ("rkey", "3jqfcqzm3fs2j"))).AssertRefused(
                400, "RecordNotFound",
                $"Could not locate record: at://{GoldenRepo.Did}/APP.bsky.feed.post/3jqfcqzm3fs2j");

    [Test]
    [Arguments("alice.test")]
    [Arguments("ALICE.test")]
    public async Task ResolveHandle_Hosted_IsItsDid(string handle) =>
        (await server.Pds.AskAsync("com.atproto.identity.resolveHandle", ("handle", handle)))
            .AssertJson($$"""{"did":"{{GoldenRepo.Did}}"}""");

    [Test]
    public async Task ResolveDid_Stored_IsTheDocument()
    {
        var answer = await server.Pds.AskAsync(
            "com.atproto.identity.resolveDid", ("did", GoldenRepo.Did));
        Assert.Equal(["didDoc"], answer.Fields);
        AssertDocument(answer.Json.GetProperty("didDoc"));
    }

    [Test]
    public async Task ResolveDidAndIdentity_NoDocument_AreDidNotFound()
    {
        foreach (string did in (string[])[ArchiveServer.Unknown, ArchiveServer.Absent])
        {
            (await server.Pds.AskAsync("com.atproto.identity.resolveDid", ("did", did)))
                .AssertRefused(400, "DidNotFound", $"DID not found: {did}");
            (await server.Pds.AskAsync("com.atproto.identity.resolveIdentity", ("identifier", did)))
                .AssertRefused(400, "DidNotFound", $"DID not found: {did}");
        }
    }

    [Test]
    [Arguments(GoldenRepo.Did)]
    [Arguments("Alice.Test")]
    public async Task ResolveIdentity_ByEitherName_IsWhole(string id)
    {
        var answer = await server.Pds.AskAsync(
            "com.atproto.identity.resolveIdentity", ("identifier", id));
        Assert.Equal(["did", "handle", "didDoc"], answer.Fields);
        Assert.Equal(GoldenRepo.Did, answer.Json.GetProperty("did").GetString());
        Assert.Equal("alice.test", answer.Json.GetProperty("handle").GetString());
        AssertDocument(answer.Json.GetProperty("didDoc"));
    }

    [Test]
    public async Task Handle_ClaimedByTwo_IsNobodys()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["one", "two"])
        {
            using var key = SampleKey.FromSeed(SampleCurve.K256, name);
            SampleRepo.Build(
                SampleIdentity.Plc(name), key, "3jzfcijpj2z2a",
                [("com.example.thing/self", ArchiveServer.Thing(name))])
                .WriteTo(folder.Location, "same.test");
        }

        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);
        (await pds.AskAsync("com.atproto.identity.resolveHandle", ("handle", "same.test")))
            .AssertRefused(400, "HandleNotFound", "Unable to resolve handle");
    }

    [Test]
    public async Task Records_ThatDoNotDecodeOrAreOdd_AreServedAsDecided()
    {
        using var folder = new TemporaryFolder();
        using var key = SampleKey.FromSeed(SampleCurve.K256, "odd");
        string did = SampleIdentity.Plc("odd");
        (string Rkey, string Hex, string? Value)[] records =
        [
            // Keys out of order, a float, undefined, an integer beyond 2^53.
            ("a", "a2616201616102", """{"b":1,"a":2}"""),
            ("b", "a16166fb3ff8000000000000", """{"f":1.5}"""),
            ("c", "a16175f7", """{"u":null}"""),
            ("d", "a161691bffffffffffffffff", """{"i":18446744073709551615}"""),
            ("e", "a161693bffffffffffffffff", """{"i":-18446744073709551616}"""),
            ("f", "a1617461ff", "{\"t\":\"\ufffd\"}"),
            ("g", "a0", "{}"),
            // An array, no CBOR at all, cut off.
            ("h", "80", null),
            ("i", "ff", null),
            ("j", "a16161", null),
        ];
        var repo = SampleRepo.Build(
            did, key, "3jzfcijpj2z2a",
            records.Select(r => ($"com.example.odd/{r.Rkey}", Convert.FromHexString(r.Hex))));
        await File.WriteAllBytesAsync(
            folder["odd.car"], repo.ToCar(), TestRun.Cancellation);
        await using var pds = await PdsProcess.StartAsync("--car", folder["odd.car"]);

        foreach (var (rkey, _, value) in records)
        {
            var answer = await pds.AskAsync(
                GetRecord, ("repo", did), ("collection", "com.example.odd"), ("rkey", rkey));
            if (value is not null) Assert.EndsWith(
                $"\"value\":{value}}}", answer.Text, StringComparison.Ordinal);
            else answer.AssertRefused(500, "InternalServerError", "Internal Server Error");
        }

        var listed = await pds.WalkAsync(
            "com.atproto.repo.listRecords", "records", 20,
            ("repo", did), ("collection", "com.example.odd"), ("limit", "2"));
        Assert.Equal(
            records.Where(r => r.Value is not null).Select(r => r.Value).Reverse(),
            listed.Select(record => record.GetProperty("value").GetRawText()));
        var export = await pds.AskAsync("com.atproto.sync.getRepo", ("did", did));
        Assert.Equal(repo.ToCar(), export.Body);
        Assert.Contains(
            "3 records have no JSON form", pds.Output.ToString(), StringComparison.Ordinal);
    }

    private static void AssertDocument(JsonElement document) =>
        Assert.True(JsonElement.DeepEquals(
            JsonDocument.Parse(
                Encoding.UTF8.GetString(GoldenRepo.Document("alice.test"))).RootElement,
            document));

    private static (string, string)[] Parameters(string rkey, string? cid)
    {
        (string, string)[] record =
            [("repo", GoldenRepo.Did), ("collection", "app.bsky.feed.post"), ("rkey", rkey)];
        return cid is null ? record : [.. record, ("cid", cid)];
    }
}
