using Samples;

namespace Bench.Lightrail;

/// <summary>
/// Names of a repo's collections: half of them are those that all have, half are some of many.
/// </summary>
internal static class SomeCollections
{
    internal const int OfRepoCount = 8;
    internal const int CommonCount = OfRepoCount / 2;
    private const int RareCount = 200;

    internal static string Common(int number) => $"com.example.collection{number}";

    /// <summary>Numbers go round.</summary>
    internal static string Rare(int number) => Common(OfRepoCount + (number % RareCount));

    /// <summary>The common ones, then the rare ones.</summary>
    internal static string[] OfRepo(SampleRandom random)
    {
        int rare = random.Below(RareCount);
        return
        [
            .. Enumerable.Range(0, OfRepoCount)
                .Select(i => i < CommonCount ? Common(i) : Rare(rare + (i * 7))),
        ];
    }
}
