using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Atproto.Cbor;
using Samples;

namespace Atproto.Tests.Cbor;

/// <summary>Records as JSON, byte for byte as JavaScript's JSON.stringify prints them.</summary>
public sealed class CborJsonTests
{
    [Test]
    [Arguments("f6", "null")]
    [Arguments("f7", "null")]
    [Arguments("f4", "false")]
    [Arguments("f5", "true")]
    [Arguments("00", "0")]
    [Arguments("20", "-1")]
    [Arguments("1b001fffffffffffff", "9007199254740991")]
    [Arguments("3b001ffffffffffffe", "-9007199254740991")]
    [Arguments("1b7fffffffffffffff", "9223372036854775807")]
    [Arguments("3b7fffffffffffffff", "-9223372036854775808")]
    [Arguments("1bffffffffffffffff", "18446744073709551615")]
    [Arguments("3b8000000000000000", "-9223372036854775809")]
    [Arguments("3bffffffffffffffff", "-18446744073709551616")] // needs 65 bits
    [Arguments("40", """{"$bytes":""}""")]
    [Arguments("4101", """{"$bytes":"AQ"}""")]
    [Arguments("420102", """{"$bytes":"AQI"}""")]
    [Arguments("43010203", """{"$bytes":"AQID"}""")]
    [Arguments("43fbffbf", """{"$bytes":"+/+/"}""")]
    [Arguments("60", "\"\"")]
    [Arguments("63616263", "\"abc\"")]
    [Arguments("69c3a9e282acf09f9880", "\"é€😀\"")]
    [Arguments("63e280a8", "\"\u2028\"")] // as it is
    [Arguments("617f", "\"\u007f\"")]
    [Arguments("80", "[]")]
    [Arguments("83018020", "[1,[],-1]")]
    [Arguments("a0", "{}")]
    [Arguments("a26161016162a16163f6", """{"a":1,"b":{"c":null}}""")]
    [Arguments("a2616201616102", """{"b":1,"a":2}""")] // the order of the block
    [Arguments("a1622266f6", "{\"\\\"f\":null}")] // escapes in keys
    [Arguments("a165246c696e6b6178", """{"$link":"x"}""")] // a map that looks like a link
    [Arguments("61ff", "\"\ufffd\"")]
    [Arguments("6461ff62ff", "\"a\ufffdb\ufffd\"")]
    [Arguments("62c3a9", "\"é\"")]
    [Arguments("61c3", "\"\ufffd\"")]
    [Arguments("63eda080", "\"\ufffd\ufffd\ufffd\"")]
    [Arguments("f93c00", "1")]
    [Arguments("fb3ff8000000000000", "1.5")]
    [Arguments("f98000", "0")] // minus zero
    [Arguments("fa3dcccccd", "0.10000000149011612")]
    public void TryWrite_Item_IsItsJson(string hex, string json) =>
        Assert.Equal(json, Write(Convert.FromHexString(hex)));

