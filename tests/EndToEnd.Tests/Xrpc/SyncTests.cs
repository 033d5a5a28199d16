using EndToEnd.Tests.Harness;
using Samples;

namespace EndToEnd.Tests.Xrpc;

/// <summary>com.atproto.sync: heads, exports since a rev, blocks by CID.</summary>
[ClassDataSource<ArchiveServer>(Shared = SharedType.PerClass)]
public sealed class SyncTests(ArchiveServer server)
{
    private const string GetBlocks = "com.atproto.sync.getBlocks";

    private static readonly SampleCar s_car = GoldenRepo.Car();

    [Test]
    public async Task Head_OfARepo_IsTheSameEverywhere()
    {
        (await server.Pds.AskAsync("com.atproto.sync.getLatestCommit", ("did", GoldenRepo.Did)))
            .AssertJson($$"""{"cid":"{{GoldenRepo.Commit}}","rev":"{{GoldenRepo.Rev}}"}""");
        (await server.Pds.AskAsync("com.atproto.sync.getHead", ("did", GoldenRepo.Did)))
            .AssertJson($$"""{"root":"{{GoldenRepo.Commit}}"}""");
    }

    [Test]
    [Arguments("2222222222222", true)]
    [Arguments("3jzfcijpj2z27", true)]
    [Arguments(GoldenRepo.Rev, false)]
    [Arguments("3jzfcijpj2z2b", false)]
    [Arguments("7zzzzzzzzzzzz", false)]
    public async Task GetRepo_Since_IsAllOrTheHeaderAlone(string since, bool all)
    {
        var answer = await server.Pds.AskAsync(
            "com.atproto.sync.getRepo", ("did", GoldenRepo.Did), ("since", since));
        byte[] car = GoldenRepo.CarBytes();
        Assert.Equal(all ? car : car[..59], answer.Body);
        Assert.Equal("application/vnd.ipld.car", answer.Header("Content-Type"));
    }

    [Test]
    public async Task GetRepo_SavedUnderItsOwnName_IsHandleAndRev()
    {
        var answer = await server.Pds.AskAsync(
            "com.atproto.sync.getRepo", ("did", GoldenRepo.Did));
        Assert.Equal(
            $"attachment; filename=\"{ArchiveServer.GoldenHandle}.{GoldenRepo.Rev}.car\"",
            answer.Header("Content-Disposition"));
    }

    [Test]
    public async Task GetCheckout_Since_MeansNothing()
    {
        var answer = await server.Pds.AskAsync(
            "com.atproto.sync.getCheckout", ("did", GoldenRepo.Did), ("since", GoldenRepo.Rev),
            ("commit", "x"));
        Assert.Equal(GoldenRepo.CarBytes(), answer.Body);
    }

    [Test]
    public async Task GetRepo_ByHandle_IsNoDid()
    {
        var answer = await server.Pds.AskAsync(
            "com.atproto.sync.getRepo", ("did", ArchiveServer.GoldenHandle));
        answer.AssertRefused(
            400, "InvalidRequest",
            "Invalid com.atproto.sync.getRepo params: Invalid DID (got \"alice.test\")");
    }

    [Test]
    public async Task GetBlocks_AnyOfTheTree_ComeOnceInTheOrderAskedFor()
    {
        int[] order = [7, 0, 10, 7, 1, 0];
        var answer = await AskBlocksAsync([.. order.Select(i => s_car.Blocks[i].Cid.ToString())]);
        Assert.Equal(200, answer.Status);
        Assert.Equal("application/vnd.ipld.car", answer.Header("Content-Type"));
        Assert.Equal(
            "11a265726f6f7473806776657273696f6e01", Convert.ToHexStringLower(answer.Body[..18]));
        var sent = SampleCar.Read(answer.Body);
        Assert.Empty(sent.Roots);
        int[] once = [7, 0, 10, 1];
        Assert.Equal(once.Select(i => s_car.Blocks[i].Cid), sent.Blocks.Select(block => block.Cid));
        Assert.Equal(
            once.Select(i => Convert.ToHexString(s_car.Blocks[i].Bytes)),
            sent.Blocks.Select(block => Convert.ToHexString(block.Bytes)));
    }

