using Atproto.Cbor;

namespace Atproto.Tests.Cbor;

/// <summary>Every cause for which CBOR is refused, from the outside.</summary>
public sealed class CborErrorTests
{
    private const string Link0 = "d82a58250001711220"
        + "0000000000000000000000000000000000000000000000000000000000000000";

    [Test]
    [Arguments("", CborError.UnexpectedEnd)] // nothing at all
    [Arguments("18", CborError.UnexpectedEnd)] // a head of two bytes, cut
    [Arguments("19ff", CborError.UnexpectedEnd)]
    [Arguments("1affffff", CborError.UnexpectedEnd)]
    [Arguments("1bffffffffffffff", CborError.UnexpectedEnd)]
    [Arguments("a10000", CborError.KeyNotText)]
    [Arguments("4100ff", CborError.TrailingBytes)]
    [Arguments("0000", CborError.TrailingBytes)]
    [Arguments("41", CborError.LengthBeyondInput)] // bytes of one, none there
    [Arguments("6261", CborError.LengthBeyondInput)]
    [Arguments("81", CborError.LengthBeyondInput)]
    [Arguments("a16161", CborError.UnexpectedEnd)] // a pair of two bytes fits, its value does not
    [Arguments("a161", CborError.LengthBeyondInput)]
    [Arguments("5b7fffffffffffffff", CborError.LengthBeyondInput)]
    [Arguments("5bffffffffffffffff", CborError.LengthBeyondInput)]
    [Arguments("9bffffffffffffffff", CborError.LengthBeyondInput)]
    [Arguments("bbffffffffffffffff", CborError.LengthBeyondInput)]
    [Arguments("1817", CborError.NotShortestForm)]
    [Arguments("1900ff", CborError.NotShortestForm)]
    [Arguments("1a0000ffff", CborError.NotShortestForm)]
    [Arguments("1b00000000ffffffff", CborError.NotShortestForm)]
    [Arguments("3817", CborError.NotShortestForm)]
    [Arguments("580100", CborError.NotShortestForm)]
    [Arguments("780161", CborError.NotShortestForm)]
    [Arguments("980100", CborError.NotShortestForm)]
    [Arguments("b801616100", CborError.NotShortestForm)]
    [Arguments("d9002a41 00", CborError.NotShortestForm)]
    [Arguments("1c", CborError.IndefiniteOrReserved)]
    [Arguments("3d", CborError.IndefiniteOrReserved)]
    [Arguments("5e", CborError.IndefiniteOrReserved)]
    [Arguments("5f4100ff", CborError.IndefiniteOrReserved)]
    [Arguments("7f6161ff", CborError.IndefiniteOrReserved)]
    [Arguments("9fff", CborError.IndefiniteOrReserved)]
    [Arguments("bfff", CborError.IndefiniteOrReserved)]
    [Arguments("ff", CborError.IndefiniteOrReserved)]
    [Arguments("fc", CborError.IndefiniteOrReserved)]
    [Arguments("a1416100", CborError.KeyNotText)]
    [Arguments("a1f600", CborError.KeyNotText)]
    [Arguments("a2616200616100", CborError.KeysUnsorted)]
    [Arguments("a262616100616200", CborError.KeysUnsorted)] // longer before shorter
    [Arguments("a2616100616100", CborError.KeyDuplicate)]
    [Arguments("c000", CborError.TagUnknown)]
    [Arguments("c24101", CborError.TagUnknown)] // a big number
    [Arguments("d82b00", CborError.TagUnknown)]
    [Arguments("d9d9f700", CborError.TagUnknown)] // "this is CBOR"
    [Arguments("d82a00", CborError.LinkMalformed)] // tag 42 on an integer
    [Arguments("d82a6100", CborError.LinkMalformed)] // on text
    [Arguments("d82a40", CborError.LinkMalformed)] // on nothing
    [Arguments("d82a4100", CborError.LinkMalformed)] // a zero byte and no CID
    [Arguments("d82a450155122000", CborError.LinkMalformed)] // no zero byte
    [Arguments("d82a", CborError.UnexpectedEnd)]
    [Arguments("d82a5825", CborError.LengthBeyondInput)]
    [Arguments("f97e00", CborError.FloatNotAllowed)]
    [Arguments("fa3f800000", CborError.FloatNotAllowed)]
    [Arguments("fb3ff0000000000000", CborError.FloatNotAllowed)]
    [Arguments("fb3ff00000000000", CborError.UnexpectedEnd)]
    [Arguments("e0", CborError.SimpleNotAllowed)]
    [Arguments("f3", CborError.SimpleNotAllowed)]
    [Arguments("f7", CborError.SimpleNotAllowed)]
    [Arguments("f814", CborError.SimpleNotAllowed)] // false in two bytes
    [Arguments("f820", CborError.SimpleNotAllowed)]
    [Arguments("61ff", CborError.TextNotUtf8)]
    [Arguments("62c080", CborError.TextNotUtf8)] // over-long
    [Arguments("63eda080", CborError.TextNotUtf8)] // a surrogate
    [Arguments("a161ff00", CborError.TextNotUtf8)] // in a key
    public void Block_Malformed_IsRefusedByItsCause(string hex, CborError expected) =>
        Assert.Equal(expected, CborCheck.Block(Hex(hex), CborRules.Strict));

