using Atproto.Car;
using Atproto.Multiformats;
using Atproto.Repo;
using Atproto.Tests.Mst;
using Samples;

namespace Atproto.Tests.Repo;

/// <summary>Whole CARs: what the sink is told, and what the file itself can do wrong.</summary>
public sealed class RepoVerifierTests
{
    private const string Prefix = "com.example.thing/";

    [Test]
    public void Walk_GoldenRepo_TellsTheExportInItsOrder()
    {
        var outcome = RepoCar.Verify(GoldenRepo.CarBytes());
        Assert.Null(outcome.Fault);
        Assert.Empty(outcome.Sink.Misplaced);
        var car = GoldenRepo.Car();
        string[] calls =
        [
            Block(car, 0), Block(car, 1),
            $"blob {GoldenRepo.Blob} text/plain",
            Block(car, 2), "record app.bsky.actor.profile/self 2",
            Block(car, 3),
            Block(car, 4), "record app.bsky.feed.post/3jqfcqzm3fo2j 4",
            Block(car, 5), "record app.bsky.feed.post/3jqfcqzm3fp2j 5",
            Block(car, 6), "record app.bsky.feed.post/3jqfcqzm3fs2j 6",
            Block(car, 7),
            Block(car, 8), "record app.bsky.feed.post/3jqfcqzm3fx2j 8",
            "record app.bsky.feed.post/3jqfcqzm4fd2j 5", // the block came before
            Block(car, 9), "record com.example.thing/pre:fix 9",
            $"blob {GoldenRepo.Blob} image/jpeg",
            Block(car, 10), "record com.example.thing/~1.2-3_ 10",
        ];
        Assert.Equal(calls, outcome.Sink.Calls);
        Assert.Equal(
            new RepoCounts
            {
                Sections = 11,
                Blocks = 11,
                Nodes = 3,
                Records = 8,
                Layers = 2,
                ExportBytes = 2094,
            },
            outcome.Counts);
    }

    [Test]
    [Arguments(CarOrder.Preorder, 1, 7)]
    [Arguments(CarOrder.Shuffled, 2, 0)]
    [Arguments(CarOrder.Shuffled, 3, 30)]
    [Arguments(CarOrder.Doubled, 4, 0)]
    [Arguments(CarOrder.Doubled, 5, 12)]
    public void Walk_GoldenRepoRearranged_TellsTheSame(CarOrder order, ulong seed, int foreignCount)
    {
        var expected = RepoCar.Verify(GoldenRepo.CarBytes());
        var car = GoldenRepo.Car().Arrange(order, seed, foreignCount);
        var outcome = RepoCar.Verify(car.ToBytes());
        Assert.Null(outcome.Fault);
        // Foreign blocks are not among the calls: they were never reached.
        Assert.Equal(expected.Sink.Calls, outcome.Sink.Calls);
        Assert.Empty(outcome.Sink.Misplaced);
        Assert.Equal(expected.Counts with { Sections = car.Blocks.Count }, outcome.Counts);
    }

    [Test]
    public void Walk_UnreachedBlocks_HaveNoOrdinal()
    {
        using var verifier = new RepoVerifier(new RepoCar.MemorySpill(), 0);
        byte[] car = GoldenRepo.Car().Arrange(CarOrder.Shuffled, 8, 20).ToBytes();
        Assert.Null(RepoCar.Verify(verifier, new RepoCar.MemorySource(car)).Fault);
        var reached = GoldenRepo.Car().Blocks.ToDictionary(b => b.Cid.DigestPrefix);
        var ordinals = new List<uint>();
        for (int i = 0; i < verifier.Blocks.Count; i++)
        {
            uint ordinal = verifier.Blocks.OrdinalAt(i);
            Assert.Equal(reached.ContainsKey(verifier.Blocks.DigestPrefixAt(i)), ordinal != 0);
            if (ordinal != 0) ordinals.Add(ordinal);
        }

        Assert.Equal(Enumerable.Range(1, 11).Select(i => (uint)i), ordinals.Order());
    }

