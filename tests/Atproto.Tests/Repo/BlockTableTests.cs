using System.Buffers.Binary;
using Atproto.Car;
using Atproto.Multiformats;
using Atproto.Repo;
using Atproto.Tests.Mst;
using Samples;

namespace Atproto.Tests.Repo;

/// <summary>The table of blocks beside its plain twin, a dictionary.</summary>
public sealed class BlockTableTests
{
    [Test]
    [Arguments(0)]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(7)]
    [Arguments(31)]
    [Arguments(32)]
    [Arguments(33)]
    [Arguments(64)]
    [Arguments(65)]
    [Arguments(1000)]
    [Arguments(20_000)]
    public void TryFind_RandomBlocks_AgreesWithADictionary(int count)
    {
        var random = new SampleRandom(MstKeys.Seed());
        var cids = Enumerable.Range(0, count).Select(_ => RandomCid(random)).ToArray();
        // Some digests occur as raw blocks too, and many blocks twice or more often.
        for (int i = 0; i < count / 10; i++) cids[i] = OfCodec(cids[^(i + 1)], CidCodec.Raw);
        for (int i = count / 2; i < count * 3 / 5; i++) cids[i] = cids[random.Below(count / 2)];
        AgreesWithADictionary(cids, random);
    }

    [Test]
    [Arguments(1, 500)]
    [Arguments(2, 500)]
    [Arguments(4, 500)] // all in one bucket, whatever the number of starts
    [Arguments(8, 200)]
    [Arguments(15, 200)]
    public void TryFind_DigestsChosenToShareBytes_AgreesWithADictionary(int shared, int count)
    {
        var random = new SampleRandom(MstKeys.Seed());
        byte[] digest = new byte[32];
        byte[] start = new byte[32];
        random.Fill(start);
        var cids = new Cid[2 * count];
        for (int i = 0; i < cids.Length; i++)
        {
            random.Fill(digest);
            if (i < count) start.AsSpan(0, shared).CopyTo(digest);
            // Byte 15 decides when fifteen are shared: each of its values once.
            if (i < count && shared == 15) digest[15] = (byte)i;
            cids[i] = new Cid(CidCodec.DagCbor, digest);
        }

        random.Shuffle<Cid>(cids);
        AgreesWithADictionary(cids, random);
    }

    [Test]
    public void Seal_EqualPrefixes_AsksWhetherTheyAreTheSameBlock()
    {
        var random = new SampleRandom(1);
        byte[] digest = new byte[32];
        random.Fill(digest);
        var first = new Cid(CidCodec.DagCbor, digest);
        digest[31] ^= 1;
        var second = new Cid(CidCodec.DagCbor, digest);

        using var refused = new BlockTable();
        refused.Add(first, Place(1));
        refused.Add(second, Place(2));
        var asked = new List<(BlockPlace, BlockPlace)>();
        Assert.False(refused.Seal((a, b) =>
        {
            asked.Add((a, b));
            return false;
        }));
        Assert.Equal([(Place(1), Place(2))], asked);
        Assert.Equal(
            "two blocks share 128 bits of their digests", CarError.DigestPrefixShared.Describe());
    }

    [Test]
    public void TryFind_OtherHalfOfTheDigestDiffers_FindsNothing()
    {
        var random = new SampleRandom(MstKeys.Seed());
        using var table = new BlockTable();
        var cid = RandomCid(random);
        table.Add(cid, Place(1));
        Assert.True(table.Seal((_, _) => true));
        byte[] digest = new byte[32];
        for (int bit = 128; bit < 256; bit++)
        {
            cid.CopyDigestTo(digest);
            digest[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(table.TryFind(new Cid(CidCodec.DagCbor, digest), out _));
        }

        Assert.True(table.TryFind(cid, out _));
    }

    [Test]
    public void Seal_RawAndOtherBlockOfOneDigest_AreTwo()
    {
        var cid = RandomCid(new SampleRandom(2));
        using var table = new BlockTable();
        // In every order of kinds, so that no twin hides behind the other kind.
        for (int i = 0; i < 4; i++)
        {
            table.Add(cid, Place(i));
            table.Add(OfCodec(cid, CidCodec.Raw), new BlockPlace(10 + i, 5, BlockKind.Raw));
        }

        table.Add(cid, Place(20));
        Assert.True(table.Seal((_, _) => true));
        Assert.Equal(2, table.Count);
        Assert.True(table.TryFind(cid, out int block));
        Assert.True(table.TryFindRaw(OfCodec(cid, CidCodec.Raw), out int raw));
        Assert.Equal((Place(0), 10), (table.PlaceAt(block), table.PlaceAt(raw).Offset));
    }

    [Test]
    public void OrdinalAt_Fresh_IsZeroAndKeepsWhatIsSet()
    {
        using var table = new BlockTable();
        for (int i = 0; i < 100; i++) table.Add(MstKeys.Value(i), Place(i));
        Assert.True(table.Seal((_, _) => true));
        for (int i = 0; i < 100; i++) Assert.Equal(0u, table.OrdinalAt(i));
        table.OrdinalAt(7) = uint.MaxValue;
        Assert.Equal(uint.MaxValue, table.OrdinalAt(7));
        Assert.Equal(0u, table.OrdinalAt(8));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.OrdinalAt(100));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.PlaceAt(-1));
    }

    [Test]
    public void Dispose_AnyTable_HoldsNothing()
    {
        var table = new BlockTable();
        table.Add(MstKeys.Value(1), Place(1));
        Assert.True(table.Seal((_, _) => true));
        Assert.NotEqual(0, table.Bytes);
        table.Dispose();
        table.Dispose();
        Assert.Equal((0, 0), (table.Count, table.Bytes));
        Assert.False(table.TryFind(MstKeys.Value(1), out _));
    }

    [Test]
    [Arguments(0, 0, BlockKind.Plain)]
    [Arguments(CarLimits.FileBytesMax - 1, CarLimits.BlockBytesMax, BlockKind.Raw)]
    [Arguments(1, 1, BlockKind.MayBeNode)]
    public void BlockPlace_Extremes_AreKept(long offset, int length, BlockKind kind)
    {
        var place = new BlockPlace(offset, length, kind);
        Assert.Equal((offset, length, kind), (place.Offset, place.Length, place.Kind));
    }

    private static void AgreesWithADictionary(Cid[] cids, SampleRandom random)
    {
        using var table = new BlockTable();
        var twin = new Dictionary<Cid, BlockPlace>();
        for (int i = 0; i < cids.Length; i++)
        {
            var kind = cids[i].Codec == CidCodec.Raw ? BlockKind.Raw : BlockKind.Plain;
            var place = new BlockPlace(1000 + i, i % 77, kind);
            table.Add(cids[i], place);
            twin.TryAdd(cids[i], place);
        }

        Assert.True(table.Seal((_, _) => true));
        Assert.Equal(twin.Count, table.Count);
        for (int i = 1; i < table.Count; i++)
        {
            Assert.True(table.DigestPrefixAt(i - 1) <= table.DigestPrefixAt(i));
        }

        var probes = cids.Concat(Enumerable.Range(0, 200).Select(_ => RandomCid(random)))
            .Concat(cids.Select(c => OfCodec(
                c, c.Codec == CidCodec.Raw ? CidCodec.DagCbor : CidCodec.Raw)))
            .ToArray();
        foreach (var cid in probes)
        {
            int index;
            bool found = cid.Codec == CidCodec.Raw
                ? table.TryFindRaw(cid, out index)
                : table.TryFind(cid, out index);
            Assert.Equal(twin.TryGetValue(cid, out var place), found);
            if (!found) continue;
            Assert.Equal(place, table.PlaceAt(index));
            Assert.Equal(cid.DigestPrefix, table.DigestPrefixAt(index));
        }

        FindAllAgrees(table, probes, random);
    }

    private static void FindAllAgrees(BlockTable table, Cid[] probes, SampleRandom random)
    {
        byte[] block = new byte[probes.Length * Cid.Bytes];
        int[] starts = new int[probes.Length];
        for (int i = 0; i < probes.Length; i++)
        {
            probes[i].CopyTo(block.AsSpan(i * Cid.Bytes));
            starts[i] = random.Chance(10) ? -1 : i * Cid.Bytes;
        }

        int[] indexes = new int[probes.Length];
        table.FindAll(block, starts, indexes);
        for (int i = 0; i < probes.Length; i++)
        {
            int index;
            bool found = probes[i].Codec == CidCodec.Raw
                ? table.TryFindRaw(probes[i], out index)
                : table.TryFind(probes[i], out index);
            Assert.Equal(found && starts[i] >= 0 ? index : -1, indexes[i]);
        }
    }

    private static BlockPlace Place(long offset) => new(offset, 5, BlockKind.Plain);

    private static Cid OfCodec(Cid cid, CidCodec codec)
    {
        byte[] digest = new byte[32];
        cid.CopyDigestTo(digest);
        return new Cid(codec, digest);
    }

    private static Cid RandomCid(SampleRandom random)
    {
        byte[] digest = new byte[32];
        for (int i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(digest.AsSpan(8 * i), random.Next());
        }

        return new Cid(CidCodec.DagCbor, digest);
    }
}
