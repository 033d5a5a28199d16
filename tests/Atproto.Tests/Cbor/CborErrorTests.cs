using Atproto.Cbor;

namespace Atproto.Tests.Cbor;

/// <summary>Every cause for which CBOR is refused, from the outside.</summary>
public sealed class CborErrorTests
{
    private const string Link0 = "d82a58250001711220"
        + "0000000000000000000000000000000000000000000000000000000000000000";

    [Theory]
    [InlineData("", CborError.UnexpectedEnd)] // nothing at all
    [InlineData("18", CborError.UnexpectedEnd)] // a head of two bytes, cut
    [InlineData("19ff", CborError.UnexpectedEnd)]
    [InlineData("1affffff", CborError.UnexpectedEnd)]
    [InlineData("1bffffffffffffff", CborError.UnexpectedEnd)]
    [InlineData("a10000", CborError.KeyNotText)]
    [InlineData("4100ff", CborError.TrailingBytes)]
    [InlineData("0000", CborError.TrailingBytes)]
    [InlineData("41", CborError.LengthBeyondInput)] // bytes of one, none there
    [InlineData("6261", CborError.LengthBeyondInput)]
    [InlineData("81", CborError.LengthBeyondInput)]
    [InlineData("a16161", CborError.UnexpectedEnd)] // a pair of two bytes fits, its value does not
    [InlineData("a161", CborError.LengthBeyondInput)]
    [InlineData("5b7fffffffffffffff", CborError.LengthBeyondInput)]
    [InlineData("5bffffffffffffffff", CborError.LengthBeyondInput)]
    [InlineData("9bffffffffffffffff", CborError.LengthBeyondInput)]
    [InlineData("bbffffffffffffffff", CborError.LengthBeyondInput)]
    [InlineData("1817", CborError.NotShortestForm)]
    [InlineData("1900ff", CborError.NotShortestForm)]
    [InlineData("1a0000ffff", CborError.NotShortestForm)]
    [InlineData("1b00000000ffffffff", CborError.NotShortestForm)]
    [InlineData("3817", CborError.NotShortestForm)]
    [InlineData("580100", CborError.NotShortestForm)]
    [InlineData("780161", CborError.NotShortestForm)]
    [InlineData("980100", CborError.NotShortestForm)]
    [InlineData("b801616100", CborError.NotShortestForm)]
    [InlineData("d9002a41 00", CborError.NotShortestForm)]
    [InlineData("1c", CborError.IndefiniteOrReserved)]
    [InlineData("3d", CborError.IndefiniteOrReserved)]
    [InlineData("5e", CborError.IndefiniteOrReserved)]
    [InlineData("5f4100ff", CborError.IndefiniteOrReserved)]
    [InlineData("7f6161ff", CborError.IndefiniteOrReserved)]
    [InlineData("9fff", CborError.IndefiniteOrReserved)]
    [InlineData("bfff", CborError.IndefiniteOrReserved)]
    [InlineData("ff", CborError.IndefiniteOrReserved)]
    [InlineData("fc", CborError.IndefiniteOrReserved)]
    [InlineData("a1416100", CborError.KeyNotText)]
    [InlineData("a1f600", CborError.KeyNotText)]
    [InlineData("a2616200616100", CborError.KeysUnsorted)]
    [InlineData("a262616100616200", CborError.KeysUnsorted)] // longer before shorter
    [InlineData("a2616100616100", CborError.KeyDuplicate)]
    [InlineData("c000", CborError.TagUnknown)]
    [InlineData("c24101", CborError.TagUnknown)] // a big number
    [InlineData("d82b00", CborError.TagUnknown)]
    [InlineData("d9d9f700", CborError.TagUnknown)] // "this is CBOR"
    [InlineData("d82a00", CborError.LinkMalformed)] // tag 42 on an integer
    [InlineData("d82a6100", CborError.LinkMalformed)] // on text
    [InlineData("d82a40", CborError.LinkMalformed)] // on nothing
    [InlineData("d82a4100", CborError.LinkMalformed)] // a zero byte and no CID
    [InlineData("d82a450155122000", CborError.LinkMalformed)] // no zero byte
    [InlineData("d82a", CborError.UnexpectedEnd)]
    [InlineData("d82a5825", CborError.LengthBeyondInput)]
    [InlineData("f97e00", CborError.FloatNotAllowed)]
    [InlineData("fa3f800000", CborError.FloatNotAllowed)]
    [InlineData("fb3ff0000000000000", CborError.FloatNotAllowed)]
    [InlineData("fb3ff00000000000", CborError.UnexpectedEnd)]
    [InlineData("e0", CborError.SimpleNotAllowed)]
    [InlineData("f3", CborError.SimpleNotAllowed)]
    [InlineData("f7", CborError.SimpleNotAllowed)]
    [InlineData("f814", CborError.SimpleNotAllowed)] // false in two bytes
    [InlineData("f820", CborError.SimpleNotAllowed)]
    [InlineData("61ff", CborError.TextNotUtf8)]
    [InlineData("62c080", CborError.TextNotUtf8)] // over-long
    [InlineData("63eda080", CborError.TextNotUtf8)] // a surrogate
    [InlineData("a161ff00", CborError.TextNotUtf8)] // in a key
    public void Block_Malformed_IsRefusedByItsCause(string hex, CborError expected) =>
        Assert.Equal(expected, CborCheck.Block(Hex(hex), CborRules.Strict));