    [Test]
    [Arguments(0)]
    [Arguments(2 << 20)]
    public void Walk_NodesThatDoNotFitMemory_TellsTheSame(long memory)
    {
        // Blocks that begin like nodes push the real ones into the file.
        var random = new SampleRandom(1);
        var stuffing = Enumerable.Range(0, 12).Select(i =>
        {
            byte[] block = new byte[100_000 + random.Below(900_000)];
            random.Fill(block);
            new byte[] { 0xa2, 0x61, (byte)'e', 0x80 }.CopyTo(block, 0);
            return SampleBlock.Of(block);
        });
        var golden = GoldenRepo.Car();
        var blocks = golden.Blocks.Zip(stuffing).SelectMany(p => new[] { p.Second, p.First });
        byte[] car = new SampleCar(golden.Roots, [.. blocks]).ToBytes();

        var spill = new RepoCar.MemorySpill();
        using var verifier = new RepoVerifier(spill, memory);
        var outcome = RepoCar.Verify(verifier, new RepoCar.MemorySource(car));
        Assert.True(spill.AppendCount > 0);
        Assert.Null(outcome.Fault);
        Assert.Empty(outcome.Sink.Misplaced);
        Assert.Equal(RepoCar.Verify(car, 1 << 30).Sink.Calls, outcome.Sink.Calls);
        Assert.Equal(RepoCar.Verify(GoldenRepo.CarBytes()).Sink.Calls, outcome.Sink.Calls);

        // The next CAR finds nothing of this one.
        var next = new RepoCar.MemorySource(GoldenRepo.CarBytes());
        Assert.Null(RepoCar.Verify(verifier, next).Fault);
    }

    [Test]
    public void ReadBlocks_SpillWithoutRoom_IsNoFaultOfTheCar()
    {
        byte[] node = new byte[700_000];
        new byte[] { 0xa2, 0x61, (byte)'e', 0x80 }.CopyTo(node, 0);
        var stuffing = Enumerable.Range(0, 5).Select(i =>
        {
            node[^1] = (byte)i;
            return SampleBlock.Of([.. node]);
        });
        var golden = GoldenRepo.Car();
        byte[] car = (golden with { Blocks = [.. golden.Blocks, .. stuffing] }).ToBytes();
        using var verifier = new RepoVerifier(new RepoCar.MemorySpill { IsFull = true }, 0);
        var failure = Assert.Throws<SpillFailedException>(
            () => RepoCar.Verify(verifier, new RepoCar.MemorySource(car)));
        Assert.Equal("no room", failure.Message);
    }

    [Test]
    [Arguments(1)]
    [Arguments(7)]
    [Arguments(1000)]
    public void ReadBlocks_ShortReads_TellsTheSame(int step)
    {
        using var verifier = new RepoVerifier(new RepoCar.MemorySpill(), 0);
        var source = new RepoCar.MemorySource(GoldenRepo.CarBytes()) { Step = step };
        Assert.Null(RepoCar.Verify(verifier, source).Fault);
        Assert.Equal(8, verifier.Counts.Records);
    }

    [Test]
    public void ReadBlocks_CutAnywhere_IsRefused()
    {
        byte[] whole = GoldenRepo.CarBytes();
        var ends = new HashSet<int>();
        int at = CarWriter.Header(GoldenRepo.Car().Roots[0]).Length;
        foreach (var block in GoldenRepo.Car().Blocks)
        {
            ends.Add(at);
            at += Varint.Length((ulong)block.Bytes.Length + 36) + 36 + block.Bytes.Length;
        }

        using var verifier = new RepoVerifier(new RepoCar.MemorySpill(), 0);
        for (int length = 0; length < whole.Length; length++)
        {
            var source = new RepoCar.MemorySource(whole[..length]);
            var fault = RepoCar.Verify(verifier, source).Fault;
            // Between two sections the file itself is sound, and something is missing.
            if (ends.Contains(length)) Assert.EndsWith("Missing", fault?.Code);
            else if (length == 0) Assert.Equal(nameof(CarError.NotACar), fault?.Code);
            else Assert.Equal(nameof(CarError.UnexpectedEnd), fault?.Code);
        }
    }