    [Test]
    public async Task GetBlocks_OneMissing_SendsNothingAndNamesThoseMissing()
    {
        string[] missing =
        [
            "bafyreih25fgv7ntxb6uwp4guiqbc4vlu5xr3w6uq6tpjzcqgffftumwtwa",
            GoldenRepo.Blob,
        ];
        missing[0] = SampleBlock.Of([0xa0]).Cid.ToString();
        var answer = await AskBlocksAsync(
            GoldenRepo.Commit, missing[0], GoldenRepo.Data, missing[1]);
        answer.AssertRefused(
            400, "BlockNotFound", $"Could not find cids: {missing[0]},{missing[1]}");
    }

    [Test]
    public async Task GetBlocks_OfAnotherRepo_AreMissing()
    {
        var answer = await server.Pds.AskAsync(
            GetBlocks, ("did", ArchiveServer.Pages), ("cids", GoldenRepo.Commit));
        answer.AssertRefused(400, "BlockNotFound", $"Could not find cids: {GoldenRepo.Commit}");
    }

    [Test]
    public async Task GetBlocks_RawCodecOfARecord_IsMissing()
    {
        var record = s_car.Blocks[2];
        string raw = new Atproto.Multiformats.Cid(
            Atproto.Multiformats.CidCodec.Raw, DigestOf(record)).ToString();
        (await AskBlocksAsync(raw)).AssertRefused(
            400, "BlockNotFound", $"Could not find cids: {raw}");
    }

    [Test]
    public async Task GetBlocks_OtherDigestTail_IsMissing()
    {
        byte[] digest = DigestOf(s_car.Blocks[2]);
        digest[^1] ^= 1;
        string other = new Atproto.Multiformats.Cid(
            Atproto.Multiformats.CidCodec.DagCbor, digest).ToString();
        (await AskBlocksAsync(other)).AssertRefused(
            400, "BlockNotFound", $"Could not find cids: {other}");
        // Asking must not have hurt the repo.
        Assert.Equal(200, (await AskBlocksAsync(s_car.Blocks[2].Cid.ToString())).Status);
    }

    [Test]
    public async Task GetBlocks_Many_AllCome()
    {
        string[] all = [.. s_car.Blocks.Select(block => block.Cid.ToString())];
        var answer = await AskBlocksAsync([.. Enumerable.Range(0, 15).SelectMany(_ => all)]);
        Assert.Equal(11, SampleCar.Read(answer.Body).Blocks.Count);
    }

    [Test]
    public async Task GetRecord_EveryItem_ProvesItself()
    {
        foreach (string key in ArchiveServer.ItemKeys.Where((_, i) => i % 23 == 0))
        {
            var proof = await server.Pds.AskAsync(
                "com.atproto.sync.getRecord",
                ("did", ArchiveServer.Pages), ("collection", ArchiveServer.Items), ("rkey", key));
            var car = SampleCar.Read(proof.Body);
            var record = await server.Pds.AskAsync(
                "com.atproto.repo.getRecord",
                ("repo", ArchiveServer.Pages), ("collection", ArchiveServer.Items), ("rkey", key));
            Assert.Equal(car.Roots[0], car.Blocks[0].Cid);
            Assert.Equal(record.Json.GetProperty("cid").GetString(), car.Blocks[^1].Cid.ToString());
            Assert.All(
                car.Blocks, block => Assert.Equal(block.Cid, SampleBlock.Of(block.Bytes).Cid));
        }
    }

    [Test]
    public async Task GetRepo_ManyAtOnce_AreAllWhole()
    {
        var exports = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ =>
            server.Pds.AskAsync("com.atproto.sync.getRepo", ("did", ArchiveServer.Pages))));
        Assert.All(
            exports, export => Assert.True(export.Body.AsSpan().SequenceEqual(exports[0].Body)));
        Assert.Equal(ArchiveServer.ItemCount + 1, Leaves(SampleCar.Read(exports[0].Body)));
    }

    private static int Leaves(SampleCar car) =>
        car.Blocks.Count(block => block.Bytes.AsSpan().IndexOf("e$type"u8) > 0);

    private static byte[] DigestOf(SampleBlock block)
    {
        byte[] digest = new byte[32];
        block.Cid.CopyDigestTo(digest);
        return digest;
    }

    private Task<PdsAnswer> AskBlocksAsync(params string[] cids) => server.Pds.AskAsync(
        GetBlocks, [("did", GoldenRepo.Did), .. cids.Select(cid => ("cids", cid))]);
}
