using Atproto.Syntax;

namespace Samples.World;

/// <summary>
/// Repos with all that makes collections hard to tell apart, out of a seed and a number.
/// </summary>
public static class RandomRepos
{
    public const int RecordsMax = 5000;
    public const int CollectionsMax = 40;

    // Where a prober begins when it knows nothing yet.
    private const string LeastPath = "A.A.A/-";

    /// <param name="seed">Of all of them.</param>
    /// <param name="number">Which one.</param>
    /// <param name="key">Signs it.</param>
    /// <param name="legal">Whether only names occur that may be written.</param>
    public static WorldRepo Make(ulong seed, int number, SampleKey? key, bool legal)
    {
        var random = new SampleRandom(seed + (0x9e37_79b9UL * (uint)number));
        int collections = random.Below(CollectionsMax + 1);
        // As many repos of tens of records as of thousands.
        double magnitude = random.Below(1000) / 1000.0;
        int records = (int)Math.Pow(RecordsMax, magnitude);
        var paths = new HashSet<string>(NastyPaths.Make(random, collections, records, legal));
        // A real record at the very key that is asked for.
        if (random.Chance(20)) paths.Add(LeastPath);
        foreach (string path in paths.Take(5).ToArray())
        {
            string behind = HostedRepo.CollectionOf(path) + "0/-";
            bool isLegal = Nsid.TryParse(HostedRepo.CollectionOf(behind), out _);
            if (random.Chance(20) && (isLegal || !legal)) paths.Add(behind);
        }

        return new WorldRepo(SampleIdentity.Plc($"random {seed} {number}"), key, paths);
    }
}
