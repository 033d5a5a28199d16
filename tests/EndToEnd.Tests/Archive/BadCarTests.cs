using System.IO.Compression;
using System.Security.Cryptography;
using Atproto.Car;
using Atproto.Multiformats;
using EndToEnd.Tests.Harness;
using Samples;

namespace EndToEnd.Tests.Archive;

/// <summary>
/// Files that are damaged in every way: each is refused with its code, another is served.
/// </summary>
public sealed class BadCarTests
{
    private static readonly byte[] s_golden = GoldenRepo.CarBytes();

    private static readonly string[] s_causes =
    [
        "UnexpectedEnd", "LengthMalformed", "HeaderTooLarge", "HeaderMalformed",
        "VersionUnsupported",
        "RootAbsent", "RootUnsupported", "RootMissing", "SectionEmpty", "BlockTooLarge",
        "CidMalformed",
        "CidMismatch", "CommitMalformed", "NodeMissing", "RecordMissing",
    ];

    public static TheoryData<string, string> Mutations => new()
    {
        { "empty file", "NotACar" },
        { "no car at all", "HeaderMalformed" },
        { "header only", "RootMissing" },
        { "no roots", "RootAbsent" },
        { "root is a node", "CommitKeyUnexpected" },
        { "root is a raw block", "RootUnsupported" },
        { "root is not there", "RootMissing" },
        { "root with another tail", "RootMissing" },
        { "record with another tail", "RecordMissing" },
        { "node with another tail", "NodeMissing" },
        { "version 2", "VersionUnsupported" },
        { "CARv2 pragma", "VersionUnsupported" },
        { "trailing byte", "UnexpectedEnd" },
        { "zero-length section", "SectionEmpty" },
        { "over-long varint", "LengthMalformed" },
        { "huge section", "BlockTooLarge" },
        { "huge header", "HeaderTooLarge" },
        { "CIDv0 section", "CidMalformed" },
        { "wrong hash", "CidMismatch" },
    };

    [Test]
    [MethodDataSource(nameof(Mutations))]
    public async Task Car_Mutated_IsRefusedWithItsCode(string mutation, string code)
    {
        using var folder = new TemporaryFolder();
        string bad = folder["bad.car"];
        await File.WriteAllBytesAsync(bad, Mutate(mutation), TestRun.Cancellation);
        SmallRepo.Write(folder.Location, "good");
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);

