using System.IO.Compression;
using EndToEnd.Tests.Harness;
using Samples;

namespace EndToEnd.Tests.Xrpc;

/// <summary>Paths, CORS, HEAD and conditional requests on every endpoint.</summary>
[ClassDataSource<ArchiveServer>(Shared = SharedType.PerClass)]
public sealed class RoutingTests(ArchiveServer server)
{
    private const string Post = "3jqfcqzm3fp2j";

    private static readonly string s_items = Url(
        "com.atproto.repo.listRecords",
        ("repo", ArchiveServer.Pages), ("collection", ArchiveServer.Items), ("limit", "100"));

    private static readonly (string Name, string Value) s_did = ("did", GoldenRepo.Did);

    // One good request of everything, and whether its answer is asked for again every time.
    private static readonly Dictionary<string, bool> s_all = new()
    {
        ["/"] = true,
        ["/robots.txt"] = true,
        ["/xrpc/_health"] = false,
        ["/.well-known/did.json"] = false,
        [Url("com.atproto.server.describeServer")] = true,
        [Url("com.atproto.repo.describeRepo", ("repo", GoldenRepo.Did))] = true,
        [Url("com.atproto.repo.getRecord",
            ("repo", GoldenRepo.Did), ("collection", "app.bsky.feed.post"), ("rkey", Post))] = true,
        [Url("com.atproto.repo.listRecords",
            ("repo", GoldenRepo.Did), ("collection", "app.bsky.feed.post"))] = true,
        [Url("com.atproto.sync.listRepos")] = true,
        [Url("com.atproto.sync.getRepoStatus", s_did)] = true,
        [Url("com.atproto.sync.getBlob", s_did, ("cid", GoldenRepo.Blob))] = false,
        [s_items] = true,
        [Url("com.atproto.sync.getLatestCommit", s_did)] = true,
        [Url("com.atproto.sync.getHead", s_did)] = true,
        [Url("com.atproto.sync.getRepo", s_did)] = true,
        [Url("com.atproto.sync.getRepo", s_did, ("since", GoldenRepo.Rev))] = true,
        [Url("com.atproto.sync.getCheckout", s_did)] = true,
        [Url("com.atproto.sync.getRecord", s_did,
            ("collection", "app.bsky.feed.post"), ("rkey", Post))] = true,
        [Url("com.atproto.sync.getBlocks", s_did, ("cids", GoldenRepo.Data))] = true,
        [Url("com.atproto.sync.getRepoCollections", s_did)] = true,
        [Url("com.atproto.sync.listBlobs", s_did)] = true,
        [Url("com.atproto.sync.listReposByCollection", ("collection", "com.example.thing"))] =
            true,
        [Url("com.atproto.identity.resolveHandle", ("handle", ArchiveServer.GoldenHandle))] = true,
        [Url("com.atproto.identity.resolveDid", s_did)] = true,
        [Url("com.atproto.identity.resolveIdentity", ("identifier", GoldenRepo.Did))] = true,
    };

    public static TheoryData<string> All => [.. s_all.Keys];

    public static TheoryData<string> Tagged =>
        [.. s_all.Where(item => item.Value).Select(item => item.Key)];

    [Test]
    [MethodDataSource(nameof(All))]
    public async Task Head_OfEverything_HasTheHeadersOfGet(string url)
    {
        var get = await server.Pds.FetchRawAsync(url);
        Assert.Equal(200, get.Status);
        Assert.Equal($"{get.Body.Length}", get.Header("Content-Length"));
        using var raw = await server.Pds.ConnectAsync();
        // A second request on the same connection shows that no body came.
        await raw.SendAsync(
            $"HEAD {url} HTTP/1.1\r\nHost: pds.example\r\n\r\n"
            + "GET /robots.txt HTTP/1.1\r\nHost: a\r\n\r\n");
        var head = await raw.ReadResponseAsync(toHead: true);
        Assert.Equal(
            get.Headers.Where(h => h.Key != "Date"), head.Headers.Where(h => h.Key != "Date"));
        Assert.Equal(200, (await raw.ReadResponseAsync()).Status);
    }

