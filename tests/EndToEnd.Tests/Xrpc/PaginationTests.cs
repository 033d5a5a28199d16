using System.Globalization;
using System.Text.Json;
using EndToEnd.Tests.Harness;
using Samples;

namespace EndToEnd.Tests.Xrpc;

/// <summary>
/// Turning pages: all items once, in order, to an end; and cursors of every kind.
/// </summary>
[ClassDataSource<ArchiveServer>(Shared = SharedType.PerClass)]
public sealed class PaginationTests(ArchiveServer server)
{
    [Test]
    [Arguments(1, false)]
    [Arguments(2, false)]
    [Arguments(100, false)]
    [Arguments(1, true)]
    [Arguments(2, true)]
    [Arguments(100, true)]
    public async Task ListRecords_PageByPage_GivesEachOnceInByteOrder(int limit, bool reverse)
    {
        var items = await server.Pds.WalkAsync(
            "com.atproto.repo.listRecords", "records", 240,
            ("repo", ArchiveServer.PagesHandle), ("collection", ArchiveServer.Items),
            ("limit", Text(limit)), ("reverse", reverse ? "true" : "false"));

        var keys = items.Select(KeyOf);
        Assert.Equal(reverse ? ArchiveServer.ItemKeys : ArchiveServer.ItemKeys.Reverse(), keys);
    }

    [Test]
    public async Task ListRecords_NoLimit_GivesFiftyAndTheLastKey()
    {
        var answer = await ListAsync();
        var records = answer.Json.GetProperty("records").EnumerateArray().ToList();
        Assert.Equal(50, records.Count);
        Assert.Equal(["records", "cursor"], answer.Fields);
        Assert.Equal(KeyOf(records[^1]), answer.Json.GetProperty("cursor").GetString());
        Assert.Equal(["uri", "cid", "value"], records[0].EnumerateObject().Select(f => f.Name));
    }

    [Test]
    public async Task ListRecords_LastFullPage_HasACursorAndTheNextIsEmpty()
    {
        string last = ArchiveServer.ItemKeys[0];
        var full = await ListAsync(("cursor", ArchiveServer.ItemKeys[10]), ("limit", "10"));
        Assert.Equal(last, full.Json.GetProperty("cursor").GetString());
        (await ListAsync(("cursor", last))).AssertJson("""{"records":[]}""");
    }

    [Test]
    [Arguments("2")]
    [Arguments("b")]
    [Arguments("~")]
    [Arguments("!")]
    [Arguments("\"'; DROP TABLE record; --")]
    [Arguments("é\0")]
    [Arguments("a/b")]
    public async Task ListRecords_ForeignCursor_IsAPlaceInTheOrder(string cursor)
    {
        foreach (bool reverse in (bool[])[false, true])
        {
            var answer = await ListAsync(
                ("cursor", cursor), ("limit", "100"), ("reverse", reverse ? "true" : "false"));
            var expected = ArchiveServer.ItemKeys
                .Where(key => reverse
                    ? string.CompareOrdinal(key, cursor) > 0
                    : string.CompareOrdinal(key, cursor) < 0);
            if (!reverse) expected = expected.Reverse();
            Assert.Equal(
                expected.Take(100),
                answer.Json.GetProperty("records").EnumerateArray().Select(KeyOf));
        }
    }