    [Test]
    [Arguments("00")]
    [Arguments("1818")]
    [Arguments("190100")]
    [Arguments("1a00010000")]
    [Arguments("1b0000000100000000")]
    [Arguments("1bffffffffffffffff")]
    [Arguments("3bffffffffffffffff")]
    [Arguments("40")]
    [Arguments("60")]
    [Arguments("80")]
    [Arguments("a0")]
    [Arguments("f4")]
    [Arguments("f5")]
    [Arguments("f6")]
    [Arguments("a2616200626161f6")]
    [Arguments("64f09f9880")]
    public void Block_Canonical_IsAccepted(string hex)
    {
        Assert.Equal(CborError.None, CborCheck.Block(Hex(hex), CborRules.Strict));
        Assert.Equal(CborError.None, CborCheck.Block(Hex(hex), CborRules.Lenient));
    }

    [Test]
    [Arguments("a2616200616100", CborError.None)] // unsorted keys
    [Arguments("a3616200616100616200", CborError.KeyDuplicate)] // the twins are no neighbours
    [Arguments("a3616200616100616100", CborError.KeyDuplicate)]
    [Arguments("a46163a2616200616100616201626161006162f6", CborError.KeyDuplicate)]
    [Arguments("f93c00", CborError.None)]
    [Arguments("fa7f7fffff", CborError.None)]
    [Arguments("fb7fefffffffffffff", CborError.None)]
    [Arguments("f97e00", CborError.FloatNotFinite)]
    [Arguments("f97c00", CborError.FloatNotFinite)]
    [Arguments("faff800000", CborError.FloatNotFinite)]
    [Arguments("fb7ff8000000000000", CborError.FloatNotFinite)]
    [Arguments("fbfff0000000000000", CborError.FloatNotFinite)]
    [Arguments("f7", CborError.None)]
    [Arguments("f814", CborError.SimpleNotAllowed)]
    [Arguments("e0", CborError.SimpleNotAllowed)]
    [Arguments("61ff", CborError.None)]
    [Arguments("1817", CborError.NotShortestForm)]
    [Arguments("9fff", CborError.IndefiniteOrReserved)]
    [Arguments("c000", CborError.TagUnknown)]
    [Arguments("a1416100", CborError.KeyNotText)]
    [Arguments("d82a4100", CborError.LinkMalformed)]
    [Arguments("d82a4600 0155 0001 ff", CborError.None)] // identity hash of one byte
    [Arguments("d82a4700 0155 0001 ffff", CborError.LinkMalformed)] // a byte behind it
    [Arguments("0000", CborError.TrailingBytes)]
    public void Block_Lenient_TakesWhatOldRecordsHold(string hex, CborError expected) =>
        Assert.Equal(expected, CborCheck.Block(Hex(hex), CborRules.Lenient));

    [Test]
    [Arguments(CborRules.Strict)]
    [Arguments(CborRules.Lenient)]
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

    [Test]
    [Arguments(0x9a)]
    [Arguments(0xba)]
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

    [Test]
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

    [Test]
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

    [Test]
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
