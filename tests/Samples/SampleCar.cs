using System.Buffers;
using System.Runtime.InteropServices;
using Atproto.Car;
using Atproto.Cbor;
using Atproto.Mst;
using Atproto.Multiformats;

namespace Samples;

/// <summary>One block of a sample CAR.</summary>
public sealed record SampleBlock(Cid Cid, byte[] Bytes)
{
    /// <summary>The block under the CID it hashes to.</summary>
    public static SampleBlock Of(byte[] bytes, CidCodec codec = CidCodec.DagCbor) =>
        new(Cid.Of(codec, bytes), bytes);
}

/// <summary>
/// A CAR taken apart, written apart from the product's reader so that tests can compare the two.
/// Only for CARs that are right: it throws on all others.
/// </summary>
public sealed record SampleCar(IReadOnlyList<Cid> Roots, IReadOnlyList<SampleBlock> Blocks)
{
    public static SampleCar Read(ReadOnlySpan<byte> car)
    {
        var header = new CborReader(Take(ref car));
        Ok(header.ReadMap(out _));
        Ok(header.ReadKey("roots"u8));
        Ok(header.ReadArray(out int rootCount));
        var roots = new Cid[rootCount];
        for (int i = 0; i < rootCount; i++) Ok(header.ReadLink(out roots[i]));

        var blocks = new List<SampleBlock>();
        while (!car.IsEmpty)
        {
            var section = Take(ref car);
            if (!Cid.TryRead(section[..Cid.Bytes], out var cid))
            {
                throw new InvalidDataException("section does not begin with a CID of ours");
            }

            blocks.Add(new SampleBlock(cid, section[Cid.Bytes..].ToArray()));
        }

        return new SampleCar(roots, blocks);
    }

    /// <summary>
    /// The same CAR with its blocks, the first of which is the commit, in another order, and with
    /// blocks between them that belong to nothing: stray records, a stray node, a raw block.
    /// </summary>
    public SampleCar Arrange(CarOrder order, ulong seed = 1, int foreignBlockCount = 0)
    {
        var random = new SampleRandom(seed);
        var blocks = Blocks.ToList();
        if (order == CarOrder.Doubled)
        {
            blocks.AddRange(Blocks.Where((_, i) => i % 3 == 0));
        }

        for (int i = 0; i < foreignBlockCount; i++)
        {
            blocks.Insert(1 + random.Below(blocks.Count), Foreign(i, seed));
        }

        if (order != CarOrder.Preorder)
        {
            var commit = blocks[0];
            var span = CollectionsMarshal.AsSpan(blocks);
            random.Shuffle(span);
            int other = blocks.FindIndex(b => b.Cid != commit.Cid);
            if (span[0].Cid == commit.Cid && other > 0)
            {
                (span[0], span[other]) = (span[other], span[0]);
            }
        }

        return this with { Blocks = blocks };
    }

    public byte[] ToBytes()
    {
        var output = new ArrayBufferWriter<byte>();
        CarWriter.WriteHeader(output, [.. Roots]);
        foreach (var block in Blocks) CarWriter.WriteSection(output, block.Cid, block.Bytes);
        return output.WrittenSpan.ToArray();
    }

    private static SampleBlock Foreign(int index, ulong seed)
    {
        byte[] record = SampleRecord.Encode(
            ("$type", "app.bsky.feed.post"), ("text", $"not of this repo: {index}, {seed}"));
        switch (index % 3)
        {
            case 0:
                return SampleBlock.Of(record);
            case 1:
                var tree = new MstTree();
                tree.Insert("com.example.stray/self"u8, Cid.Of(CidCodec.DagCbor, record));
                return SampleBlock.Of(tree.Root.Block.ToArray());
            default:
                return SampleBlock.Of(record, CidCodec.Raw);
        }
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> car)
    {
        if (!Varint.TryRead(car, out ulong length, out int used))
        {
            throw new InvalidDataException("length is no varint");
        }

        var taken = car.Slice(used, checked((int)length));
        car = car[(used + taken.Length)..];
        return taken;
    }

    private static void Ok(CborError error)
    {
        if (error != CborError.None) throw new InvalidDataException($"header: {error}");
    }
}
