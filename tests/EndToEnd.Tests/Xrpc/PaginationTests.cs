using System.Globalization;
using System.Text.Json;
using EndToEnd.Tests.Harness;
using Samples;

namespace EndToEnd.Tests.Xrpc;

/// <summary>Turning pages: all items once, in order, to an end; and cursors of every kind.</summary>
public sealed class PaginationTests(ArchiveServer server) : IClassFixture<ArchiveServer>
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(100, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(100, true)]
    public async Task ListRecords_PageByPage_GivesEachOnceInByteOrder(int limit, bool reverse)
    {
        var items = await server.Pds.WalkAsync(
            "com.atproto.repo.listRecords", "records", 240,
            ("repo", ArchiveServer.PagesHandle), ("collection", ArchiveServer.Items),
            ("limit", Text(limit)), ("reverse", reverse ? "true" : "false"));

        var keys = items.Select(KeyOf);
        Assert.Equal(reverse ? ArchiveServer.ItemKeys : ArchiveServer.ItemKeys.Reverse(), keys);
    }

    [Fact]
    public async Task ListRecords_NoLimit_GivesFiftyAndTheLastKey()
    {
        var answer = await ListAsync();
        var records = answer.Json.GetProperty("records").EnumerateArray().ToList();
        Assert.Equal(50, records.Count);
        Assert.Equal(["records", "cursor"], answer.Fields);
        Assert.Equal(KeyOf(records[^1]), answer.Json.GetProperty("cursor").GetString());
        Assert.Equal(["uri", "cid", "value"], records[0].EnumerateObject().Select(f => f.Name));
    }

    [Fact]
    public async Task ListRecords_LastFullPage_HasACursorAndTheNextIsEmpty()
    {
        string last = ArchiveServer.ItemKeys[0];
        var full = await ListAsync(("cursor", ArchiveServer.ItemKeys[10]), ("limit", "10"));
        Assert.Equal(last, full.Json.GetProperty("cursor").GetString());
        (await ListAsync(("cursor", last))).AssertJson("""{"records":[]}""");
    }

    [Theory]
    [InlineData("2")]
    [InlineData("b")]
    [InlineData("~")]
    [InlineData("!")]
    [InlineData("\"'; DROP TABLE record; --")]
    [InlineData("é\0")]
    [InlineData("a/b")]
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

    [Theory]
    [InlineData("com.example.nothing")]
    [InlineData("COM.example.item")]
    [InlineData("com.example.ite")]
    public async Task ListRecords_CollectionNotThere_IsEmpty(string collection) =>
        (await server.Pds.AskAsync(
            "com.atproto.repo.listRecords", ("repo", ArchiveServer.Pages), ("collection", collection)))
            .AssertJson("""{"records":[]}""");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public async Task ListRepos_PageByPage_GivesEachOnce(int limit)
    {
        var whole = await server.Pds.AskAsync("com.atproto.sync.listRepos");
        var items = await server.Pds.WalkAsync(
            "com.atproto.sync.listRepos", "repos", 9, ("limit", Text(limit)));
        Assert.Equal(
            whole.Json.GetProperty("repos").EnumerateArray().Select(repo => repo.GetRawText()),
            items.Select(repo => repo.GetRawText()));
        string cursor = whole.Json.GetProperty("cursor").GetString()!;
        Assert.EndsWith("::" + items[^1].GetProperty("did").GetString(), cursor, StringComparison.Ordinal);
        (await server.Pds.AskAsync("com.atproto.sync.listRepos", ("cursor", cursor)))
            .AssertJson("""{"repos":[]}""");
    }

    [Theory]
    [InlineData("x")]
    [InlineData("1")]
    [InlineData("1::")]
    [InlineData("::did:plc:a")]
    [InlineData("x::did:plc:a")]
    [InlineData("9999999999999999999999::did:plc:a")]
    [InlineData("8640000000000001::did:plc:a")]
    [InlineData("did:plc:a")]
    public async Task ListRepos_MalformedCursor_IsRefused(string cursor) =>
        (await server.Pds.AskAsync("com.atproto.sync.listRepos", ("cursor", cursor)))
            .AssertRefused(400, "InvalidRequest", "Malformed cursor");

    [Fact]
    public async Task ListRepos_CursorBeforeAll_GivesAll()
    {
        var answer = await server.Pds.AskAsync("com.atproto.sync.listRepos", ("cursor", "0::a::b"));
        Assert.Equal(6, answer.Json.GetProperty("repos").GetArrayLength());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public async Task ListBlobs_PageByPage_GivesEachOnceInOrder(int limit)
    {
        var items = await server.Pds.WalkAsync(
            "com.atproto.sync.listBlobs", "cids", 9,
            ("did", ArchiveServer.Pages), ("limit", Text(limit)));
        Assert.Equal(ArchiveServer.Blobs, items.Select(cid => cid.GetString()));
    }

    [Theory]
    [InlineData("bafk")]
    [InlineData("a")]
    [InlineData("zzz")]
    [InlineData("\"é")]
    public async Task ListBlobs_ForeignCursor_IsAPlaceInTheOrder(string cursor)
    {
        var answer = await server.Pds.AskAsync(
            "com.atproto.sync.listBlobs", ("did", ArchiveServer.Pages), ("cursor", cursor));
        Assert.Equal(
            ArchiveServer.Blobs.Where(cid => string.CompareOrdinal(cid, cursor) > 0),
            answer.Json.GetProperty("cids").EnumerateArray().Select(cid => cid.GetString()));
    }

    [Theory]
    [InlineData(ArchiveServer.PagesRev, 0)]
    [InlineData("7zzzzzzzzzzzz", 0)]
    [InlineData("3jzfcijpj2z2a", ArchiveServer.BlobCount)]
    [InlineData("2222222222222", ArchiveServer.BlobCount)]
    public async Task ListBlobs_Since_IsAllOrNothing(string since, int count)
    {
        var answer = await server.Pds.AskAsync(
            "com.atproto.sync.listBlobs", ("did", ArchiveServer.Pages), ("since", since));
        Assert.Equal(count, answer.Json.GetProperty("cids").GetArrayLength());
        if (count == 0) answer.AssertJson("""{"cids":[]}""");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(2000)]
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

    [Fact]
    public async Task ListReposByCollection_NobodyHasIt_IsEmpty() =>
        (await server.Pds.AskAsync(
            "com.atproto.sync.listReposByCollection", ("collection", "com.example.nothing")))
            .AssertJson("""{"repos":[]}""");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string KeyOf(JsonElement record) =>
        record.GetProperty("uri").GetString()![$"at://{ArchiveServer.Pages}/{ArchiveServer.Items}/".Length..];

    private Task<PdsAnswer> ListAsync(params (string, string)[] parameters) =>
        server.Pds.AskAsync(
            "com.atproto.repo.listRecords",
            [("repo", ArchiveServer.Pages), ("collection", ArchiveServer.Items), .. parameters]);
}
