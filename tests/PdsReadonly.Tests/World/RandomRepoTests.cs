using Samples.World;
using Samples;
using Shared;

namespace PdsReadonly.Tests.World;

/// <summary>Random repos × every strategy.</summary>
public sealed class RandomRepoTests
{
    [Test]
    public async Task Prove_RandomRepos_GivesTheTrueSet()
    {
        Console.WriteLine($"seed {WorldSizes.Seed}, {WorldSizes.Repos} repos");
        using var key = SampleKey.FromSeed(SampleCurve.P256, "random");
        for (int number = 0; number < WorldSizes.Repos; number++)
        {
            var network = new WorldNetwork();
            var host = new WorldHost(network, HostTraits.Proving);
            var repo = RandomRepos.Make(WorldSizes.Seed, number, key, legal: number % 3 > 0);
            network.Add(repo, host);
            foreach (var strategy in Asker.Proving)
            {
                using var asker = new Asker(host, key);
                var outcome = await asker.ProveAsync(repo.Did, strategy);
                string seen = $"number {number}, {strategy}: {outcome.Reason} {outcome.Detail}";
                Assert.True(outcome.Proven is not null, seen);
                Assert.True(repo.Collections().SequenceEqual(outcome.Proven.Collections), seen);
                Assert.Equal(repo.Rev, outcome.Proven.Rev.ToString());
            }
        }
    }
}
