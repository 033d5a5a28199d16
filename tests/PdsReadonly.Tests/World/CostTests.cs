using PdsReadonly.Lightrail;
using Samples.World;
using Samples;
using Shared;

namespace PdsReadonly.Tests.World;

/// <summary>What each strategy costs beside the whole export, as a table.</summary>
public sealed class CostTests
{
    private const int Collections = 20;

    [Test]
    public async Task Prove_ReposOfManySizes_CostWhatTheyMay()
    {
        Console.WriteLine($"seed {WorldSizes.Seed}; requests, bytes of bodies");
        using var key = SampleKey.FromSeed(SampleCurve.P256, "costs");
        for (int records = 1000; records <= WorldSizes.Records; records *= 10)
        {
            var network = new WorldNetwork();
            var host = new WorldHost(network, HostTraits.Proving);
            var repo = Make(records, key);
            network.Add(repo, host);
            long whole = repo.Export().LongLength;
            Console.WriteLine($"{records:N0} records, {repo.Layers} layers: {whole:N0} by getRepo");
            foreach (var strategy in Asker.Proving)
            {
                using var asker = new Asker(host, key);
                var outcome = await asker.ProveAsync(repo.Did, strategy);
                Assert.True(repo.Collections().SequenceEqual(outcome.Proven!.Collections));
                Console.WriteLine(
                    $"  {strategy,-6} {outcome.Requests,3} {outcome.Bytes,13:N0} "
                    + $"{100.0 * outcome.Bytes / whole:f3} %");
                Assert.True(outcome.Requests <= RequestsMax(strategy, repo), $"{strategy}");
                bool isLarge = records >= 1_000_000 && strategy != Strategy.Repo;
                if (isLarge) Assert.True(outcome.Bytes <= whole / 1000, $"{strategy}");
            }
        }
    }

    private static int RequestsMax(Strategy strategy, WorldRepo repo) => strategy switch
    {
        Strategy.Proof or Strategy.Repo or Strategy.Auto => 1,
        Strategy.Probe => Collections + 5,
        _ => repo.Layers - 1 + 2,
    };

    // A few collections hold most records, as in real repos; records are of a common size.
    private static WorldRepo Make(int records, SampleKey key)
    {
        var random = new SampleRandom(WorldSizes.Seed + (ulong)records);
        var paths = new HashSet<string>();
        for (int i = 0; i < Collections; i++) paths.Add($"com.example.c{i:d2}/self");
        while (paths.Count < records)
        {
            int collection = random.Chance(90) ? random.Below(4) * 5 : random.Below(Collections);
            string rkey = SampleTid.Of((long)(random.Next() >> 14));
            paths.Add($"com.example.c{collection:d2}/{rkey}");
        }

        return new WorldRepo(SampleIdentity.Plc($"costs {records}"), key, paths);
    }
}
