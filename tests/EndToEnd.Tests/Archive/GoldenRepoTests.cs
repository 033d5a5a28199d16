using System.Security.Cryptography;
using EndToEnd.Tests.Harness;
using Samples;

namespace EndToEnd.Tests.Archive;

/// <summary>
/// A repo made and verified by the reference implementation, in every arrangement of its blocks:
/// what is served depends on nothing but the repo.
/// </summary>
public sealed class GoldenRepoTests
{
    private static readonly string s_thingRecords =
        """
        {"records":[{"uri":"at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/com.example.thing/~1.2-3_",
        "cid":"bafyreieejuebgh5ubr2xcleqnqbi346akm2xsiriwyp4wzimypfppzc3au",
        "value":{"b":{"$bytes":"nFERjvLLiw9qm45JrqH9QTzyC2Lu1Xb4ne6+sBrCzI0"},"f":false,
        "l":{"$link":"bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"},"n":null,
        "t":true,"big":9007199254740991,"neg":-9007199254740991,"zero":0,
        "$type":"com.example.thing",
        "legacy":{"cid":"bafkreic7egbs274d6o74ffsspxfbzcbqpkg3ygbxvxqfx5kb6dnapnotym",
        "mimeType":"image/jpeg"},"nested":[[],{},[{"a":[1]}]]}},
        {"uri":"at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/com.example.thing/pre:fix",
        "cid":"bafyreifzywoxy5o2qpe5fsd2ci3kgqh3exaoligdlawizqxf4bged7w4q4",
        "value":{"$type":"com.example.thing"}}],"cursor":"pre:fix"}
        """.ReplaceLineEndings("");

    private static readonly string s_profile =
        """
        {"$type":"app.bsky.actor.profile",
        "avatar":{"ref":{"$link":"bafkreic7egbs274d6o74ffsspxfbzcbqpkg3ygbxvxqfx5kb6dnapnotym"},
        "size":16,"$type":"blob","mimeType":"text/plain"},"displayName":"Ålice 👩‍🔬"}
        """.ReplaceLineEndings("");

    private static readonly string s_thirdPost =
        """
        {"text":"three <b>&amp;","$type":"app.bsky.feed.post","reply":null,
        "createdAt":"2023-01-03T00:00:00.000Z"}
        """.ReplaceLineEndings("");

    private static readonly (string Path, string Sha256)[] s_proofs =
    [
        ("app.bsky.feed.post/3jqfcqzm3fp2j",
            "2e5d9eab003bda02decb0d9c371d6df13779d7cf15e46dc9f28ac11b079c44a5"),
        ("app.bsky.feed.post/3jqfcqzm3fq2j",
            "71cb61cd515d5c42d741f049a0c1365a9d0646058a69ec426527be6209864f1a"),
        ("zzz.example.none/x", "f3d5476c182d57d415459d7f2a21e184b34bdf19b5cb6fe48fd1abf31de3b42f"),
        ("aaa.example.none/x", "4431537b051f25ec4cdd587e55d9c94b833c122cf49cb079c6e9d469bcdfe827"),
    ];

    // The empty repo of the same DID, rev and key.
    private const string EmptyCar =
        "3aa265726f6f747381d82a582500017112201d0e72778c3e209a7bbd471eb773b798224f9d21c18a4455"
        + "647ea6d84f3b35b76776657273696f6e01e001017112201d0e72778c3e209a7bbd471eb773b798224f9d"
        + "21c18a4455647ea6d84f3b35b7a66364696478206469643a706c633a65777669376e787a796f756e367a"
        + "687872687336346f697a637265766d336a7a6663696a706a327a3261637369675840972615ae31dfd33e"
        + "9a484084e32ebb42fdad5c92d0811595a784715c8ced1f76377c79dedbb59a94f01948befb6e012c508c"
        + "087af16e4d1c29dd62e752515f126464617461d82a582500017112209dfefe61dd76ea3dcae5023880b0"
        + "8379d57adf20482d6fdbe2759289f647677b6470726576f66776657273696f6e032b017112209dfefe61"
        + "dd76ea3dcae5023880b08379d57adf20482d6fdbe2759289f647677ba2616580616cf6";

    [Test]
    [Arguments(CarOrder.Preorder, 0)]
    [Arguments(CarOrder.Shuffled, 0)]
    [Arguments(CarOrder.Doubled, 0)]
    [Arguments(CarOrder.Preorder, 30)]
    [Arguments(CarOrder.Shuffled, 30)]
    [Arguments(CarOrder.Doubled, 30)]
    public async Task Golden_BlocksInAnyArrangement_IsServedToTheByte(CarOrder order, int foreign)
    {
        using var folder = new TemporaryFolder();
        byte[] car = GoldenRepo.Car().Arrange(order, seed: 5, foreign).ToBytes();
        await File.WriteAllBytesAsync(
            folder["golden.car"], car, TestRun.Cancellation);
        await File.WriteAllBytesAsync(
            folder["golden.did.json"], GoldenRepo.Document(),
            TestRun.Cancellation);
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);

