namespace Samples;

/// <summary>
/// Paths chosen to sort nastily: collections whose names go on with a hyphen, a dot or a zero where
/// another one ends, upper case, the longest names and keys, and records at the very keys that are
/// asked for to look for others.
/// </summary>
public static class NastyPaths
{
    private const int SegmentLengthMax = 63;
    private const int NsidLengthMax = 317;
    private const int KeyLengthMax = 512;

    private static readonly string[] s_keys =
    [
        "self", "-", "~", "~~", "0", "00", "A", "a", "_", ":", "z", "...", "~-", "-~",
        new('~', KeyLengthMax), new('~', KeyLengthMax - 1), new('-', KeyLengthMax),
        new('a', KeyLengthMax),
    ];

    // Hosts have let such paths in, though nobody may write them.
    private static readonly string[] s_illegal = ["coll", "a.b", "a.b.c-d", "a.b.c-", "0.1.2", "-"];

    /// <summary>
    /// Some collections, as many as asked for at most, and so many records in all, at least one in
    /// each.
    /// </summary>
    /// <param name="random">The same numbers give the same paths.</param>
    /// <param name="collectionCount">May be zero: then there are no records.</param>
    /// <param name="recordCount">About how many.</param>
    /// <param name="legal">Whether every path has to be one that may be written.</param>
    public static IReadOnlyList<string> Make(
        SampleRandom random, int collectionCount, int recordCount, bool legal)
    {
        var collections = new HashSet<string>();
        for (int i = 0; i < collectionCount; i++)
        {
            collections.Add(Name(random, [.. collections], legal));
        }

        string[] names = [.. collections];
        var paths = new HashSet<string>();
        foreach (string name in names) paths.Add($"{name}/{Key(random)}");
        while (names.Length > 0 && paths.Count < recordCount)
        {
            // A few hold most of them, as in real repos.
            string name = random.Chance(80) ? names[random.Below(1 + (names.Length / 5))]
                : random.Pick<string>(names);
            paths.Add($"{name}/{Key(random)}");
        }

        return [.. paths];
    }

    private static string Name(SampleRandom random, string[] before, bool legal)
    {
        if (!legal && random.Chance(10)) return random.Pick<string>(s_illegal);
        if (before.Length == 0 || random.Chance(30)) return Fresh(random);
        string other = random.Pick<string>(before);
        int lastDot = other.LastIndexOf('.');
        string name = random.Below(9) switch
        {
            0 => other + ".d",
            1 => other + "0",
            2 => other + "a",
            3 when lastDot > 0 => other[..lastDot] + "-d" + other[lastDot..],
            4 when lastDot > 0 => other[..lastDot] + "0" + other[lastDot..],
            5 => other.ToUpperInvariant(),
            6 when lastDot > 0 =>
                other[..(lastDot + 1)] + other[(lastDot + 1)..].PadRight(SegmentLengthMax, 'x'),
            7 => other.Length < NsidLengthMax - 5 ? Longest(other) : other + "b",
            _ => other + ".A",
        };
        return !legal || Atproto.Syntax.Nsid.TryParse(name, out _) ? name : Fresh(random);
    }

    private static string Fresh(SampleRandom random)
    {
        ReadOnlySpan<string> first = ["a", "b", "app", "com", "A", "Z", "zz"];
        ReadOnlySpan<string> second = ["b", "bsky", "x-y", "0", "b0"];
        return $"{random.Pick(first)}.{random.Pick(second)}.c{random.Below(1000)}";
    }

    // As long as an NSID may be, in segments as long as those may be.
    private static string Longest(string name)
    {
        while (name.Length < NsidLengthMax - 1)
        {
            int length = Math.Min(SegmentLengthMax, NsidLengthMax - name.Length - 1);
            name += "." + new string('y', length);
        }

        return name;
    }

    private static string Key(SampleRandom random) => random.Chance(25)
        ? random.Pick<string>(s_keys)
        : SampleTid.Of((long)(random.Next() >> 14));
}
