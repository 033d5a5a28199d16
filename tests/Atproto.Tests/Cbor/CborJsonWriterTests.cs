using System.Buffers;
using System.Text;
using Atproto.Cbor;

namespace Atproto.Tests.Cbor;

/// <summary>
/// The JSON of a block that comes in pieces is that of the whole: <see cref="CborJson"/> is the
/// plain twin.
/// </summary>
public sealed class CborJsonWriterTests
{
    private const int Cases = 300;

    [Test]
    public void Write_AnyBlockInAnyPieces_IsWhatCborJsonWrites()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int i = 0; i < Cases; i++)
        {
            byte[] block = Block(random);
            var whole = new ArrayBufferWriter<byte>();
            Assert.Equal(CborError.None, CborJson.TryWrite(block, whole));
            string expected = Encoding.UTF8.GetString(whole.WrittenSpan);
            int pieceBytes = random.Next(CborJsonWriter.AheadBytesMin, 5000);
            string pieces = InPieces(block, pieceBytes, random);
            Assert.True(expected == pieces, $"seed {seed}, case {i}, pieces of {pieceBytes}");
        }
    }

    [Test]
    [Arguments("é", 3 * 1024)]
    [Arguments("€", 3 * 1024)]
    [Arguments("😀", 3 * 1024)]
    public void Write_CharactersAcrossSlices_StayWhole(string character, int around)
    {
        for (int before = around - 5; before <= around + 5; before++)
        {
            string text = new string('a', before) + character + new string('b', 200);
            byte[] block = Text(Encoding.UTF8.GetBytes(text));
            Assert.Equal($"\"{text}\"", InPieces(block, block.Length, new Random(1)));
        }
    }

    [Test]
    public void Write_NoUtf8AcrossSlices_IsRepairedAsInTheWhole()
    {
        var random = new Random(3);
        for (int i = 0; i < 200; i++)
        {
            byte[] noise = new byte[3 * 1024 + random.Next(3000)];
            random.NextBytes(noise);
            for (int at = 0; at < noise.Length; at++)
            {
                if (random.Next(3) == 0) noise[at] = (byte)(0xc0 | noise[at]);
            }

            byte[] block = Text(noise);
            var whole = new ArrayBufferWriter<byte>();
            Assert.Equal(CborError.None, CborJson.TryWrite(block, whole));
            Assert.Equal(
                Encoding.UTF8.GetString(whole.WrittenSpan),
                InPieces(block, 1 + CborJsonWriter.AheadBytesMin, random));
        }
    }

    [Test]
    public void Write_LittleRoom_WritesNoMoreThanThat()
    {
        byte[] block = Text(new byte[50_000]);
        var writer = new CborJsonWriter();
        int consumed = 0;
        int all = 0;
        while (!writer.IsDone)
        {
            var output = new ArrayBufferWriter<byte>();
            consumed += writer.Write(
                block.AsSpan(consumed), isLast: true, output, CborJsonWriter.StepBytesMax);
            Assert.InRange(output.WrittenCount, 0, CborJsonWriter.StepBytesMax);
            all += output.WrittenCount;
        }

        Assert.Equal(block.Length, consumed);
        Assert.Equal((6 * 50_000) + 2, all);
    }

    private static string InPieces(byte[] block, int pieceBytes, Random random)
    {
        var writer = new CborJsonWriter();
        var json = new MemoryStream();
        int consumed = 0;
        while (!writer.IsDone)
        {
            int end = Math.Min(block.Length, consumed + pieceBytes);
            var output = new ArrayBufferWriter<byte>();
            int room = CborJsonWriter.StepBytesMax + random.Next(3000);
            consumed += writer.Write(
                block.AsSpan(consumed..end), end == block.Length, output, room);
            Assert.InRange(output.WrittenCount, 0, room);
            json.Write(output.WrittenSpan);
        }

        Assert.Equal(block.Length, consumed);
        return Encoding.UTF8.GetString(json.ToArray());
    }

    private static byte[] Text(byte[] text) => [.. Head(3, text.Length), .. text];

    private static byte[] Block(Random random)
    {
        var block = new List<byte>();
        AddItem(block, random, depth: 0);
        return [.. block];
    }

    private static void AddItem(List<byte> block, Random random, int depth)
    {
        int kind = random.Next(depth < 6 ? 9 : 7);
        switch (kind)
        {
            case 0:
                block.AddRange(Head(0, random.Next()));
                break;
            case 1:
                block.AddRange(Head(1, random.Next()));
                break;
            case 2:
                AddString(block, random, type: 2);
                break;
            case 3:
                AddString(block, random, type: 3);
                break;
            case 4:
                block.Add((byte)(0xf4 + random.Next(4)));
                break;
            case 5:
                block.AddRange([0xfb, 0x3f, 0xf8, 0, 0, 0, 0, 0, (byte)random.Next(256)]);
                break;
            case 6:
                block.AddRange([0xd8, 0x2a, 0x58, 0x25, 0, 1, 0x71, 0x12, 0x20]);
                for (int i = 0; i < 32; i++) block.Add((byte)random.Next(256));
                break;
            default:
                int count = random.Next(6);
                block.AddRange(Head(kind == 7 ? 4 : 5, count));
                for (int i = 0; i < count; i++)
                {
                    if (kind == 8) block.AddRange(Text([(byte)('a' + i), (byte)'"']));
                    AddItem(block, random, depth + 1);
                }

                break;
        }
    }

    private static void AddString(List<byte> block, Random random, int type)
    {
        byte[] content = new byte[random.Next(4) == 0 ? random.Next(20_000) : random.Next(40)];
        random.NextBytes(content);
        if (random.Next(2) == 0) content.AsSpan().Fill((byte)'x');
        block.AddRange(Head(type, content.Length));
        block.AddRange(content);
    }

    private static byte[] Head(int type, int argument) => argument switch
    {
        < 24 => [(byte)((type << 5) | argument)],
        < 256 => [(byte)((type << 5) | 24), (byte)argument],
        < 65_536 => [(byte)((type << 5) | 25), (byte)(argument >> 8), (byte)argument],
        _ =>
        [
            (byte)((type << 5) | 26), (byte)(argument >> 24), (byte)(argument >> 16),
            (byte)(argument >> 8), (byte)argument,
        ],
    };
}
