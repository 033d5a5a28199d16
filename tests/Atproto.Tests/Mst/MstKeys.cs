using System.Globalization;
using System.Text;
using Atproto.Mst;
using Atproto.Multiformats;
using Samples;

namespace Atproto.Tests.Mst;

/// <summary>Keys and values for tree tests.</summary>
internal static class MstKeys
{
    internal static Cid Value(int number) =>
        Cid.Of(CidCodec.DagCbor, BitConverter.GetBytes(number));

    internal static byte[] Key(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>The n-th of the keys prefix0, prefix1, … that lie on a layer.</summary>
    internal static string OnLayer(int layer, int index = 0, string prefix = "k/")
    {
        for (int i = 0; ; i++)
        {
            string key = prefix + i.ToString("d6", CultureInfo.InvariantCulture);
            if (MstLayer.Of(Key(key)) == layer && index-- == 0) return key;
        }
    }

    /// <summary>
    /// Distinct keys of one to forty bytes that share many prefixes, in random order.
    /// </summary>
    internal static string[] Random(SampleRandom random, int count)
    {
        var keys = new HashSet<string>();
        while (keys.Count < count)
        {
            int length = 1 + random.Below(40);
            keys.Add(string.Create(length, random, static (chars, r) =>
            {
                for (int i = 0; i < chars.Length; i++) chars[i] = (char)('a' + r.Below(3));
            }));
        }

        string[] shuffled = [.. keys];
        random.Shuffle<string>(shuffled);
        return shuffled;
    }

    internal static MstTree TreeOf(IEnumerable<string> keys)
    {
        var tree = new MstTree();
        foreach (string key in keys) Done(tree.Insert(Key(key), Value(key.Length)));
        return tree;
    }

    internal static void Done(MstTreeResult result) => Assert.Equal(MstTreeResult.Done, result);

    /// <summary>A seed of this run, or of PDS_TEST_SEED to repeat one that failed.</summary>
    internal static ulong Seed()
    {
        string? text = Environment.GetEnvironmentVariable("PDS_TEST_SEED");
        ulong seed = text is null
            ? (ulong)System.Random.Shared.NextInt64()
            : ulong.Parse(text, CultureInfo.InvariantCulture);
        Console.WriteLine($"PDS_TEST_SEED={seed}");
        return seed;
    }
}