    [Test]
    [Arguments("/nowhere")]
    [Arguments("/xrpc/%ZZ")]
    [Arguments("/xrpc/com.example.no.thing")]
    [Arguments("/xrpc/com.atproto.server.getSession")]
    [Arguments("/xrpc/com.atproto.sync.getRepo")]
    [Arguments("/xrpc/com.atproto.sync.getRepo?did=did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")]
    [Arguments("/.well-known/atproto-did")]
    public async Task Head_OfARefusal_HasTheHeadersOfGet(string url)
    {
        var get = await server.Pds.FetchRawAsync(url);
        var head = await server.Pds.FetchRawAsync(url, "HEAD");
        Assert.InRange(get.Status, 400, 501);
        Assert.Equal(get.StatusLine, head.StatusLine);
        Assert.Equal(
            get.Headers.Where(h => h.Key != "Date"), head.Headers.Where(h => h.Key != "Date"));
    }

    [Test]
    [MethodDataSource(nameof(All))]
    public async Task Answer_ToWhoTakesGzip_IsTheSamePackedIfItIsLongText(string url)
    {
        var plain = await server.Pds.FetchAsync(HttpMethod.Get, url);
        var asked = await server.Pds.FetchAsync(
            HttpMethod.Get, url, ("Accept-Encoding", "br;q=1, gzip;q=0.9"));
        string type = plain.Header("Content-Type")!;
        bool isText = type is "application/json; charset=utf-8" or "text/plain; charset=utf-8";
        bool isPacked = isText && plain.Body.Length >= 1024;
        Assert.Equal(isPacked ? "gzip" : null, asked.Header("Content-Encoding"));
        Assert.Equal(plain.Body, isPacked ? Unpack(asked.Body) : asked.Body);
        Assert.Equal($"{asked.Body.Length}", asked.Header("Content-Length"));
        Assert.Equal(plain.Header("ETag"), asked.Header("ETag"));
        Assert.True(!isPacked || asked.Body.Length < plain.Body.Length);
        Assert.True(isPacked || url != s_items, "the page of items is long enough");
    }

    [Test]
    [MethodDataSource(nameof(All))]
    public async Task Answer_OfEverything_CanBeReadByAnyPage(string url)
    {
        var answer = await server.Pds.FetchRawAsync(url);
        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal("Accept-Encoding", answer.Header("Vary"));
        Assert.NotNull(answer.Header("Date"));
        Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
    }

    [Test]
    [MethodDataSource(nameof(Tagged))]
    public async Task Answer_ThatMayChange_HasItsTagAnd304(string url)
    {
        var answer = await server.Pds.FetchAsync(HttpMethod.Get, url);
        string tag = answer.Header("ETag")!;
        Assert.Equal("public, no-cache", answer.Header("Cache-Control"));
        bool isText = answer.Header("Content-Type") is not "application/vnd.ipld.car";
        Assert.Equal(isText, tag.StartsWith("W/", StringComparison.Ordinal));
        string opaque = isText ? tag[2..] : tag;
        foreach (string header in (string[])[opaque, $"W/{opaque}", $"\"a\", {tag}", "*"])
        {
            var known = await server.Pds.FetchAsync(HttpMethod.Get, url, ("If-None-Match", header));
            Assert.Equal((304, 0), (known.Status, known.Body.Length));
            Assert.Equal(tag, known.Header("ETag"));
            Assert.Equal("public, no-cache", known.Header("Cache-Control"));
            Assert.Equal("Accept-Encoding", known.Header("Vary"));
            Assert.Equal("*", known.Header("Access-Control-Allow-Origin"));
        }

        var other = await server.Pds.FetchAsync(HttpMethod.Get, url, ("If-None-Match", "\"a\", b"));
        Assert.Equal(200, other.Status);
        Assert.Equal(answer.Body, other.Body);
    }

