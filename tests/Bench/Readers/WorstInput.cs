using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Atproto.Cbor;
using Atproto.Multiformats;
using Samples;

namespace Bench.Readers;

/// <summary>Inputs that cost a reader the most for their size, as far as anyone knows.</summary>
internal static class WorstInput
{
    /// <summary>
    /// Maps in maps to the greatest depth, their keys out of order, and many small values at the
    /// bottom: what each map costs must not be what is below it.
    /// </summary>
    internal static byte[] NestedMapsOutOfOrder(int bytes)
    {
        const int Depth = CborLimits.DepthMax - 2;
        var output = new ArrayBufferWriter<byte>(bytes + 1024);
        var cbor = new CborWriter(output);
        for (int i = 0; i < Depth; i++)
        {
            cbor.WriteMap(2);
            cbor.WriteText("b"u8);
        }

        int arrays = (bytes / CborLimits.ItemsMax) + 1;
        cbor.WriteArray(arrays);
        for (int i = 0; i < arrays; i++)
        {
            cbor.WriteArray(bytes / arrays);
            output.GetSpan(bytes / arrays)[..(bytes / arrays)].Fill(0x01);
            output.Advance(bytes / arrays);
        }

        for (int i = 0; i < Depth; i++)
        {
            cbor.WriteText("a"u8);
            cbor.WriteNull();
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>One map whose keys differ in their last letters, in falling order.</summary>
    internal static byte[] KeysOutOfOrder(int bytes)
    {
        const int PairBytes = 42;
        int pairs = bytes / PairBytes;
        var output = new ArrayBufferWriter<byte>(bytes + 1024);
        var cbor = new CborWriter(output);
        cbor.WriteMap(pairs);
        for (int i = pairs; i > 0; i--)
        {
            cbor.WriteText(Ascii($"{new string('k', 31)}{i:d8}"));
            cbor.WriteNull();
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>A record of one text of this byte, over and over.</summary>
    internal static byte[] TextOf(byte value, int bytes)
    {
        var output = new ArrayBufferWriter<byte>(bytes + 1024);
        var cbor = new CborWriter(output);
        cbor.WriteMap(1);
        cbor.WriteText("t"u8);
        byte[] text = new byte[bytes];
        Array.Fill(text, value);
        cbor.WriteText(text);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Maps that look like references to blobs up to their last value.</summary>
    internal static byte[] NearlyBlobs(int bytes)
    {
        byte[] one = SampleRecord.Encode(
            ("$type", "blob"), ("ref", Cid.Of(CidCodec.Raw, default)), ("size", 1),
            ("mimeType", "x"));
        int count = bytes / one.Length;
        var output = new ArrayBufferWriter<byte>(bytes + 1024);
        var cbor = new CborWriter(output);
        cbor.WriteMap(1);
        cbor.WriteText("l"u8);
        cbor.WriteArray(count);
        for (int i = 0; i < count; i++) output.Write(one);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A header of so many roots.</summary>
    internal static byte[] Roots(int bytes)
    {
        const int LinkBytes = 41;
        int count = bytes / LinkBytes;
        var content = new ArrayBufferWriter<byte>(bytes + 64);
        var cbor = new CborWriter(content);
        cbor.WriteMap(2);
        cbor.WriteText("roots"u8);
        cbor.WriteArray(count);
        for (int i = 0; i < count; i++) cbor.WriteLink(Cid.Of(CidCodec.DagCbor, default));
        cbor.WriteText("version"u8);
        cbor.WriteInteger(1);
        byte[] prefix = new byte[10];
        int length = Varint.Write(prefix, (ulong)content.WrittenCount);
        return [.. prefix.AsSpan(0, length), .. content.WrittenSpan];
    }

    /// <summary>The smallest blocks there can be, each another one.</summary>
    internal static byte[] TinyBlocks(int bytes)
    {
        const int SectionBytes = 42;
        var blocks = new List<SampleBlock>();
        for (int i = 0; i < bytes / SectionBytes; i++)
        {
            byte[] content = new byte[5];
            content[0] = 0x1a;
            BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(1), i + (1 << 20));
            blocks.Add(SampleBlock.Of(content));
        }

        return new SampleCar([blocks[0].Cid], blocks).ToBytes();
    }

    /// <summary>CIDs of nothing, all alike but in a few bytes.</summary>
    internal static Cid[] ChosenCids(int count)
    {
        var cids = new Cid[count];
        byte[] digest = new byte[32];
        for (int i = 0; i < count; i++)
        {
            // Not among the first eight bytes, by which a hasty table would tell them apart.
            BinaryPrimitives.WriteInt32BigEndian(digest.AsSpan(8), i);
            cids[i] = new Cid(CidCodec.DagCbor, digest);
        }

        return cids;
    }

    /// <summary>CIDs in one place of a table of blocks, found by their first bytes.</summary>
    internal static Cid[] CrowdedCids(int count)
    {
        var cids = new Cid[count];
        byte[] digest = new byte[32];
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(digest.AsSpan(4), i);
            cids[i] = new Cid(CidCodec.DagCbor, digest);
        }

        return cids;
    }

    /// <summary>
    /// A #commit that brings blocks of nothing along under chosen CIDs, as many as fit.
    /// </summary>
    internal static byte[] CommitWithStrangers(int bytes)
    {
        var repo = new WrittenRepo(SampleIdentity.Plc("strangers"), null);
        var commit = repo.Write(["com.example.a/a"], []);
        // A length, a CID, and no content.
        var strangers = ChosenCids(bytes / 37).Select(cid => new SampleBlock(cid, []));
        var car = commit.Car with { Blocks = [.. commit.Car.Blocks, .. strangers] };
        return (commit with { Car = car }).ToFrame();
    }

    /// <summary>A CAR of a repo whose long keys share nearly all they have.</summary>
    internal static byte[] LongKeys(int records)
    {
        using var key = SampleKey.FromSeed(SampleCurve.K256, "long");
        string rest = new('k', 500);
        byte[] record = SampleRecord.Encode(("n", 1));
        return SampleRepo.Build(
            SampleIdentity.Plc("long"), key, "3jzfcijpj2z2a", Enumerable.Range(0, records).Select(
                i => (string.Create(CultureInfo.InvariantCulture, $"com.example.a/{rest}{i:d8}"),
                    record))).ToCar();
    }

    /// <summary>A proof that is full of blocks that begin like nodes.</summary>
    internal static byte[] JunkNodes(int bytes)
    {
        byte[] repo = LongKeys(10);
        var car = SampleCar.Read(repo);
        byte[] start = [0xa2, 0x61, (byte)'e', 0x80, 0x61, (byte)'l', 0xf6, 0, 0, 0, 0];
        var junk = Enumerable.Range(0, bytes / (start.Length + 37)).Select(i =>
        {
            byte[] content = [.. start];
            BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(7), i);
            return SampleBlock.Of(content);
        });
        return (car with { Blocks = [.. car.Blocks, .. junk] }).ToBytes();
    }

    /// <summary>A document of keys that are others', but for the last.</summary>
    internal static byte[] Document(string did, int bytes)
    {
        var text = new StringBuilder($"{{\"id\":\"{did}\",\"verificationMethod\":[");
        string method = $"{{\"controller\":\"{did}\",\"type\":\"x\",\"id\":\"{did}#atproto\"}}";
        for (int left = bytes - 100; left > method.Length; left -= method.Length + 1)
        {
            text.Append(method).Append(',');
        }

        return Encoding.ASCII.GetBytes(text.Append("{}]}").ToString());
    }

    internal static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
