using System.Buffers.Binary;
using System.IO.Compression;

namespace Samples;

/// <summary>
/// Paints a small landscape: a sky, a sun or moon, and ranges of hills, each closer and darker.
/// Written as PNG (https://www.w3.org/TR/png-3/) in eight-bit RGB.
/// </summary>
internal static class DemoPicture
{
    private const int HillRanges = 4;
    private const int BytesPerPixel = 3;
    private const byte FilterSub = 1;

    // Top of the sky, horizon, nearest hill: dawn, noon, dusk, night, fog.
    private static readonly (double R, double G, double B)[][] Palettes =
    [
        [(92, 110, 168), (250, 196, 150), (44, 52, 66)],
        [(74, 144, 214), (214, 236, 246), (38, 84, 52)],
        [(62, 40, 92), (244, 128, 84), (36, 24, 44)],
        [(10, 14, 40), (52, 70, 112), (6, 8, 20)],
        [(168, 178, 184), (224, 226, 222), (76, 92, 92)],
    ];

    internal static byte[] Paint(int width, int height, SampleRandom random)
    {
        var palette = random.Pick<(double, double, double)[]>(Palettes);
        var hills = new Hill[HillRanges];
        for (int i = 0; i < HillRanges; i++) hills[i] = new Hill(i, random);
        double sunX = 0.15 + (random.Below(70) / 100.0);
        double sunY = 0.12 + (random.Below(30) / 100.0);
        byte[] rows = new byte[height * ((width * BytesPerPixel) + 1)];
        int at = 0;
        for (int y = 0; y < height; y++)
        {
            // Each pixel as the difference to its left neighbour: skies then compress to little.
            rows[at++] = FilterSub;
            (byte R, byte G, byte B) left = default;
            for (int x = 0; x < width; x++)
            {
                var pixel = Colour(
                    (double)x / width, (double)y / height, sunX, sunY, hills, palette);
                rows[at++] = (byte)(pixel.R - left.R);
                rows[at++] = (byte)(pixel.G - left.G);
                rows[at++] = (byte)(pixel.B - left.B);
                left = pixel;
            }
        }

        return Png(width, height, rows);
    }

    private static (byte R, byte G, byte B) Colour(
        double x, double y, double sunX, double sunY, Hill[] hills,
        (double R, double G, double B)[] palette)
    {
        for (int i = hills.Length - 1; i >= 0; i--)
        {
            if (y < hills[i].Top(x)) continue;
            // Far hills take on the colour of the horizon.
            return Mix(palette[1], palette[2], 0.3 + (0.7 * (i + 1) / hills.Length));
        }

        double distance = Math.Sqrt(Math.Pow((x - sunX) * 1.5, 2) + Math.Pow(y - sunY, 2));
        if (distance < 0.05) return Mix(palette[1], (255, 250, 235), 0.85);
        return Mix(palette[0], palette[1], Math.Min(1, y * 1.6));
    }

    private static (byte R, byte G, byte B) Mix(
        (double R, double G, double B) from, (double R, double G, double B) to, double share) =>
        ((byte)(from.R + ((to.R - from.R) * share)),
            (byte)(from.G + ((to.G - from.G) * share)),
            (byte)(from.B + ((to.B - from.B) * share)));

    private static byte[] Png(int width, int height, byte[] rows)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.SmallestSize))
        {
            zlib.Write(rows);
        }

        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        header[9] = 2;
        using var output = new MemoryStream();
        output.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a]);
        WriteChunk(output, "IHDR"u8, header);
        WriteChunk(output, "IDAT"u8, compressed.ToArray());
        WriteChunk(output, "IEND"u8, []);
        return output.ToArray();
    }

    private static void WriteChunk(Stream output, ReadOnlySpan<byte> type, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        output.Write(number);
        byte[] body = [.. type, .. data];
        output.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        output.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0xedb88320);
        }

        return ~crc;
    }

    // One range: two waves over a base line that is lower the nearer it is.
    private sealed class Hill(int index, SampleRandom random)
    {
        private readonly double _base = 0.5 + (0.12 * index);
        private readonly double _phase = random.Below(628) / 100.0;
        private readonly double _slow = 2 + (random.Below(300) / 100.0);
        private readonly double _fast = 7 + (random.Below(900) / 100.0);

        internal double Top(double x) =>
            _base
            + (0.06 * Math.Sin((x * _slow) + _phase))
            + (0.02 * Math.Sin((x * _fast) - _phase));
    }
}