        Assert.Equal(code, pds.CodeOf(bad));
        await AssertOnlyGoodIsServed(pds);
    }

    [Test]
    public async Task Car_TwoRoots_IsServedByTheFirst()
    {
        using var folder = new TemporaryFolder();
        var car = GoldenRepo.Car();
        byte[] bytes = (car with { Roots = [car.Roots[0], car.Blocks[1].Cid] }).ToBytes();
        await File.WriteAllBytesAsync(
            folder["a.car"], bytes, TestRun.Cancellation);
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);

        var export = await pds.AskAsync("com.atproto.sync.getRepo", ("did", GoldenRepo.Did));
        Assert.Equal(s_golden, export.Body);
    }

    [Test]
    public async Task Car_OneByteFlipped_IsRefusedWhicheverItIs()
    {
        using var folder = new TemporaryFolder();
        SmallRepo.Write(folder.Location, "good");
        for (int i = 0; i < s_golden.Length; i++)
        {
            byte[] flipped = [.. s_golden];
            flipped[i] ^= (byte)(1 << (i % 8));
            await File.WriteAllBytesAsync(
                folder[$"flip-{i}.car"], flipped, TestRun.Cancellation);
        }

        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);
        for (int i = 0; i < s_golden.Length; i++)
        {
            Assert.Contains(pds.CodeOf(folder[$"flip-{i}.car"]), s_causes);
        }

        await AssertOnlyGoodIsServed(pds);
    }

    [Test]
    public async Task Car_CutAtEveryByte_IsRefused()
    {
        using var folder = new TemporaryFolder();
        SmallRepo.Write(folder.Location, "good");
        for (int i = 0; i < s_golden.Length; i++)
        {
            await File.WriteAllBytesAsync(
                folder[$"cut-{i}.car"], s_golden[..i], TestRun.Cancellation);
        }

        var sectionStarts = SectionStarts();
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);
        for (int i = 0; i < s_golden.Length; i++)
        {
            string code = pds.CodeOf(folder[$"cut-{i}.car"]);
            if (i == 0) Assert.Equal("NotACar", code);
            else if (!sectionStarts.Contains(i)) Assert.Equal("UnexpectedEnd", code);
            else Assert.Contains(code, (string[])["RootMissing", "NodeMissing", "RecordMissing"]);
        }

        await AssertOnlyGoodIsServed(pds);
    }

    [Test]
    public async Task Car_OneBlockDropped_IsRefusedForWhatIsMissing()
    {
        using var folder = new TemporaryFolder();
        SmallRepo.Write(folder.Location, "good");
        var car = GoldenRepo.Car();
        for (int i = 0; i < car.Blocks.Count; i++)
        {
            var rest = car.Blocks.Where((_, at) => at != i).ToList();
            await File.WriteAllBytesAsync(
                folder[$"{i}.car"], (car with { Blocks = rest }).ToBytes(),
                TestRun.Cancellation);
        }

        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);
        for (int i = 0; i < car.Blocks.Count; i++)
        {
            // In pre-order: commit, root, profile, N1, three records, N2, three records.
            string expected = i switch
            {
                0 => "RootMissing",
                1 or 3 or 7 => "NodeMissing",
                _ => "RecordMissing",
            };
            Assert.Equal(expected, pds.CodeOf(folder[$"{i}.car"]));
            string missing = car.Blocks[i].Cid.ToString();
            Assert.Contains(missing, pds.RefusalOf(folder[$"{i}.car"]), StringComparison.Ordinal);
        }

        await AssertOnlyGoodIsServed(pds);
    }

    [Test]
    [Arguments(':')]
    [Arguments('_')]
    public async Task Car_NamedAfterAnotherDid_IsRefused(char colon)
    {
        using var folder = new TemporaryFolder();
        string bad = folder[SmallRepo.DidOf("other").Replace(':', colon) + ".car"];
        await File.WriteAllBytesAsync(bad, s_golden, TestRun.Cancellation);
        SmallRepo.Write(folder.Location, "good");
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);

        Assert.Equal("DidMismatch", pds.CodeOf(bad));
        await AssertOnlyGoodIsServed(pds);
    }

    [Test]
    public async Task Gzip_WholeCutAndOther_IsUnpackedOrRefused()
    {
        using var folder = new TemporaryFolder();
        byte[] packed = Pack(s_golden);
        await File.WriteAllBytesAsync(
            folder["whole.car.gz"], packed, TestRun.Cancellation);
        await File.WriteAllBytesAsync(
            folder["cut.car.gz"], packed[..^300], TestRun.Cancellation);
        await File.WriteAllBytesAsync(
            folder["plain.car.gz"], s_golden, TestRun.Cancellation);
        await File.WriteAllBytesAsync(
            folder["bad.car.gz"], Pack(s_golden[..^1]), TestRun.Cancellation);
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);

        Assert.Equal("GzipMalformed", pds.CodeOf(folder["plain.car.gz"]));
        Assert.Equal("UnexpectedEnd", pds.CodeOf(folder["bad.car.gz"]));
        Assert.Contains(
            pds.CodeOf(folder["cut.car.gz"]), (string[])["GzipMalformed", "UnexpectedEnd"]);
        var export = await pds.AskAsync("com.atproto.sync.getRepo", ("did", GoldenRepo.Did));
        Assert.Equal(s_golden, export.Body);
    }

    private static async Task AssertOnlyGoodIsServed(PdsProcess pds)
    {
        var repos = await pds.WalkAsync("com.atproto.sync.listRepos", "repos", 3);
        Assert.Equal(SmallRepo.DidOf("good"), Assert.Single(repos).GetProperty("did").GetString());
        var export = await pds.AskAsync(
            "com.atproto.sync.getRepo", ("did", SmallRepo.DidOf("good")));
        Assert.Equal(SmallRepo.Build("good").ToCar(), export.Body);
        Assert.Equal(0, await pds.StopAsync());
    }

    private static byte[] Mutate(string mutation)
    {
        var car = GoldenRepo.Car();
        var commit = car.Blocks[0];
        return mutation switch
        {
            "empty file" => [],
            "no car at all" =>
                [.. "Once upon a time there was a file that was no CAR, "u8, .. new byte[99]],
            "header only" => s_golden[..59],
            "no roots" => (car with { Roots = [] }).ToBytes(),
            "root is a node" => (car with { Roots = [car.Blocks[1].Cid] }).ToBytes(),
            "root is a raw block" =>
                (car with { Roots = [Cid.Of(CidCodec.Raw, commit.Bytes)] }).ToBytes(),
            "root is not there" =>
                (car with { Roots = [Cid.Of(CidCodec.DagCbor, [0xa0])] }).ToBytes(),
            // The first half of a digest says which block, the second half that there is none.
            "root with another tail" => (car with { Roots = [Tail(commit.Cid)] }).ToBytes(),
            "record with another tail" => Relink(last: true),
            "node with another tail" => Relink(last: false),
            "version 2" => [.. s_golden[..58], 2, .. s_golden[59..]],
            "CARv2 pragma" => [.. Convert.FromHexString("0aa16776657273696f6e02"), .. s_golden],
            "trailing byte" => [.. s_golden, 0x40],
            "zero-length section" => [.. s_golden, 0],
            "over-long varint" => [.. s_golden[..59], 0xe0, 0x81, 0x00, .. s_golden[61..]],
            "huge section" => [.. s_golden, 0xff, 0xff, 0xff, 0x7f],
            "huge header" => [0xff, 0xff, 0xff, 0x7f, .. s_golden[1..]],
            "CIDv0 section" =>
                [.. s_golden, 0x23, 0x12, 0x20, .. SHA256.HashData([1]), 1],
            "wrong hash" => [.. s_golden[..^1], (byte)(s_golden[^1] + 1)],
            _ => throw new ArgumentException(mutation),
        };
    }

    private static Cid Tail(Cid cid)
    {
        Span<byte> digest = stackalloc byte[32];
        cid.CopyDigestTo(digest);
        digest[^1] ^= 1;
        return new Cid(cid.Codec, digest);
    }

    // The golden repo, properly signed, but its root node names a record, or a subtree, by a CID
    // that differs from the block's in the last byte.
    private static byte[] Relink(bool last)
    {
        var car = GoldenRepo.Car();
        byte[] root = [.. car.Blocks[1].Bytes];
        var named = last ? car.Blocks[6].Cid : car.Blocks[3].Cid;
        byte[] link = new byte[Cid.Bytes];
        named.CopyTo(link);
        root[root.AsSpan().IndexOf(link) + Cid.Bytes - 1] ^= 1;
        using var key = GoldenRepo.Key();
        var node = SampleBlock.Of(root);
        var commit = SampleBlock.Of(
            PreorderRepo.Sign(GoldenRepo.Did, GoldenRepo.Rev, key, node.Cid));
        return new SampleCar([commit.Cid], [commit, node, .. car.Blocks.Skip(2)]).ToBytes();
    }

    private static HashSet<int> SectionStarts()
    {
        var starts = new HashSet<int>();
        int at = 59;
        foreach (var block in GoldenRepo.Car().Blocks)
        {
            starts.Add(at);
            at += CarLength.Section(block.Bytes.Length);
        }

        return starts;
    }

    private static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
        return packed.ToArray();
    }
}
