using System.Text;
using Atproto.Cbor;
using Atproto.Multiformats;

namespace Atproto.Tests.Cbor;

/// <summary>The strict reader: one item taken, or the cause and nothing taken.</summary>
public sealed class CborReaderTests
{
    private const string Digest =
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    // How a test takes one item; null when what it took is not looked at.
    public enum Read
    {
        Map,
        Array,
        Text,
        Bytes,
        Unsigned,
        Int32,
        KeyA,
        Link,
        LinkBinary,
        AnyLink,
    }

    [Test]
    [Arguments(Read.Map, "a1616100", 1)]
    [Arguments(Read.Array, "820000", 1)]
    [Arguments(Read.Text, "626161", 3)]
    [Arguments(Read.Bytes, "426161", 3)]
    [Arguments(Read.Unsigned, "1bffffffffffffffff", 9)]
    [Arguments(Read.Int32, "1a7fffffff", 5)]
    [Arguments(Read.KeyA, "6161", 2)]
    [Arguments(Read.Link, "d82a58250001711220" + Digest, 41)]
    [Arguments(Read.LinkBinary, "d82a58250001711220" + Digest, 41)]
    [Arguments(Read.LinkBinary, "d82a58250001551220" + Digest, 41)]
    [Arguments(Read.AnyLink, "d82a582500015512 20" + Digest, 41)]
    [Arguments(Read.AnyLink, "d82a5823001220" + Digest, 39)] // version 0
    [Arguments(Read.AnyLink, "d82a4600015500 01ff", 9)] // identity hash
    public void Read_Item_TakesItWhole(Read read, string hex, int length)
    {
        var input = Hex(hex);
        var reader = new CborReader(input);
        Assert.Equal(CborError.None, Take(ref reader, read));
        Assert.Equal(length, reader.Offset);
    }

    [Test]
    [Arguments(Read.Map, "00", CborError.WrongType)]
    [Arguments(Read.Map, "a2616100", CborError.LengthBeyondInput)]
    [Arguments(Read.Array, "a0", CborError.WrongType)]
    [Arguments(Read.Array, "8200", CborError.LengthBeyondInput)]
    [Arguments(Read.Text, "4161", CborError.WrongType)]
    [Arguments(Read.Bytes, "6161", CborError.WrongType)]
    [Arguments(Read.Unsigned, "20", CborError.WrongType)]
    [Arguments(Read.Unsigned, "1801", CborError.NotShortestForm)]
    [Arguments(Read.Unsigned, "1c", CborError.IndefiniteOrReserved)]
    [Arguments(Read.Int32, "1a80000000", CborError.IntegerOutOfRange)]
    [Arguments(Read.Int32, "1bffffffffffffffff", CborError.IntegerOutOfRange)]
    [Arguments(Read.Int32, "20", CborError.WrongType)]
    [Arguments(Read.KeyA, "6162", CborError.KeyUnexpected)]
    [Arguments(Read.KeyA, "60", CborError.KeyUnexpected)]
    [Arguments(Read.KeyA, "4161", CborError.KeyNotText)]
    [Arguments(Read.Link, "d82a58250001551220" + Digest, CborError.LinkNotBlessed)] // raw
    [Arguments(Read.Link, "d82a5823001220" + Digest, CborError.LinkNotBlessed)] // version 0
    [Arguments(Read.Link, "d82a58250001711320" + Digest, CborError.LinkNotBlessed)] // SHA-512
    [Arguments(Read.Link, "d82a58250101711220" + Digest, CborError.LinkMalformed)]
    [Arguments(Read.Link, "d82b58250001711220" + Digest, CborError.TagUnknown)]
    [Arguments(Read.Link, "f6", CborError.WrongType)]
    [Arguments(Read.LinkBinary, "d82a5823001220" + Digest, CborError.LinkNotBlessed)]
    [Arguments(Read.AnyLink, "d82a78250001711220" + Digest, CborError.LinkMalformed)] // on text
    [Arguments(Read.AnyLink, "d82a58260001711220" + Digest + "00", CborError.LinkMalformed)]
    [Arguments(Read.AnyLink, "d82a4000", CborError.LinkMalformed)]
    public void Read_Refused_TakesNothing(Read read, string hex, CborError expected)
    {
        var reader = new CborReader(Hex("00" + hex));
        Assert.Equal(CborError.None, reader.ReadUnsigned(out _));
        Assert.Equal(expected, Take(ref reader, read));
        Assert.Equal(1, reader.Offset);
        Assert.Equal(expected, Take(ref reader, read));
    }

