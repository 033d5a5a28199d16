using Atproto.Multiformats;
using Atproto.Mst;
using Atproto.Repo;
using Samples;

namespace Atproto.Tests.Repo;

/// <summary>Nodes put aside, in memory and in a file, come back as they were.</summary>
public sealed class NodeSpillTests
{
    private const int ChunkBytes = 1 << 20;
    private const int HeaderBytes = 24;

    [Test]
    [Arguments(0)]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(64)]
    public void Read_BlocksOfAllSizes_GivesThemBack(int memoryMegabytes)
    {
        var random = new SampleRandom(Mst.MstKeys.Seed());
        var sizes = Enumerable.Range(0, 60)
            .Select(i => i % 7 == 0 ? MstLimits.NodeBytesMax : random.Below(100_000));
        ComeBack(memoryMegabytes, [.. sizes]);
    }

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(64)]
    public void Read_ChunksFilledToTheLastByte_GivesThemBack(int memoryMegabytes)
    {
        const int Half = (ChunkBytes / 2) - HeaderBytes;
        ComeBack(memoryMegabytes, [Half, Half, Half, Half, Half, Half, Half - 1, Half, 10, Half]);
    }

    [Test]
    public void Clear_AfterSpilling_ForgetsTheFileToo()
    {
        var spill = new NodeSpill(new RepoCar.MemorySpill(), 0);
        ComeBack(spill, [999_999, 999_998, 999_997]);
        spill.Clear();
        ComeBack(spill, [5, 1_000_000, 999_998, 999_997]);
    }

    [Test]
    public void Read_UnderAnotherCid_SaysSo()
    {
        var spill = new NodeSpill(new RepoCar.MemorySpill(), 0);
        var block = SampleBlock.Of([1, 2, 3]);
        var place = spill.Add(77, block.Cid, block.Bytes);
        byte[] digest = new byte[32];
        block.Cid.CopyDigestTo(digest);
        digest[31] ^= 1;
        var other = new Cid(CidCodec.DagCbor, digest);
        spill.Read(place, other, out bool isThatBlock, out var carPlace);
        Assert.False(isThatBlock);
        Assert.Equal(new BlockPlace(77, 3, BlockKind.Plain), carPlace);
    }

    private static void ComeBack(int memoryMegabytes, int[] sizes) => ComeBack(
        new NodeSpill(new RepoCar.MemorySpill(), (long)memoryMegabytes << 20), sizes);

    private static void ComeBack(NodeSpill spill, int[] sizes)
    {
        var blocks = sizes.Select((size, i) => SampleBlock.Of(Filled(size, i))).ToArray();
        var places = blocks.Select((b, i) => spill.Add(1000L * i, b.Cid, b.Bytes)).ToArray();
        for (int round = 0; round < 2; round++)
        {
            for (int i = blocks.Length - 1; i >= 0; i--)
            {
                var block = spill.Read(places[i], blocks[i].Cid, out bool isIt, out var carPlace);
                Assert.True(isIt, $"block {i}");
                Assert.True(block.SequenceEqual(blocks[i].Bytes), $"block {i}");
                Assert.Equal(
                    new BlockPlace(1000L * i, blocks[i].Bytes.Length, BlockKind.Plain), carPlace);
                Assert.Equal(carPlace, spill.CarPlaceOf(places[i]));
            }
        }
    }

    private static byte[] Filled(int size, int seed)
    {
        byte[] bytes = new byte[size];
        new SampleRandom((ulong)seed).Fill(bytes);
        return bytes;
    }
}