    [Test]
    [MethodDataSource(nameof(All))]
    [Arguments("/nowhere")]
    [Arguments("/xrpc/%ZZ")]
    [Arguments("/xrpc/com.atproto.repo.createRecord")]
    public async Task Options_OnAnything_IsAPreflight(string url)
    {
        using var raw = await server.Pds.ConnectAsync();
        await raw.SendAsync(
            $"OPTIONS {url} HTTP/1.1\r\nHost: a\r\nAccess-Control-Request-Headers: X-A, b\r\n\r\n");
        var answer = await raw.ReadResponseAsync();
        Assert.Equal(204, answer.Status);
        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal(
            "GET,HEAD,PUT,PATCH,POST,DELETE", answer.Header("Access-Control-Allow-Methods"));
        Assert.Equal("86400", answer.Header("Access-Control-Max-Age"));
        Assert.Equal("X-A, b", answer.Header("Access-Control-Allow-Headers"));
        Assert.Equal("Access-Control-Request-Headers", answer.Header("Vary"));
        Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
    }

    [Test]
    public async Task Options_NoHeadersAskedFor_AllowsNone() => Assert.Null(
        (await server.Pds.FetchRawAsync("/xrpc/a.b.c", "OPTIONS")).Header(
            "Access-Control-Allow-Headers"));

    [Test]
    [Arguments("/xrpc/com.atproto.sync.listRepos/", 200)]
    [Arguments("/xrpc/com.atproto.sync.listRepos/?limit=1", 200)]
    [Arguments("/xrpc/com.atproto.sync.listRepos#x", 200)]
    [Arguments("/xrpc/com.atproto.sync.listRepos?", 200)]
    [Arguments("/xrpc/com.atproto.sync.listRepos?&&", 200)]
    [Arguments("/xrpc/com.atproto.sync.listRepos/x", 400)]
    [Arguments("/xrpc/com.atproto.sync.listRepos//", 400)]
    [Arguments("/xrpc//com.atproto.sync.listRepos", 400)]
    [Arguments("/xrpc/./com.atproto.sync.listRepos", 400)]
    [Arguments("/xrpc/../xrpc/com.atproto.sync.listRepos", 400)]
    [Arguments("/xrpc/com%2Eatproto.sync.listRepos", 400)]
    [Arguments("/xrpc/com.atproto.sync.listRepos;x", 400)]
    [Arguments("/xrpc/%ZZ", 400)]
    [Arguments("/xrpc/", 400)]
    [Arguments("/xrpc/-a", 400)]
    [Arguments("/xrpc/a..b", 400)]
    [Arguments("/xrpc/a", 400)]
    [Arguments("/xrpc", 404)]
    [Arguments("/unknown", 404)]
    [Arguments("//xrpc/com.atproto.sync.listRepos", 404)]
    [Arguments("/.well-known/oauth-protected-resource", 404)]
    [Arguments("/.well-known/oauth-authorization-server", 404)]
    public async Task Path_OfEveryShape_IsRoutedOrRefused(string target, int status)
    {
        var answer = await server.Pds.FetchRawAsync(target);
        Assert.Equal(status, answer.Status);
        if (status == 400)
        {
            Assert.Equal(
                """{"error":"InvalidRequest","message":"invalid xrpc path"}""", answer.Text);
        }

        if (status == 404)
        {
            Assert.Contains(
                "\"error\":\"NotFound\"", answer.Text, StringComparison.Ordinal);
        }
    }

    private static string Url(string nsid, params (string, string)[] parameters) =>
        PdsProcess.UrlOf(nsid, parameters);

    private static byte[] Unpack(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var whole = new MemoryStream();
        gzip.CopyTo(whole);
        return whole.ToArray();
    }
}