        Assert.Contains("signature valid", pds.Output.ToString(), StringComparison.Ordinal);
        await AssertExports(pds);
        await AssertRecords(pds);
        await AssertProofs(pds);
        await AssertForeignBlocksAreMissing(pds, car);
    }

    [Test]
    public async Task Golden_WithoutRecords_IsServedToTheByte()
    {
        using var folder = new TemporaryFolder();
        byte[] car = Convert.FromHexString(EmptyCar);
        await File.WriteAllBytesAsync(folder["e.car"], car, TestRun.Cancellation);
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);

        var export = await pds.AskAsync("com.atproto.sync.getRepo", ("did", GoldenRepo.Did));
        Assert.Equal(car, export.Body);
        var described = await pds.AskAsync(
            "com.atproto.repo.describeRepo", ("repo", GoldenRepo.Did));
        Assert.Equal(0, described.Json.GetProperty("collections").GetArrayLength());
        (await pds.AskAsync("com.atproto.sync.listBlobs", ("did", GoldenRepo.Did)))
            .AssertJson("""{"cids":[]}""");
        (await pds.AskAsync(
            "com.atproto.repo.listRecords", ("repo", GoldenRepo.Did), ("collection", "a.b.c")))
            .AssertJson("""{"records":[]}""");
        var proof = await pds.AskAsync(
            "com.atproto.sync.getRecord",
            ("did", GoldenRepo.Did), ("collection", "a.b.c"), ("rkey", "x"));
        Assert.Equal(car, proof.Body);
    }

    private static async Task AssertExports(PdsProcess pds)
    {
        foreach (string name in (string[])["getRepo", "getCheckout"])
        {
            var export = await pds.AskAsync(
                $"com.atproto.sync.{name}", ("did", GoldenRepo.Did));
            Assert.Equal(GoldenRepo.CarBytes(), export.Body);
            Assert.Equal("application/vnd.ipld.car", export.Header("Content-Type"));
        }
    }

    private static async Task AssertRecords(PdsProcess pds)
    {
        var things = await pds.AskAsync(
            "com.atproto.repo.listRecords",
            ("repo", GoldenRepo.Did), ("collection", "com.example.thing"));
        things.AssertJson(s_thingRecords);
        await AssertValue(pds, "app.bsky.actor.profile", "self", s_profile);
        await AssertValue(pds, "app.bsky.feed.post", "3jqfcqzm3fs2j", s_thirdPost);
        (await pds.AskAsync("com.atproto.sync.listBlobs", ("did", GoldenRepo.Did)))
            .AssertJson($$"""{"cursor":"{{GoldenRepo.Blob}}","cids":["{{GoldenRepo.Blob}}"]}""");
        var described = await pds.AskAsync(
            "com.atproto.repo.describeRepo", ("repo", GoldenRepo.Did));
        Assert.Equal(
            """["app.bsky.actor.profile","app.bsky.feed.post","com.example.thing"]""",
            described.Json.GetProperty("collections").GetRawText());
    }

    private static async Task AssertValue(
        PdsProcess pds, string collection, string rkey, string expected)
    {
        var record = await pds.AskAsync(
            "com.atproto.repo.getRecord",
            ("repo", GoldenRepo.Did), ("collection", collection), ("rkey", rkey));
        Assert.Equal(expected, record.Json.GetProperty("value").GetRawText());
        Assert.Equal(["uri", "cid", "value"], record.Fields);
    }

    private static async Task AssertProofs(PdsProcess pds)
    {
        foreach (var (path, sha256) in s_proofs)
        {
            string[] parts = path.Split('/');
            var proof = await pds.AskAsync(
                "com.atproto.sync.getRecord",
                ("did", GoldenRepo.Did), ("collection", parts[0]), ("rkey", parts[1]));
            Assert.Equal(200, proof.Status);
            Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(proof.Body)));
        }
    }

    // What the head does not reach is as good as not there, although the file holds it.
    private static async Task AssertForeignBlocksAreMissing(PdsProcess pds, byte[] car)
    {
        var own = GoldenRepo.Car().Blocks.Select(block => block.Cid).ToHashSet();
        var foreign = SampleCar.Read(car).Blocks.Where(block => !own.Contains(block.Cid)).ToList();
        foreach (var block in foreign)
        {
            string cid = block.Cid.ToString();
            (await pds.AskAsync(
                "com.atproto.sync.getBlocks", ("did", GoldenRepo.Did), ("cids", cid)))
                .AssertRefused(400, "BlockNotFound", $"Could not find cids: {cid}");
            (await pds.AskAsync("com.atproto.sync.getBlob", ("did", GoldenRepo.Did), ("cid", cid)))
                .AssertRefused(400, "BlobNotFound", "Blob not found");
        }
    }
}
