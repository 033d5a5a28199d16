using System.Text;
using EndToEnd.Tests.Harness;
using Samples;

namespace EndToEnd.Tests.Xrpc;

/// <summary>com.atproto.sync.getBlob: where blobs lie, what is sent with them, ranges.</summary>
[ClassDataSource<BlobServer>(Shared = SharedType.PerClass)]
public sealed class GetBlobTests(BlobServer server)
{
    private const string Nsid = "com.atproto.sync.getBlob";
    private const string Unknown = "application/octet-stream";

    private static readonly string[] s_referenced =
    [
        "html", "svg", "deep", "spelled", "spelled-deep", "nothing", "newline", "beyond-ascii",
        "long", "longest", "parameter", "blank", "quoted", "absent", "inside", "wrong",
    ];

    [Test]
    [Arguments("html", "text/html")]
    [Arguments("svg", "image/svg+xml")]
    [Arguments("deep", "image/png")]
    [Arguments("spelled", "image/jpeg")]
    [Arguments("spelled-deep", "video/mp4")]
    [Arguments("nothing", "text/plain")]
    [Arguments("inside", "image/gif")]
    [Arguments("parameter", "text/plain;charset=utf-8")]
    [Arguments("newline", Unknown)]
    [Arguments("beyond-ascii", Unknown)]
    [Arguments("long", Unknown)]
    [Arguments("blank", "text/plain; charset=utf-8")]
    [Arguments("quoted", "video/mp4; codecs=\"avc1.42E01E, mp4a.40.2\"")]
    public async Task Blob_InAnyLayout_IsSentWithItsTypeAndNothingToRun(string name, string type)
    {
        var raw = await server.Pds.FetchRawAsync(UrlOf(name));

        Assert.Equal(200, raw.Status);
        Assert.Equal(BlobServer.BytesOf(name), raw.Body);
        Assert.Equal(type, raw.Header("Content-Type"));
        Assert.Equal($"{raw.Body.Length}", raw.Header("Content-Length"));
        Assert.Equal($"attachment; filename=\"{server[name]}\"", raw.Header("Content-Disposition"));
        Assert.Equal("default-src 'none'; sandbox", raw.Header("Content-Security-Policy"));
        Assert.Equal("nosniff", raw.Header("X-Content-Type-Options"));
        Assert.Equal($"\"{server[name]}\"", raw.Header("ETag"));
        Assert.Equal("public, max-age=300, must-revalidate", raw.Header("Cache-Control"));
        Assert.Equal("bytes", raw.Header("Accept-Ranges"));
        Assert.Equal("*", raw.Header("Access-Control-Allow-Origin"));
        Assert.Null(raw.Header("Set-Cookie"));
    }

    [Test]
    public async Task Blob_TypeOfTheGreatestLength_IsSent() => Assert.Equal(
        "text/" + new string('x', 122),
        (await server.Pds.FetchRawAsync(UrlOf("longest"))).Header("Content-Type"));

    [Test]
    [Arguments("absent")]
    [Arguments("wrong")]
    [Arguments("unreferenced")]
    [Arguments("no-slash")] // no reference to the reference implementation either
    [Arguments("carried-unreferenced")]
    [Arguments("foreign")]
    public async Task Blob_NotToBeHad_IsBlobNotFound(string name) =>
        (await AskAsync(BlobServer.Did, server[name])).AssertRefused(
            400, "BlobNotFound", "Blob not found");

    [Test]
    public async Task Blob_OfAnotherRepo_IsBlobNotFound() =>
        (await AskAsync(BlobServer.Other, server["html"]))
            .AssertRefused(400, "BlobNotFound", "Blob not found");

    [Test]
    public async Task Blob_CidOfATreeBlock_IsBlobNotFound()
    {
        var commit = await server.Pds.AskAsync(
            "com.atproto.sync.getLatestCommit", ("did", BlobServer.Did));
        (await AskAsync(BlobServer.Did, commit.Json.GetProperty("cid").GetString()!))
            .AssertRefused(400, "BlobNotFound", "Blob not found");
    }

