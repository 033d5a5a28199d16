using System.Buffers;
using Atproto.Cbor;
using Atproto.Multiformats;

namespace Atproto.Car;

/// <summary>
/// Writes CAR version 1 (https://ipld.io/specs/transport/car/carv1): a header, then sections. Every
/// length is known before anything is written, so that a response can state its own. Nothing is hashed
/// here: the caller vouches that each block belongs to its CID.
/// </summary>
public static class CarWriter
{
    // a2 65 "roots" in front of the roots and 67 "version" 01 behind them.
    private const int HeaderFixedBytes = 16;

    // Tag 42, the byte string's head, the zero byte, and the CID.
    private const int RootBytes = 5 + Cid.Bytes;

    /// <summary>Bytes of the header with its length in front: 59 with one root.</summary>
    public static int HeaderLength(int rootCount)
    {
        int body = HeaderBodyLength(rootCount);
        return Varint.Length((ulong)body) + body;
    }

    /// <summary>Bytes of a section that holds so many bytes of data, with its length in front.</summary>
    public static int SectionLength(int dataLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(dataLength);
        int body = checked(Cid.Bytes + dataLength);
        return Varint.Length((ulong)body) + body;
    }

    /// <summary>The header with its length in front, by itself.</summary>
    public static byte[] Header(params ReadOnlySpan<Cid> roots)
    {
        var output = new ArrayBufferWriter<byte>(HeaderLength(roots.Length));
        WriteHeader(output, roots);
        return output.WrittenSpan.ToArray();
    }

    public static void WriteHeader(IBufferWriter<byte> output, params ReadOnlySpan<Cid> roots)
    {
        WriteVarint(output, (ulong)HeaderBodyLength(roots.Length));
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

    private static int HeaderBodyLength(int rootCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rootCount);
        // A CBOR array states its length in one byte up to 23, then in two, three or five.
        int arrayHead = rootCount switch
        {
            < 24 => 1,
            <= byte.MaxValue => 2,
            <= ushort.MaxValue => 3,
            _ => 5,
        };
        return checked(HeaderFixedBytes + arrayHead + (rootCount * RootBytes));
    }

    private static void WriteVarint(IBufferWriter<byte> output, ulong value) =>
        output.Advance(Varint.Write(output.GetSpan(10), value));
}
