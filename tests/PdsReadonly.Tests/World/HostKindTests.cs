using PdsReadonly.Lightrail;
using Samples.World;
using Samples;
using Shared;

namespace PdsReadonly.Tests.World;

/// <summary>Every kind of host × every strategy.</summary>
public sealed class HostKindTests : IDisposable
{
    private readonly SampleKey _key = SampleKey.FromSeed(SampleCurve.P256, "kinds");

    public static TheoryData<string> Kinds => [.. HostTraits.All.Select(traits => traits.Name)];

    public void Dispose() => _key.Dispose();

    [Test]
    [MethodDataSource(nameof(Kinds))]
    public async Task Prove_EveryStrategy_GivesTheTruthOrNothing(string kind)
    {
        var traits = HostTraits.All.Single(each => each.Name == kind);
        var network = new WorldNetwork();
        var host = new WorldHost(network, traits);
        WorldRepo[] repos =
        [
            Plain("small", 40), Plain("large", 6000), Plain("none", 0),
            RandomRepos.Make(WorldSizes.Seed, 3, _key, legal: true),
        ];
        foreach (var repo in repos)
        {
            repo.ForgetsOldBlocks = !traits.KeepsOldBlocks;
            network.Add(repo, host);
        }

        foreach (var strategy in Asker.Proving)
        {
            using var asker = new Asker(host, _key);
            foreach (var repo in repos)
            {
                var outcome = await asker.ProveAsync(repo.Did, strategy);
                string seen = $"{strategy}, {repo.Paths.Count}: {outcome.Reason} {outcome.Detail}";
                Assert.True(outcome.Proven is not null || !CanProve(traits, strategy), seen);
                if (outcome.Proven is { } proven)
                {
                    Assert.Equal(repo.Collections(), proven.Collections);
                }
            }
        }
    }

    [Test]
    [MethodDataSource(nameof(Kinds))]
    public async Task Describe_EveryKind_IsAClaim(string kind)
    {
        var traits = HostTraits.All.Single(each => each.Name == kind);
        var network = new WorldNetwork();
        var host = new WorldHost(network, traits);
        var repo = Plain("claimed", 100);
        network.Add(repo, host);
        using var asker = new Asker(host, _key);
        var outcome = await asker.ProveAsync(repo.Did, Strategy.Describe);
        Assert.Null(outcome.Proven);
        if (traits.HasDescribe) Assert.Equal(repo.Collections(), outcome.Claimed!);
    }

    // What a host must be able to do for a strategy to have a way.
    private static bool CanProve(HostTraits traits, Strategy strategy)
    {
        bool hasBlocks = traits.Missing != MissingBlock.NoMethod;
        bool hasProofs = traits.HasRecord && traits.Absent == AbsentRecord.Proof;
        return strategy switch
        {
            Strategy.Proof => traits.HasCollections,
            Strategy.Repo => traits.HasRepo,
            Strategy.Probe => hasBlocks || (hasProofs && !traits.IsStrict),
            Strategy.Blocks => hasBlocks,
            _ => traits.HasRepo || hasBlocks || hasProofs,
        };
    }

    private WorldRepo Plain(string name, int count) => new(
        SampleIdentity.Plc("kind " + name), _key,
        Enumerable.Range(0, count).Select(i => $"com.example.c{i % 13}/{i:d5}"));
}