    [Test]
    public async Task Blob_AsABlock_IsMissing()
    {
        foreach (string name in (string[])["html", "inside", "carried-unreferenced"])
        {
            (await server.Pds.AskAsync(
                "com.atproto.sync.getBlocks", ("did", BlobServer.Did), ("cids", server[name])))
                .AssertRefused(400, "BlockNotFound", $"Could not find cids: {server[name]}");
        }
    }

    [Test]
    public async Task ListBlobs_AllReferences_HeldOrNot()
    {
        string[] unlisted = ["unreferenced", "foreign", "carried-unreferenced"];
        var listed = await server.Pds.WalkAsync(
            "com.atproto.sync.listBlobs", "cids", 30, ("did", BlobServer.Did), ("limit", "2"));
        var expected = s_referenced.Select(name => server[name]).Order(StringComparer.Ordinal);
        Assert.Equal(expected, listed.Select(cid => cid.GetString()));
        Assert.DoesNotContain(listed, cid => unlisted.Any(name => server[name] == cid.GetString()));
    }

    [Test]
    [Arguments("bytes=0-0", 0, 1)]
    [Arguments("bytes=100-199", 100, 100)]
    [Arguments("bytes=9990-", 9990, 10)]
    [Arguments("bytes=9990-20000", 9990, 10)]
    [Arguments("bytes=-5", 9995, 5)]
    [Arguments("bytes=-20000", 0, 10_000)]
    [Arguments("bytes=0-99999999999999", 0, 10_000)]
    public async Task Range_ThatCanBeSent_Is206(string range, int start, int length)
    {
        foreach (string name in (string[])["html", "inside"])
        {
            var answer = await FetchAsync(name, ("Range", range));
            Assert.Equal(206, answer.Status);
            Assert.Equal(BlobServer.BytesOf(name)[start..(start + length)], answer.Body);
            Assert.Equal(
                $"bytes {start}-{start + length - 1}/10000", answer.Header("Content-Range"));
            Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
            Assert.Equal("default-src 'none'; sandbox", answer.Header("Content-Security-Policy"));
        }
    }

    [Test]
    [Arguments("bytes=10000-")]
    [Arguments("bytes=99999-100000")]
    [Arguments("bytes=99999999999999999999-")]
    [Arguments("bytes=-0")]
    public async Task Range_BehindTheEnd_Is416(string range)
    {
        foreach (string name in (string[])["html", "inside"])
        {
            var answer = await FetchAsync(name, ("Range", range));
            Assert.Equal(416, answer.Status);
            Assert.Empty(answer.Body);
            Assert.Equal("bytes */10000", answer.Header("Content-Range"));
        }
    }

    [Test]
    [Arguments("bytes=0-1")]
    [Arguments("bytes=10000-")]
    public async Task Range_OfAHead_MeansNothing(string range)
    {
        string url = PdsProcess.UrlOf(
            "com.atproto.sync.getBlob", ("did", BlobServer.Did), ("cid", server["html"]));
        var head = await server.Pds.FetchAsync(HttpMethod.Head, url, ("Range", range));
        Assert.Equal((200, "10000"), (head.Status, head.Header("Content-Length")));
        Assert.Null(head.Header("Content-Range"));
    }

    [Test]
    [Arguments("bytes=5-2")]
    [Arguments("bytes=a-b")]
    [Arguments("bytes=-")]
    [Arguments("bytes=0-1,5-6")]
    [Arguments("lines=0-1")]
    public async Task Range_ThatMeansNothing_IsTheWhole(string range)
    {
        var answer = await FetchAsync("html", ("Range", range));
        Assert.Equal((200, 10_000), (answer.Status, answer.Body.Length));
        Assert.Null(answer.Header("Content-Range"));
    }

