using System.Buffers;
using System.Text;
using Atproto.Cbor;
using Samples;

namespace Atproto.Tests.Cbor;

/// <summary>Keys out of order, which existing records may have, and keys that come twice.</summary>
public sealed class CborKeysTests
{
    [Test]
    [Arguments("a261620061610 0", CborError.None)]
    [Arguments("a3616200616100616200", CborError.KeyDuplicate)]
    [Arguments("a2616281a2616200616100616 100", CborError.None)]
    [Arguments("a2616281a36162006161006162 00616100", CborError.KeyDuplicate)] // within
    [Arguments("a3616181a1616100616100616200", CborError.KeyDuplicate)] // around
    [Arguments("a36162 81a16162006161006163a161 6200", CborError.None)] // beside
    [Arguments("a4616200616100616200ff", CborError.IndefiniteOrReserved)] // what comes first
    [Arguments("82a3616200616100616200ff", CborError.KeyDuplicate)]
    public void Block_KeysOutOfOrder_OnlyDuplicatesAreRefused(string hex, CborError expected)
    {
        byte[] block = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(expected, CborCheck.Block(block, CborRules.Lenient));
    }

    [Test]
    public void Block_RandomMaps_AgreesWithTheTwin()
    {
        ulong seed = ulong.TryParse(
            Environment.GetEnvironmentVariable("PDS_TEST_SEED"), out ulong value) ? value : 1;
        int duplicates = 0;
        for (ulong i = 0; i < 20_000; i++)
        {
            var output = new ArrayBufferWriter<byte>();
            bool isSound = WriteItem(output, new SampleRandom((seed * 1_000_003) + i), depth: 0);
            var expected = isSound ? CborError.None : CborError.KeyDuplicate;
            Assert.True(
                CborCheck.Block(output.WrittenSpan, CborRules.Lenient) == expected,
                $"seed {seed}, case {i}: {Convert.ToHexString(output.WrittenSpan)}");
            if (!isSound) duplicates++;
        }

        Assert.InRange(duplicates, 1000, 19_000);
    }

    [Test]
    [Arguments(1)]
    [Arguments(30)]
    [Arguments(120)]
    public void First_NestedMapsOutOfOrder_TakesEveryKeyOnce(int depth)
    {
        const int Values = 10_000;
        byte[] block = Nested(depth, Values);
        var keys = new KeyStack();

        Assert.Equal(CborError.None, CborCheck.Block(block, CborRules.Lenient));
        CborCheck.First(block, CborRules.Lenient, null, out int stopped, out bool needsKeys);
        Assert.True(needsKeys);
        CborCheck.First(block, CborRules.Lenient, keys, out int length, out needsKeys);

        Assert.False(needsKeys);
        Assert.Equal(block.Length, length);
        Assert.InRange(stopped, 1, length);
        Assert.Equal(2 * depth, keys.Pushed);
    }

    // Maps in maps, each with its two keys in the wrong order, and many small values at the bottom.
    private static byte[] Nested(int depth, int values)
    {
        var output = new ArrayBufferWriter<byte>();
        var cbor = new CborWriter(output);
        for (int i = 0; i < depth; i++)
        {
            cbor.WriteMap(2);
            cbor.WriteText("b"u8);
        }

        cbor.WriteArray(values);
        for (int i = 0; i < values; i++) cbor.WriteInteger(i % 20);
        for (int i = 0; i < depth; i++)
        {
            cbor.WriteText("a"u8);
            cbor.WriteNull();
        }

        return output.WrittenSpan.ToArray();
    }

    // Writes an item and says whether no map in it has a key twice: the plain twin, by a set each.
    private static bool WriteItem(ArrayBufferWriter<byte> output, SampleRandom random, int depth)
    {
        var cbor = new CborWriter(output);
        bool isSound = true;
        switch (depth < 4 ? random.Below(5) : 4)
        {
            case 0:
                int items = (int)random.Below(4);
                cbor.WriteArray(items);
                for (int i = 0; i < items; i++) isSound &= WriteItem(output, random, depth + 1);
                return isSound;
            case 1 or 2 or 3:
                int pairs = (int)random.Below(5);
                var keys = new HashSet<string>(StringComparer.Ordinal);
                cbor.WriteMap(pairs);
                for (int i = 0; i < pairs; i++)
                {
                    string key = new('k', (int)random.Below(3));
                    key += (char)('a' + random.Below(8));
                    isSound &= keys.Add(key);
                    cbor.WriteText(Encoding.ASCII.GetBytes(key));
                    isSound &= WriteItem(output, random, depth + 1);
                }

                return isSound;
            default:
                cbor.WriteInteger(random.Below(100));
                return isSound;
        }
    }
}