    [Test]
    public void TryWrite_EveryAsciiCharacter_IsEscapedAsJavaScriptDoes()
    {
        for (int c = 0; c < 0x80; c++)
        {
            string expected = c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\t' => "\\t",
                '\n' => "\\n",
                '\f' => "\\f",
                '\r' => "\\r",
                < 0x20 => $"\\u{c:x4}",
                _ => ((char)c).ToString(),
            };
            Assert.Equal($"\"a{expected}z\"", Write([0x63, (byte)'a', (byte)c, (byte)'z']));
        }
    }

    [Test]
    [Arguments( // raw, SHA-256
        "01551220000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "bafkreiaaaebagbafaydqqcikbmga2dqpcaireeyuculbogazdinryhi6d4")]
    [Arguments( // version 0
        "12209d6c2be50f706953479ab9df2ce3edca90b68053c00b3004b7f0accbe1e8eedf",
        "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG")]
    [Arguments("01550001ff", "bafkqaap7")] // identity
    public void TryWrite_Link_IsTheCidAsText(string cid, string text)
    {
        byte[] binary = Convert.FromHexString(cid);
        byte[] block = binary.Length < 23
            ? [0xd8, 0x2a, (byte)(0x41 + binary.Length), 0, .. binary]
            : [0xd8, 0x2a, 0x58, (byte)(binary.Length + 1), 0, .. binary];
        Assert.Equal($$"""{"$link":"{{text}}"}""", Write(block));
    }

    [Test]
    [Arguments(0d, "0")]
    [Arguments(0.1, "0.1")]
    [Arguments(-0.1, "-0.1")]
    [Arguments(1.5, "1.5")]
    [Arguments(-1.0, "-1")]
    [Arguments(100.0, "100")]
    [Arguments(123456.789, "123456.789")]
    [Arguments(0.000001, "0.000001")]
    [Arguments(0.00000123, "0.00000123")]
    [Arguments(1e-7, "1e-7")]
    [Arguments(1.5e-7, "1.5e-7")]
    [Arguments(1e15, "1000000000000000")]
    [Arguments(1e16, "10000000000000000")]
    [Arguments(1e17, "100000000000000000")]
    [Arguments(1e20, "100000000000000000000")]
    [Arguments(123456789012345680000d, "123456789012345680000")]
    [Arguments(1e21, "1e+21")]
    [Arguments(1.2345e21, "1.2345e+21")]
    [Arguments(1e22, "1e+22")]
    [Arguments(1e23, "1e+23")] // the double lies below 1e23
    [Arguments(9.5e-7, "9.5e-7")]
    [Arguments(1e300, "1e+300")]
    [Arguments(5e-324, "5e-324")]
    [Arguments(-5e-324, "-5e-324")]
    [Arguments(2.2250738585072014e-308, "2.2250738585072014e-308")]
    [Arguments(1.7976931348623157e308, "1.7976931348623157e+308")]
    [Arguments(4.35, "4.35")]
    [Arguments(0.3, "0.3")]
    [Arguments(0.30000000000000004, "0.30000000000000004")]
    [Arguments(9007199254740993d, "9007199254740992")]
    public void TryWrite_Float_IsPrintedAsJavaScriptDoes(double value, string text) =>
        Assert.Equal(text, Write(Double(value)));

    [Test]
    public void TryWrite_RandomFloats_ReadBackTheSame()
    {
        ulong seed = Mst.MstKeys.Seed();
        var random = new SampleRandom(seed);
        for (int i = 0; i < 20_000; i++)
        {
            double value = BitConverter.UInt64BitsToDouble(random.Next());
            // Powers of ten and their neighbours are where digits and exponent drift apart.
            if (i % 4 == 0) value = Math.Pow(10, random.Below(600) - 300);
            if (i % 8 == 0) value = Math.BitDecrement(value);
            if (!double.IsFinite(value)) continue;
            string text = Write(Double(value));
            Assert.Equal(value, double.Parse(text, CultureInfo.InvariantCulture));
            double size = Math.Abs(value);
            Assert.Equal(size is not 0 and (>= 1e21 or < 1e-6), text.Contains('e'));
        }
    }

    [Test]
    [Arguments("fb7ff8000000000000", CborError.FloatNotFinite)]
    [Arguments("fb7ff0000000000000", CborError.FloatNotFinite)]
    [Arguments("a2616100616100", CborError.KeyDuplicate)]
    [Arguments("82f5", CborError.LengthBeyondInput)]
    [Arguments("", CborError.UnexpectedEnd)]
    public void TryWrite_WithoutJsonForm_WritesNothing(string hex, CborError expected)
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.Equal(expected, CborJson.TryWrite(Convert.FromHexString(hex), output));
        Assert.Equal(0, output.WrittenCount);
    }

    [Test]
    public void TryWrite_AnyWriter_GivesTheSameBytes()
    {
        byte[] block = SampleRecord.Encode(
            ("text", new string('x', 3000)),
            ("bytes", Enumerable.Range(0, 1000).Select(i => (byte)i).ToArray()),
            ("list", Enumerable.Range(0, 500).Select(i => (object?)(long)i).ToArray()),
            ("escaped", new string('"', 600)));
        string expected = Write(block);
        var tight = new TightWriter();
        Assert.Equal(CborError.None, CborJson.TryWrite(block, tight));
        Assert.Equal(expected, Encoding.UTF8.GetString([.. tight.Written]));
        using var parsed = JsonDocument.Parse(expected);
        Assert.Equal(3000, parsed.RootElement.GetProperty("text").GetString()!.Length);
    }

    private static string Write(byte[] block)
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.Equal(CborError.None, CborJson.TryWrite(block, output));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static byte[] Double(double value)
    {
        byte[] block = new byte[9];
        block[0] = 0xfb;
        BinaryPrimitives.WriteDoubleBigEndian(block.AsSpan(1), value);
        return block;
    }

    // Gives exactly what is asked for, and another buffer each time.
    private sealed class TightWriter : IBufferWriter<byte>
    {
        private byte[] _buffer = [];

        internal List<byte> Written { get; } = [];

        public void Advance(int count) => Written.AddRange(_buffer.AsSpan(0, count));

        public Memory<byte> GetMemory(int sizeHint = 0) =>
            _buffer = new byte[Math.Max(1, sizeHint)];

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