    [Test]
    public async Task IfRange_OtherTag_IsTheWhole()
    {
        string tag = $"\"{server["html"]}\"";
        Assert.Equal(
            206, (await FetchAsync("html", ("Range", "bytes=0-0"), ("If-Range", tag))).Status);
        foreach (string other in (string[])["\"x\"", "W/" + tag, "Sat, 01 Jan 2000 00:00:00 GMT"])
        {
            var answer = await FetchAsync("html", ("Range", "bytes=0-0"), ("If-Range", other));
            Assert.Equal((200, 10_000), (answer.Status, answer.Body.Length));
        }
    }

    [Test]
    public async Task IfNoneMatch_ItsTag_Is304()
    {
        foreach (string name in (string[])["html", "inside"])
        {
            var answer = await FetchAsync(name, ("If-None-Match", $"\"x\", W/\"{server[name]}\""));
            Assert.Equal((304, 0), (answer.Status, answer.Body.Length));
            Assert.Equal($"\"{server[name]}\"", answer.Header("ETag"));
            Assert.Equal(200, (await FetchAsync(name, ("If-None-Match", "\"x\""))).Status);
        }
    }

    [Test]
    public async Task Head_OfABlob_HasItsHeadersAlone()
    {
        foreach (string name in (string[])["html", "inside", "nothing"])
        {
            var raw = await server.Pds.FetchRawAsync(UrlOf(name), "HEAD");
            Assert.Equal(200, raw.Status);
            Assert.Equal($"{BlobServer.BytesOf(name).Length}", raw.Header("Content-Length"));
        }
    }

    [Test]
    public async Task WithoutAFolder_ReferencesAreListedAndNoneIsFound()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(
            folder["a.car"], GoldenRepo.CarBytes(), TestRun.Cancellation);
        await using var pds = await PdsProcess.StartAsync("--car", folder["a.car"]);
        var listed = await pds.AskAsync("com.atproto.sync.listBlobs", ("did", GoldenRepo.Did));
        Assert.Equal(GoldenRepo.Blob, listed.Json.GetProperty("cids")[0].GetString());
        (await pds.AskAsync(Nsid, ("did", GoldenRepo.Did), ("cid", GoldenRepo.Blob)))
            .AssertRefused(400, "BlobNotFound", "Blob not found");
    }

    [Test]
    public async Task Blob_FileReplacedByOtherBytes_IsNotServed()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(
            folder["a.car"], GoldenRepo.CarBytes(), TestRun.Cancellation);
        string path = folder[$"{GoldenRepo.Did}/{GoldenRepo.Blob}"];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(
            path, GoldenRepo.BlobBytes.ToArray(), TestRun.Cancellation);
        await using var pds = await PdsProcess.StartAsync(
            "--car", folder["a.car"], "--blobs", folder.Location, "--immutable-blobs");
        (string, string)[] parameters = [("did", GoldenRepo.Did), ("cid", GoldenRepo.Blob)];
        var answer = await pds.AskAsync(Nsid, parameters);
        Assert.Equal("hello world blob", Encoding.ASCII.GetString(answer.Body));
        Assert.Equal("text/plain", answer.Header("Content-Type"));
        Assert.Equal("public, max-age=31536000, immutable", answer.Header("Cache-Control"));

        await File.WriteAllTextAsync(
            path, "something else entirely", TestRun.Cancellation);
        (await pds.AskAsync(Nsid, parameters)).AssertRefused(400, "BlobNotFound", "Blob not found");
        await File.WriteAllBytesAsync(
            path, GoldenRepo.BlobBytes.ToArray(), TestRun.Cancellation);
        Assert.Equal(200, (await pds.AskAsync(Nsid, parameters)).Status);
    }

    private string UrlOf(string name) =>
        PdsProcess.UrlOf(Nsid, ("did", BlobServer.Did), ("cid", server[name]));

    private Task<PdsAnswer> AskAsync(string did, string cid) =>
        server.Pds.AskAsync(Nsid, ("did", did), ("cid", cid));

    private Task<PdsAnswer> FetchAsync(string name, params (string, string)[] headers) =>
        server.Pds.FetchAsync(HttpMethod.Get, UrlOf(name), headers);
}