    [Theory]
    [InlineData("00")]
    [InlineData("1818")]
    [InlineData("190100")]
    [InlineData("1a00010000")]
    [InlineData("1b0000000100000000")]
    [InlineData("1bffffffffffffffff")]
    [InlineData("3bffffffffffffffff")]
    [InlineData("40")]
    [InlineData("60")]
    [InlineData("80")]
    [InlineData("a0")]
    [InlineData("f4")]
    [InlineData("f5")]
    [InlineData("f6")]
    [InlineData("a2616200626161f6")]
    [InlineData("64f09f9880")]
    public void Block_Canonical_IsAccepted(string hex)
    {
        Assert.Equal(CborError.None, CborCheck.Block(Hex(hex), CborRules.Strict));
        Assert.Equal(CborError.None, CborCheck.Block(Hex(hex), CborRules.Lenient));
    }

    [Theory]
    [InlineData("a2616200616100", CborError.None)] // unsorted keys
    [InlineData("a3616200616100616200", CborError.KeyDuplicate)] // the twins are no neighbours
    [InlineData("a3616200616100616100", CborError.KeyDuplicate)]
    [InlineData("a46163a2616200616100616201626161006162f6", CborError.KeyDuplicate)]
    [InlineData("f93c00", CborError.None)]
    [InlineData("fa7f7fffff", CborError.None)]
    [InlineData("fb7fefffffffffffff", CborError.None)]
    [InlineData("f97e00", CborError.FloatNotFinite)]
    [InlineData("f97c00", CborError.FloatNotFinite)]
    [InlineData("faff800000", CborError.FloatNotFinite)]
    [InlineData("fb7ff8000000000000", CborError.FloatNotFinite)]
    [InlineData("fbfff0000000000000", CborError.FloatNotFinite)]
    [InlineData("f7", CborError.None)]
    [InlineData("f814", CborError.SimpleNotAllowed)]
    [InlineData("e0", CborError.SimpleNotAllowed)]
    [InlineData("61ff", CborError.None)]
    [InlineData("1817", CborError.NotShortestForm)]
    [InlineData("9fff", CborError.IndefiniteOrReserved)]
    [InlineData("c000", CborError.TagUnknown)]
    [InlineData("a1416100", CborError.KeyNotText)]
    [InlineData("d82a4100", CborError.LinkMalformed)]
    [InlineData("d82a4600 0155 0001 ff", CborError.None)] // identity hash of one byte
    [InlineData("d82a4700 0155 0001 ffff", CborError.LinkMalformed)] // a byte behind it
    [InlineData("0000", CborError.TrailingBytes)]
    public void Block_Lenient_TakesWhatOldRecordsHold(string hex, CborError expected) =>
        Assert.Equal(expected, CborCheck.Block(Hex(hex), CborRules.Lenient));

