using System.Buffers.Binary;
using Atproto.Multiformats;

namespace Atproto.Cbor;

/// <summary>
/// Strict DAG-CBOR over a span, item by item, without copying (RFC 8949; the subset of
/// https://atproto.com/specs/data-model). Every Read either takes one item and returns None, or
/// returns the cause and takes nothing.
/// </summary>
public ref struct CborReader(ReadOnlySpan<byte> input)
{
    private const byte Null = 0xf6;
    private const ulong CidTag = 42;

    // Tag 42, a byte string of 37, and the zero byte in front of a 36-byte CID.
    private static ReadOnlySpan<byte> LinkHead => [0xd8, 0x2a, 0x58, 0x25, 0x00];

    private readonly ReadOnlySpan<byte> _input = input;

    /// <summary>Bytes taken so far.</summary>
    public int Offset { get; private set; } = 0;

    /// <summary>Whether every byte was taken.</summary>
    public readonly bool AtEnd => Offset == _input.Length;

    /// <summary>Whether the next item is null; takes it if so.</summary>
    public bool TryReadNull()
    {
        if (AtEnd || _input[Offset] != Null) return false;
        Offset++;
        return true;
    }

    /// <summary>How many pairs follow.</summary>
    public CborError ReadMap(out int pairCount) =>
        ReadContainer(CborMajorType.Map, 2, out pairCount);

    /// <summary>How many items follow.</summary>
    public CborError ReadArray(out int itemCount) =>
        ReadContainer(CborMajorType.Array, 1, out itemCount);

    /// <summary>The bytes of a text; whether they are UTF-8 is the caller's question.</summary>
    public CborError ReadText(out ReadOnlySpan<byte> text) =>
        ReadString(CborMajorType.Text, out text);

    public CborError ReadBytes(out ReadOnlySpan<byte> bytes) =>
        ReadString(CborMajorType.Bytes, out bytes);

    /// <summary>An integer of at least zero.</summary>
    public CborError ReadUnsigned(out ulong value)
    {
        var error = PeekHead(out var type, out value, out int headBytes);
        if (error != CborError.None) return error;
        if (type != CborMajorType.Unsigned) return CborError.WrongType;
        Offset += headBytes;
        return CborError.None;
    }

    /// <summary>An integer of at least zero that fits an Int32.</summary>
    public CborError ReadInt32(out int value)
    {
        int start = Offset;
        value = 0;
        var error = ReadUnsigned(out ulong wide);
        if (error != CborError.None) return error;
        if (wide > int.MaxValue)
        {
            Offset = start;
            return CborError.IntegerOutOfRange;
        }

        value = (int)wide;
        return CborError.None;
    }

    /// <summary>A text key that must be this one.</summary>
    public CborError ReadKey(ReadOnlySpan<byte> expected)
    {
        int start = Offset;
        var error = ReadText(out var key);
        if (error == CborError.WrongType) return CborError.KeyNotText;
        if (error != CborError.None || key.SequenceEqual(expected)) return error;
        Offset = start;
        return CborError.KeyUnexpected;
    }

    /// <summary>A link, which must be version 1, dag-cbor, SHA-256.</summary>
    public CborError ReadLink(out Cid cid)
    {
        cid = default;
        var error = ReadLinkBinary(out var binary);
        if (error != CborError.None) return error;
        if (Cid.TryRead(binary, out cid) && cid.Codec == CidCodec.DagCbor) return CborError.None;
        Offset -= LinkHead.Length + Cid.Bytes;
        cid = default;
        return CborError.LinkNotBlessed;
    }

    /// <summary>The 36 bytes of a link; other lengths than a blessed CID's are refused.</summary>
    public CborError ReadLinkBinary(out ReadOnlySpan<byte> binary)
    {
        var rest = _input[Offset..];
        binary = default;
        if (!rest.StartsWith(LinkHead)) return WhyNoLink();
        if (rest.Length < LinkHead.Length + Cid.Bytes) return CborError.UnexpectedEnd;
        binary = rest.Slice(LinkHead.Length, Cid.Bytes);
        Offset += LinkHead.Length + Cid.Bytes;
        return CborError.None;
    }

    /// <summary>A link of any version, codec and hash: the bytes behind the zero byte.</summary>
    public CborError ReadAnyLink(out ReadOnlySpan<byte> binary)
    {
        int start = Offset;
        var error = TakeLink(out binary);
        if (error != CborError.None) Offset = start;
        return error;
    }

    /// <summary>
    /// Takes one item whole, whatever it is; only for input that <see cref="CborCheck"/> has
    /// passed.
    /// </summary>
    internal void Skip()
    {
        for (long left = 1; left > 0; left--)
        {
            PeekHead(out var type, out ulong argument, out int headBytes);
            Offset += headBytes;
            switch (type)
            {
                case CborMajorType.Bytes or CborMajorType.Text:
                    Offset += (int)argument;
                    break;
                case CborMajorType.Array:
                    left += (long)argument;
                    break;
                case CborMajorType.Map:
                    left += 2 * (long)argument;
                    break;
                case CborMajorType.Tag:
                    left++;
                    break;
            }
        }
    }

    /// <summary>
    /// The next item's head, without taking it. For simple values and floats the argument is the
    /// bits.
    /// </summary>
    internal readonly CborError PeekHead(
        out CborMajorType type, out ulong argument, out int headBytes)
    {
        type = default;
        argument = 0;
        headBytes = 0;
        if (Offset >= _input.Length) return CborError.UnexpectedEnd;

        byte initial = _input[Offset];
        type = (CborMajorType)(initial >> 5);
        int info = initial & 0x1f;
        if (info < 24)
        {
            argument = (ulong)info;
            headBytes = 1;
            return CborError.None;
        }

        return PeekLongHead(info, type, out argument, out headBytes);
    }

    private readonly CborError PeekLongHead(
        int info, CborMajorType type, out ulong argument, out int headBytes)
    {
        argument = 0;
        headBytes = 0;
        if (info > 27) return CborError.IndefiniteOrReserved;
        int width = 1 << (info - 24);
        var bytes = _input[(Offset + 1)..];
        if (bytes.Length < width) return CborError.UnexpectedEnd;
        argument = width switch
        {
            1 => bytes[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            4 => BinaryPrimitives.ReadUInt32BigEndian(bytes),
            _ => BinaryPrimitives.ReadUInt64BigEndian(bytes),
        };
        headBytes = 1 + width;
        // DAG-CBOR has one encoding per value: a longer one would give the same data another CID.
        // A float's bits are no number to shorten.
        if (type == CborMajorType.Simple) return CborError.None;
        ulong smallest = width == 1 ? 24 : 1UL << (4 * width);
        return argument < smallest ? CborError.NotShortestForm : CborError.None;
    }

    private CborError ReadContainer(CborMajorType wanted, int bytesPerItemMin, out int count)
    {
        count = 0;
        var error = PeekHead(out var type, out ulong argument, out int headBytes);
        if (error != CborError.None) return error;
        if (type != wanted) return CborError.WrongType;
        // Every item takes at least a byte: a larger claim is refused before anyone believes it.
        ulong left = (ulong)(_input.Length - Offset - headBytes);
        if (argument > left / (ulong)bytesPerItemMin) return CborError.LengthBeyondInput;
        if (argument > CborLimits.ItemsMax) return CborError.TooManyItems;
        count = (int)argument;
        Offset += headBytes;
        return CborError.None;
    }

    private CborError ReadString(CborMajorType wanted, out ReadOnlySpan<byte> content)
    {
        content = default;
        var error = PeekHead(out var type, out ulong argument, out int headBytes);
        if (error != CborError.None) return error;
        if (type != wanted) return CborError.WrongType;
        int start = Offset + headBytes;
        if (argument > (ulong)(_input.Length - start)) return CborError.LengthBeyondInput;
        content = _input.Slice(start, (int)argument);
        Offset = start + (int)argument;
        return CborError.None;
    }

    // The precise cause, once the quick comparison with a link's fixed head has failed.
    private readonly CborError WhyNoLink()
    {
        var probe = this;
        var error = probe.TakeLink(out _);
        return error == CborError.None ? CborError.LinkNotBlessed : error;
    }

    private CborError TakeLink(out ReadOnlySpan<byte> binary)
    {
        binary = default;
        var error = PeekHead(out var type, out ulong argument, out int headBytes);
        if (error != CborError.None) return error;
        if (type != CborMajorType.Tag) return CborError.WrongType;
        if (argument != CidTag) return CborError.TagUnknown;
        Offset += headBytes;
        error = ReadBytes(out var bytes);
        if (error == CborError.WrongType) return CborError.LinkMalformed;
        if (error != CborError.None) return error;
        if (bytes.Length == 0 || bytes[0] != 0) return CborError.LinkMalformed;
        binary = bytes[1..];
        return CidBinary.IsWhole(binary) ? CborError.None : CborError.LinkMalformed;
    }
}
