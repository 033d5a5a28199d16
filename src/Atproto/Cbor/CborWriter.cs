using System.Buffers;
using System.Buffers.Binary;
using Atproto.Multiformats;

namespace Atproto.Cbor;

/// <summary>
/// Writes DAG-CBOR in its one canonical form, except for the order of map keys: the caller writes
/// them shortest first, then bytewise (https://atproto.com/specs/data-model). Containers state
/// their length.
/// </summary>
public readonly ref struct CborWriter(IBufferWriter<byte> output)
{
    private const byte CidTag = 42;

    private readonly IBufferWriter<byte> _output = output;

    public void WriteMap(int pairCount) => WriteHead(CborMajorType.Map, (ulong)pairCount);

    public void WriteArray(int itemCount) => WriteHead(CborMajorType.Array, (ulong)itemCount);

    public void WriteText(ReadOnlySpan<byte> utf8) => WriteString(CborMajorType.Text, utf8);

    public void WriteBytes(ReadOnlySpan<byte> bytes) => WriteString(CborMajorType.Bytes, bytes);

    /// <summary>What stands before a byte string, whose content the caller then writes.</summary>
    public void WriteBytesHead(int length) => WriteHead(CborMajorType.Bytes, (ulong)length);

    public void WriteInteger(long value)
    {
        if (value >= 0) WriteHead(CborMajorType.Unsigned, (ulong)value);
        else WriteHead(CborMajorType.Negative, ~(ulong)value);
    }

    public void WriteBoolean(bool value) => WriteByte(value ? (byte)0xf5 : (byte)0xf4);

    public void WriteNull() => WriteByte(0xf6);

    /// <summary>A link: tag 42 on a zero byte and the binary CID.</summary>
    public void WriteLink(in Cid cid)
    {
        WriteHead(CborMajorType.Tag, CidTag);
        WriteHead(CborMajorType.Bytes, Cid.Bytes + 1);
        var span = _output.GetSpan(Cid.Bytes + 1);
        span[0] = 0;
        cid.CopyTo(span[1..]);
        _output.Advance(Cid.Bytes + 1);
    }

    /// <summary>The link, or null for a default CID.</summary>
    public void WriteLinkOrNull(in Cid cid)
    {
        if (cid == default) WriteNull();
        else WriteLink(cid);
    }

    private void WriteString(CborMajorType type, ReadOnlySpan<byte> content)
    {
        WriteHead(type, (ulong)content.Length);
        _output.Write(content);
    }

    private void WriteHead(CborMajorType type, ulong argument)
    {
        var span = _output.GetSpan(9);
        int initial = (int)type << 5;
        int length;
        if (argument < 24)
        {
            span[0] = (byte)(initial | (int)argument);
            length = 1;
        }
        else if (argument <= byte.MaxValue)
        {
            span[0] = (byte)(initial | 24);
            span[1] = (byte)argument;
            length = 2;
        }
        else if (argument <= ushort.MaxValue)
        {
            span[0] = (byte)(initial | 25);
            BinaryPrimitives.WriteUInt16BigEndian(span[1..], (ushort)argument);
            length = 3;
        }
        else if (argument <= uint.MaxValue)
        {
            span[0] = (byte)(initial | 26);
            BinaryPrimitives.WriteUInt32BigEndian(span[1..], (uint)argument);
            length = 5;
        }
        else
        {
            span[0] = (byte)(initial | 27);
            BinaryPrimitives.WriteUInt64BigEndian(span[1..], argument);
            length = 9;
        }

        _output.Advance(length);
    }

    private void WriteByte(byte value)
    {
        _output.GetSpan(1)[0] = value;
        _output.Advance(1);
    }
}