    [Test]
    public void ReadBlocks_AnyBitFlipped_IsRefused()
    {
        byte[] car = GoldenRepo.CarBytes();
        using var verifier = new RepoVerifier(new RepoCar.MemorySpill(), 0);
        for (int i = 0; i < 8 * car.Length; i++)
        {
            car[i / 8] ^= (byte)(1 << (i % 8));
            var fault = RepoCar.Verify(verifier, new RepoCar.MemorySource(car)).Fault;
            Assert.True(fault is not null, $"bit {i % 8} of byte {i / 8}");
            car[i / 8] ^= (byte)(1 << (i % 8));
        }

        // The object is none the worse for it.
        Assert.Null(RepoCar.Verify(verifier, new RepoCar.MemorySource(car)).Fault);
    }

    [Test]
    public void ReadBlocks_EachBlockLeftOut_IsMissing()
    {
        var car = GoldenRepo.Car();
        string[] codes = [.. car.Blocks
            .Select((_, i) => car with { Blocks = [.. car.Blocks.Where((_, j) => i != j)] })
            .Select(without => RepoCar.Verify(without.ToBytes()).Fault!.Code)];
        Assert.Equal(
            [
                "RootMissing", "NodeMissing", "RecordMissing", "NodeMissing", "RecordMissing",
                "RecordMissing", "RecordMissing", "NodeMissing", "RecordMissing", "RecordMissing",
                "RecordMissing",
            ],
            codes);
    }

    [Test]
    [Arguments("00", CarError.SectionEmpty)]
    [Arguments("8000", CarError.LengthMalformed)]
    [Arguments("25", CarError.UnexpectedEnd)]
    [Arguments("80", CarError.UnexpectedEnd)]
    [Arguments("ffffffff0f", CarError.BlockTooLarge)]
    [Arguments("0101", CarError.CidMalformed)]
    public void ReadBlocks_BytesBehindTheLastBlock_AreRefusedByCause(string hex, CarError expected)
    {
        byte[] car = [.. GoldenRepo.CarBytes(), .. Convert.FromHexString(hex)];
        var fault = RepoCar.Verify(car).Fault;
        Assert.Equal((expected.ToString(), 2094L), (fault?.Code, fault?.Offset));
    }

    [Test]
    [Arguments("3a", CarError.UnexpectedEnd)]
    [Arguments("", CarError.NotACar)]
    [Arguments("0aa16776657273696f6e02", CarError.VersionUnsupported)]
    [Arguments("8000", CarError.LengthMalformed)]
    [Arguments("ffff7f", CarError.HeaderTooLarge)]
    [Arguments("3c21444f43545950453e", CarError.NotACar)] // <!DOCTYPE>
    [Arguments("1f8b0800000000000003", CarError.NotACar)]
    [Arguments("0180", CarError.HeaderMalformed)]
    [Arguments("11a265726f6f7473806776657273696f6e01", CarError.RootAbsent)]
    public void ReadBlocks_NoHeaderOfOurs_IsRefusedByItsCause(string hex, CarError expected) =>
        Assert.Equal(
            expected.ToString(), RepoCar.Verify(Convert.FromHexString(hex)).Fault?.Code);

    [Test]
    public void ReadBlocks_HeaderAlone_IsRootMissing()
    {
        byte[] car = new SampleCar(GoldenRepo.Car().Roots, []).ToBytes();
        Assert.Equal(nameof(CarError.RootMissing), RepoCar.Verify(car).Fault?.Code);
    }

    [Test]
    public void ReadBlocks_BlockUnderAnotherCid_IsCidMismatch()
    {
        var golden = GoldenRepo.Car();
        var wrong = new SampleBlock(golden.Blocks[4].Cid, golden.Blocks[5].Bytes);
        byte[] car = (golden with { Blocks = [.. golden.Blocks, wrong] }).ToBytes();
        var fault = RepoCar.Verify(car).Fault;
        Assert.Equal(
            (nameof(CarError.CidMismatch), 2094L, wrong.Cid),
            (fault?.Code, fault?.Offset, fault?.Cid));
    }

