using System.Buffers;
using Atproto.Car;
using Atproto.Cbor;
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
/// A CAR taken apart, written apart from the product's reader so that tests can compare the two. Only
/// for CARs that are right: it throws on all others.
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

    public byte[] ToBytes()
    {
        var output = new ArrayBufferWriter<byte>();
        CarWriter.WriteHeader(output, [.. Roots]);
        foreach (var block in Blocks) CarWriter.WriteSection(output, block.Cid, block.Bytes);
        return output.WrittenSpan.ToArray();
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