    [Theory]
    [InlineData(CborRules.Strict)]
    [InlineData(CborRules.Lenient)]
    public void Block_NestingAtTheLimit_IsAcceptedAndOneMoreIsNot(CborRules rules)
    {
        Assert.Equal(CborError.None, CborCheck.Block(Nested(CborLimits.DepthMax), rules));
        Assert.Equal(CborError.TooDeep, CborCheck.Block(Nested(CborLimits.DepthMax + 1), rules));
        Assert.Equal(CborError.TooDeep, CborCheck.Block(Nested(1_000_000), rules));

        // Maps count as arrays do.
        byte[] maps = [.. Enumerable.Repeat<byte[]>([0xa1, 0x60], CborLimits.DepthMax)
            .SelectMany(pair => pair), 0];
        Assert.Equal(CborError.None, CborCheck.Block(maps, rules));
        Assert.Equal(CborError.TooDeep, CborCheck.Block([0xa1, 0x60, .. maps], rules));
    }

    [Theory]
    [InlineData(0x9a)]
    [InlineData(0xba)]
    public void Block_ItemsAtTheLimit_AreAcceptedAndOneMoreIsNot(byte head)
    {
        Assert.Equal(CborError.None, CborCheck.Block(Items(CborLimits.ItemsMax), CborRules.Strict));
        Assert.Equal(
            CborError.TooManyItems,
            CborCheck.Block(Items(CborLimits.ItemsMax + 1), CborRules.Strict));

        byte[] Items(int count)
        {
            var block = new List<byte> { head };
            block.AddRange(Big(count));
            for (int i = 0; i < count; i++)
            {
                // Keys in order: text of four bytes each, numbered.
                if (head == 0xba) block.AddRange([0x64, .. Digits(i)]);
                block.Add(0xf6);
            }

            return [.. block];
        }

        static byte[] Digits(int i) =>
            [(byte)((i >> 18) & 63), (byte)((i >> 12) & 63), (byte)((i >> 6) & 63), (byte)(i & 63)];
    }

    [Fact]
    public void Block_CutAnywhere_IsNeverAccepted()
    {
        byte[] block = Hex(
            "a7616100616243010203616366c3a9c3a8c3a962616283f4f5f6" + "626163" + Link0
            + "636c6f6e1903e86464656570a16178818180");
        Assert.Equal(CborError.None, CborCheck.Block(block, CborRules.Strict));
        for (int length = 0; length < block.Length; length++)
        {
            foreach (var rules in (CborRules[])[CborRules.Strict, CborRules.Lenient])
            {
                Assert.Contains(
                    CborCheck.Block(block.AsSpan(0, length), rules),
                    (CborError[])[CborError.UnexpectedEnd, CborError.LengthBeyondInput]);
            }
        }
    }

    [Fact]
    public void Block_UnsortedAtEveryLevel_AllocatesAboutItsSize()
    {
        // Each level compares its own keys only, however much lies below them.
        byte[] inner = [0x5a, .. Big(1 << 20), .. new byte[1 << 20]];
        byte[] block = inner;
        for (int level = 0; level < 100; level++)
        {
            block = [0xa2, 0x61, (byte)'b', .. block, 0x61, (byte)'a', 0];
        }

        Assert.Equal(CborError.None, CborCheck.Block(block, CborRules.Lenient));
        long before = GC.GetAllocatedBytesForCurrentThread();
        CborCheck.Block(block, CborRules.Lenient);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, block.Length);
    }

    [Fact]
    public void Describe_EveryCause_HasWordsOfItsOwn()
    {
        var causes = Enum.GetValues<CborError>().Where(e => e != CborError.None).ToList();
        Assert.Equal(causes.Count, causes.Select(e => e.Describe()).Distinct().Count());
    }

    private static byte[] Nested(int depth) =>
        [.. Enumerable.Repeat((byte)0x81, depth), 0];

    private static byte[] Big(int value) =>
        [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static byte[] Hex(string hex) =>
        Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