    [Test]
    public void ReadBlocks_FileAtTheLimit_IsReadAndOneByteMoreIsNot()
    {
        using var verifier = new RepoVerifier(new RepoCar.MemorySpill(), 0);
        byte[] car = GoldenRepo.CarBytes();
        Assert.Equal(nameof(CarError.FileTooLarge), Code(CarLimits.FileBytesMax + 1));
        Assert.Equal(nameof(CarError.UnexpectedEnd), Code(CarLimits.FileBytesMax));

        string? Code(long length) => RepoCar.Verify(
            verifier, new RepoCar.MemorySource(car) { Length = length }).Fault?.Code;
    }

    [Test]
    public void Describe_LimitsThatNoTestReaches_NameTheirFigure() => Assert.Equal(
        "more than 1,073,741,824 blocks", CarError.TooManyBlocks.Describe());

    [Test]
    public void Walk_FileChangedBetweenThePasses_IsFileChanged()
    {
        byte[] car = GoldenRepo.CarBytes();
        using var verifier = new RepoVerifier(new RepoCar.MemorySpill(), 0);
        var source = new RepoCar.MemorySource([.. car]);
        Assert.Null(verifier.ReadBlocks(source));
        // In the profile, which is read again for the blob it references.
        int place = car.AsSpan().IndexOf("displayName"u8);
        source.Bytes[place] ^= 1;
        Assert.Equal(
            nameof(CarError.FileChanged), verifier.Walk(new RepoCar.RecordingSink(source))?.Code);

        source = new RepoCar.MemorySource(car);
        Assert.Null(verifier.ReadBlocks(source));
        source.Bytes = car[..100];
        Assert.Equal(
            nameof(CarError.FileChanged), verifier.Walk(new RepoCar.RecordingSink(source))?.Code);

        source = new RepoCar.MemorySource(car);
        Assert.Null(verifier.ReadBlocks(source));
        source.Fails = true;
        Assert.Equal(
            nameof(CarError.ReadFailed), verifier.Walk(new RepoCar.RecordingSink(source))?.Code);
        Assert.Equal(nameof(CarError.ReadFailed), verifier.ReadBlocks(source)?.Code);
    }

    [Test]
    [Arguments("")] // a block of zero bytes
    [Arguments("ff")]
    [Arguments("80")] // no map
    [Arguments("f6")]
    [Arguments("a1")] // cut
    [Arguments("a2616100616100")] // a key twice
    [Arguments("a16161fb7ff8000000000000")] // NaN
    [Arguments("a2616580616cf6ff")] // begins like a node
    public void Walk_RecordThatDoesNotDecode_IsKeptAndCounted(string hex)
    {
        var record = SampleBlock.Of(Convert.FromHexString(hex));
        var outcome = RepoCar.Verify(One(record));
        Assert.Null(outcome.Fault);
        Assert.Empty(outcome.Sink.Misplaced);
        Assert.Equal((1, 1), (outcome.Counts.Records, outcome.Counts.RecordsUndecodable));
        Assert.Equal(4, outcome.Sink.Calls.Count);
    }

    [Test]
    [Arguments("a0")] // an empty map
    [Arguments("a2616580616cf6")] // the empty node
    [Arguments("a2616581016161f6")] // begins like a node
    [Arguments("a2616580616c00")]
    [Arguments("a26165806161f7")] // undefined
    [Arguments("a26162f66161f6")] // unsorted
    [Arguments("a16161f93c00")] // a float
    [Arguments("a1616161ff")] // no UTF-8
    public void Walk_RecordThatDecodesLeniently_IsARecord(string hex)
    {
        var record = SampleBlock.Of(Convert.FromHexString(hex));
        var outcome = RepoCar.Verify(One(record));
        Assert.Null(outcome.Fault);
        Assert.Empty(outcome.Sink.Misplaced);
        Assert.Equal((1, 0), (outcome.Counts.Records, outcome.Counts.RecordsUndecodable));
    }