    [Test]
    [Arguments("com.example.nothing")]
    [Arguments("COM.example.item")]
    [Arguments("com.example.ite")]
    public async Task ListRecords_CollectionNotThere_IsEmpty(string collection) =>
        (await server.Pds.AskAsync(
            "com.atproto.repo.listRecords",
            ("repo", ArchiveServer.Pages), ("collection", collection)))
            .AssertJson("""{"records":[]}""");

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(1000)]
    public async Task ListRepos_PageByPage_GivesEachOnce(int limit)
    {
        var whole = await server.Pds.AskAsync("com.atproto.sync.listRepos");
        var items = await server.Pds.WalkAsync(
            "com.atproto.sync.listRepos", "repos", 9, ("limit", Text(limit)));
        Assert.Equal(
            whole.Json.GetProperty("repos").EnumerateArray().Select(repo => repo.GetRawText()),
            items.Select(repo => repo.GetRawText()));
        string cursor = whole.Json.GetProperty("cursor").GetString()!;
        Assert.EndsWith(
            "::" + items[^1].GetProperty("did").GetString(), cursor, StringComparison.Ordinal);
        (await server.Pds.AskAsync("com.atproto.sync.listRepos", ("cursor", cursor)))
            .AssertJson("""{"repos":[]}""");
    }

    [Test]
    [Arguments("x")]
    [Arguments("1")]
    [Arguments("1::")]
    [Arguments("::did:plc:a")]
    [Arguments("x::did:plc:a")]
    [Arguments("9999999999999999999999::did:plc:a")]
    [Arguments("8640000000000001::did:plc:a")]
    [Arguments("did:plc:a")]
    public async Task ListRepos_MalformedCursor_IsRefused(string cursor) =>
        (await server.Pds.AskAsync("com.atproto.sync.listRepos", ("cursor", cursor)))
            .AssertRefused(400, "InvalidRequest", "Malformed cursor");

    [Test]
    public async Task ListRepos_CursorBeforeAll_GivesAll()
    {
        var answer = await server.Pds.AskAsync("com.atproto.sync.listRepos", ("cursor", "0::a::b"));
        Assert.Equal(6, answer.Json.GetProperty("repos").GetArrayLength());
    }

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(1000)]
    public async Task ListBlobs_PageByPage_GivesEachOnceInOrder(int limit)
    {
        var items = await server.Pds.WalkAsync(
            "com.atproto.sync.listBlobs", "cids", 9,
            ("did", ArchiveServer.Pages), ("limit", Text(limit)));
        Assert.Equal(ArchiveServer.Blobs, items.Select(cid => cid.GetString()));
    }

    [Test]
    [Arguments("bafk")]
    [Arguments("a")]
    [Arguments("zzz")]
    [Arguments("\"é")]
    public async Task ListBlobs_ForeignCursor_IsAPlaceInTheOrder(string cursor)
    {
        var answer = await server.Pds.AskAsync(
            "com.atproto.sync.listBlobs", ("did", ArchiveServer.Pages), ("cursor", cursor));
        Assert.Equal(
            ArchiveServer.Blobs.Where(cid => string.CompareOrdinal(cid, cursor) > 0),
            answer.Json.GetProperty("cids").EnumerateArray().Select(cid => cid.GetString()));
    }

    [Test]
    [Arguments(ArchiveServer.PagesRev, 0)]
    [Arguments("7zzzzzzzzzzzz", 0)]
    [Arguments("3jzfcijpj2z2a", ArchiveServer.BlobCount)]
    [Arguments("2222222222222", ArchiveServer.BlobCount)]
    public async Task ListBlobs_Since_IsAllOrNothing(string since, int count)
    {
        var answer = await server.Pds.AskAsync(
            "com.atproto.sync.listBlobs", ("did", ArchiveServer.Pages), ("since", since));
        Assert.Equal(count, answer.Json.GetProperty("cids").GetArrayLength());
        if (count == 0) answer.AssertJson("""{"cids":[]}""");
    }

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(2000)]
    public async Task ListReposByCollection_PageByPage_GivesEachOnceByDid(int limit)
    {
        var items = await server.Pds.WalkAsync(
            "com.atproto.sync.listReposByCollection", "repos", 9,
            ("collection", "com.example.thing"), ("limit", Text(limit)));
        string[] expected = [GoldenRepo.Did, ArchiveServer.Unknown];
        Assert.Equal(
            expected.Order(StringComparer.Ordinal).Select(did => $$"""{"did":"{{did}}"}"""),
            items.Select(repo => repo.GetRawText()));
    }

    [Test]
    public async Task ListReposByCollection_NobodyHasIt_IsEmpty() =>
        (await server.Pds.AskAsync(
            "com.atproto.sync.listReposByCollection", ("collection", "com.example.nothing")))
            .AssertJson("""{"repos":[]}""");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string KeyOf(JsonElement record) =>
        record.GetProperty("uri").GetString()!.Split('/')[^1];

    private Task<PdsAnswer> ListAsync(params (string, string)[] parameters) =>
        server.Pds.AskAsync(
            "com.atproto.repo.listRecords",
            [("repo", ArchiveServer.Pages), ("collection", ArchiveServer.Items), .. parameters]);
}