    [Test]
    [Arguments(Read.Text, "7803616263")]
    [Arguments(Read.Map, "b818")]
    [Arguments(Read.Unsigned, "1bffffffffffffffff")]
    [Arguments(Read.Int32, "1a7fffffff")]
    [Arguments(Read.KeyA, "6161")]
    [Arguments(Read.Link, "d82a58250001711220" + Digest)]
    [Arguments(Read.LinkBinary, "d82a58250001711220" + Digest)]
    [Arguments(Read.AnyLink, "d82a58250001551220" + Digest)]
    public void Read_CutAnywhere_TakesNothing(Read read, string hex)
    {
        byte[] input = Hex(hex);
        for (int length = 0; length < input.Length; length++)
        {
            var reader = new CborReader(input.AsSpan(0, length));
            var error = Take(ref reader, read);
            Assert.True(
                error is CborError.UnexpectedEnd or CborError.LengthBeyondInput
                    or CborError.NotShortestForm,
                $"{error} at {length}");
            Assert.Equal(0, reader.Offset);
        }
    }

    [Test]
    public void ReadArray_ItemsAtTheLimit_AreReadAndOneMoreIsNot()
    {
        byte[] input = new byte[CborLimits.ItemsMax + 6];
        Hex("9a00100000").CopyTo(input, 0);
        var reader = new CborReader(input);
        Assert.Equal(CborError.None, reader.ReadArray(out int count));
        Assert.Equal(CborLimits.ItemsMax, count);

        input[4] = 1;
        reader = new CborReader(input);
        Assert.Equal(CborError.TooManyItems, reader.ReadArray(out _));
        Assert.Equal(0, reader.Offset);
    }

    [Test]
    public void TryReadNull_OnlyTakesNull()
    {
        var reader = new CborReader(Hex("f6f5"));
        Assert.True(reader.TryReadNull());
        Assert.False(reader.TryReadNull());
        Assert.Equal(1, reader.Offset);
        Assert.False(reader.AtEnd);
        Assert.False(new CborReader([]).TryReadNull());
    }

    [Test]
    public void ReadLink_BlessedLink_GivesItsCid()
    {
        var cid = Cid.Of(CidCodec.DagCbor, "x"u8);
        byte[] input = new byte[41];
        Hex("d82a582500").CopyTo(input, 0);
        cid.CopyTo(input.AsSpan(5));
        var reader = new CborReader(input);
        Assert.Equal(CborError.None, reader.ReadLink(out var read));
        Assert.Equal(cid, read);
        Assert.True(reader.AtEnd);
    }

    [Test]
    [Arguments("", "", 0)]
    [Arguments("b", "aa", -1)]
    [Arguments("aa", "b", 1)]
    [Arguments("ab", "aa", 1)]
    [Arguments("é", "zz", 1)] // the same length in bytes, not in characters
    public void Compare_Keys_ShorterFirstThenBytewise(string left, string right, int sign) =>
        Assert.Equal(
            sign,
            Math.Sign(CborKeyOrder.Compare(
                Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right))));

    private static CborError Take(ref CborReader reader, Read read) => read switch
    {
        Read.Map => reader.ReadMap(out _),
        Read.Array => reader.ReadArray(out _),
        Read.Text => reader.ReadText(out _),
        Read.Bytes => reader.ReadBytes(out _),
        Read.Unsigned => reader.ReadUnsigned(out _),
        Read.Int32 => reader.ReadInt32(out _),
        Read.KeyA => reader.ReadKey("a"u8),
        Read.Link => reader.ReadLink(out _),
        Read.LinkBinary => reader.ReadLinkBinary(out _),
        _ => reader.ReadAnyLink(out _),
    };

    private static byte[] Hex(string hex) =>
        Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