    [Test]
    public void Walk_NodeThatIsARecordToo_IsBothAndToldOnce()
    {
        var leaf = RepoCar.Record("leaf");
        string high = MstKeys.OnLayer(1, 0, "com.example.mmm/");
        foreach (bool nodeFirst in (bool[])[true, false])
        {
            string low = MstKeys.OnLayer(0, 0, nodeFirst ? "com.example.aaa/" : "com.example.zzz/");
            var child = RepoCar.Node(default, new HandEntry(low, leaf.Cid));
            var root = nodeFirst
                ? RepoCar.Node(child.Cid, new HandEntry(high, child.Cid))
                : RepoCar.Node(default, new HandEntry(high, child.Cid, child.Cid));
            var outcome = RepoCar.Verify(RepoCar.Of(root.Cid, root, child, leaf));
            Assert.Null(outcome.Fault);
            Assert.Equal((4u, 2u, 2L), (
                outcome.Counts.Blocks, outcome.Counts.Nodes, outcome.Counts.Records));
            Assert.Equal(4, outcome.Sink.Calls.Count(
                c => c.StartsWith("block", StringComparison.Ordinal)));
            Assert.Contains($"record {high} 2", outcome.Sink.Calls);
        }
    }

    [Test]
    public void Walk_ForeignCodecs_AreSkippedAndRawBlocksNeverTold()
    {
        var golden = GoldenRepo.Car();
        var raw = SampleBlock.Of([.. GoldenRepo.BlobBytes], CidCodec.Raw);
        byte[] car =
        [
            .. (golden with { Blocks = [.. golden.Blocks, raw] }).ToBytes(),
            5, 1, 0x55, 0, 1, 0xff, // identity
            7, 1, 0x70, 0, 1, 0xff, 1, 2, // dag-pb of an identity, and data
        ];
        var outcome = RepoCar.Verify(car);
        Assert.Null(outcome.Fault);
        Assert.Equal((14, 2), (outcome.Counts.Sections, outcome.Counts.SectionsSkipped));
        Assert.Equal(RepoCar.Verify(GoldenRepo.CarBytes()).Sink.Calls, outcome.Sink.Calls);
    }

    [Test]
    [Arguments(0)]
    [Arguments(1)]
    [Arguments(5)]
    [Arguments(3000)]
    public void Walk_SampleRepos_HaveTheirRecordsInOrder(int count)
    {
        using var key = GoldenRepo.Key();
        var repo = SampleRepo.Build(GoldenRepo.Did, key, GoldenRepo.Rev, Enumerable.Range(0, count)
            .Select(i => ($"{Prefix}{i}", RepoCar.Record($"{i % 700}").Bytes)));
        var outcome = RepoCar.Verify(repo.ToCar(CarOrder.Doubled, 3, 10));
        Assert.Null(outcome.Fault);
        Assert.Empty(outcome.Sink.Misplaced);
        Assert.Equal(repo.Car.ToBytes().Length, outcome.Counts.ExportBytes);
        Assert.Equal((uint)repo.Car.Blocks.Count, outcome.Counts.Blocks);
        Assert.Equal(
            repo.Records.Select(r => r.Path),
            outcome.Sink.Calls.Where(c => c.StartsWith("record", StringComparison.Ordinal))
                .Select(c => c.Split(' ')[1]));
        // Blocks come in the order of the export, each once.
        Assert.Equal(
            repo.Car.Blocks.Select((b, i) => Block(repo.Car, i)),
            outcome.Sink.Calls.Where(c => c.StartsWith("block", StringComparison.Ordinal)));
    }

    [Test]
    public void Walk_BeforeReadBlocks_IsOurOwnMistake()
    {
        using var verifier = new RepoVerifier(new RepoCar.MemorySpill(), 0);
        Assert.Throws<InvalidOperationException>(
            () => verifier.Walk(new RepoCar.RecordingSink(new RepoCar.MemorySource([]))));
    }

    private static byte[] One(SampleBlock record)
    {
        string key = MstKeys.OnLayer(0, 0, Prefix);
        var root = RepoCar.Node(default, new HandEntry(key, record.Cid));
        return RepoCar.Of(root.Cid, root, record);
    }

    private static string Block(SampleCar car, int index) =>
        $"block {index} {car.Blocks[index].Cid.DigestPrefix:x32} {car.Blocks[index].Bytes.Length}";
}
