using System.Buffers;
using Atproto.Cbor;
using Atproto.Multiformats;

namespace Atproto.Car;

/// <summary>
/// Writes CAR version 1 (https://ipld.io/specs/transport/car/carv1): a header, then sections.
/// <see cref="CarLength"/> says beforehand how long they get. Nothing is hashed here: the caller
/// vouches that each block belongs to its CID.
/// </summary>
public static class CarWriter
{
    // More would take a longer array head than CarLength reckons with; nobody writes more than one.
    private const int RootsMax = 23;

    /// <summary>The same as bytes of their own.</summary>
    public static byte[] Header(params ReadOnlySpan<Cid> roots)
    {
        var output = new ArrayBufferWriter<byte>(CarLength.Header(roots.Length));
        WriteHeader(output, roots);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A header with at most 23 roots; a repo's names its commit alone.</summary>
    public static void WriteHeader(IBufferWriter<byte> output, params ReadOnlySpan<Cid> roots)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(roots.Length, RootsMax, nameof(roots));
        WriteVarint(output, (ulong)CarLength.HeaderContent(roots.Length));
        var cbor = new CborWriter(output);
        cbor.WriteMap(2);
        cbor.WriteText("roots"u8);
        cbor.WriteArray(roots.Length);
        foreach (ref readonly var root in roots) cbor.WriteLink(root);
        cbor.WriteText("version"u8);
        cbor.WriteInteger(1);
    }

    /// <summary>What stands before a section's data, which the caller then writes itself.</summary>
    public static void WriteSectionHead(IBufferWriter<byte> output, in Cid cid, int dataLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(dataLength);
        WriteVarint(output, (ulong)((long)Cid.Bytes + dataLength));
        cid.CopyTo(output.GetSpan(Cid.Bytes));
        output.Advance(Cid.Bytes);
    }

    public static void WriteSection(
        IBufferWriter<byte> output, in Cid cid, ReadOnlySpan<byte> data)
    {
        WriteSectionHead(output, cid, data.Length);
        output.Write(data);
    }

    private static void WriteVarint(IBufferWriter<byte> output, ulong value) =>
        output.Advance(Varint.Write(output.GetSpan(10), value));
}
