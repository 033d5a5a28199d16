using Samples;

namespace Fuzz;

/// <summary>Damages good bytes as files are damaged, and as attackers would.</summary>
internal static class Mutation
{
    private const int RoundsMax = 6;

    // Heads, lengths and prefixes where readers turn one way or another.
    private static readonly byte[] s_telling =
    [
        0x00, 0x01, 0x17, 0x18, 0x1b, 0x1f, 0x20, 0x3b, 0x40, 0x58, 0x5b, 0x5f, 0x60, 0x78, 0x7b,
        0x7f, 0x80, 0x98, 0x9b, 0x9f, 0xa0, 0xa1, 0xb8, 0xbb, 0xbf, 0xc2, 0xd8, 0xdb, 0xf4, 0xf6,
        0xf7, 0xf8, 0xf9, 0xfb, 0xfe, 0xff,
    ];

    /// <summary>One of the seeds after a few changes.</summary>
    internal static byte[] Of(IReadOnlyList<byte[]> seeds, SampleRandom random)
    {
        byte[] bytes = seeds[random.Below(seeds.Count)];
        int rounds = 1 + random.Below(RoundsMax);
        for (int i = 0; i < rounds; i++) bytes = Once(bytes, seeds, random);
        return bytes;
    }

    private static byte[] Once(byte[] bytes, IReadOnlyList<byte[]> seeds, SampleRandom random)
    {
        int at = random.Below(bytes.Length + 1);
        int length = Math.Min(bytes.Length - at, 1 + random.Below(random.Chance(80) ? 8 : 300));
        switch (random.Below(9))
        {
            case 0:
                return Changed(bytes, at, random, (b, r) => (byte)(b ^ (1 << r.Below(8))));
            case 1:
                return Changed(bytes, at, random, (_, r) => r.Pick<byte>(s_telling));
            case 2:
                // A length one off, or a digit in text.
                return Changed(bytes, at, random, (b, r) => (byte)(b + r.Below(7) - 3));
            case 3:
                return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at + length)];
            case 4:
                return [.. bytes.AsSpan(0, at), random.Pick<byte>(s_telling), .. bytes.AsSpan(at)];
            case 5:
                // A claim of eight bytes, seldom true.
                byte[] claim = new byte[8];
                random.Fill(claim);
                if (random.Chance(50)) claim.AsSpan(0, 4).Clear();
                byte head = (byte)((random.Below(8) << 5) | 0x1b);
                return [.. bytes.AsSpan(0, at), head, .. claim, .. bytes.AsSpan(at)];
            case 6:
                return bytes[..at];
            case 7:
                // The same again behind itself.
                return [.. bytes.AsSpan(0, at + length), .. bytes.AsSpan(at)];
            default:
                byte[] other = seeds[random.Below(seeds.Count)];
                return [.. bytes.AsSpan(0, at), .. other.AsSpan(random.Below(other.Length + 1))];
        }
    }

    private static byte[] Changed(
        byte[] bytes, int at, SampleRandom random, Func<byte, SampleRandom, byte> change)
    {
        if (at == bytes.Length) return bytes;
        byte[] changed = [.. bytes];
        changed[at] = change(changed[at], random);
        return changed;
    }
}
