using PdsReadonly.Lightrail;
using Samples.World;
using Samples;
using Shared;

namespace PdsReadonly.Tests.World;

/// <summary>Every lie × every strategy: never a wrong set that is called proven.</summary>
public sealed class LiarTests
{
    private const int Rounds = 3;

    /// <summary>Every day a few that differ most; all of them with PDS_WORLD_KINDS=all.</summary>
    public static TheoryData<string> Kinds => WorldSizes.HasAllKinds
        ? [.. HostTraits.All.Select(traits => traits.Name)]
        : ["proving", "reference", "cocoon"];

    [Test]
    [MethodDataSource(nameof(Kinds))]
    public async Task Prove_EveryLie_NeverGivesAWrongSet(string kind)
    {
        Console.WriteLine($"seed {WorldSizes.Seed}");
        using var key = SampleKey.FromSeed(SampleCurve.P256, "liar");
        using var stranger = SampleKey.FromSeed(SampleCurve.P256, "stranger");
        var traits = HostTraits.All.Single(each => each.Name == kind);
        var repo = new WorldRepo(
            SampleIdentity.Plc("liar"), key,
            Enumerable.Range(0, 1500).Select(i => $"com.example.c{i % 11}/{i:d5}"));
        int proven = 0;
        foreach (var lie in Lies.About(repo, stranger, WorldSizes.Seed))
        {
            var network = new WorldNetwork();
            var host = new WorldHost(network, traits) { Lie = lie.Tell };
            network.Add(repo, host);
            foreach (var strategy in Enum.GetValues<Strategy>())
            {
                bool stalls = lie.Name.StartsWith("Stalled", StringComparison.Ordinal);
                using var asker = new Asker(host, key, stalls ? new HastyTime() : null)
                {
                    RequestsMax = 100,
                    ExportBytesMax = 4 << 20,
                };
                for (int round = 0; round < (stalls ? 1 : Rounds); round++)
                {
                    var outcome = await asker.ProveAsync(repo.Did, strategy);
                    string seen = $"{lie.Name}, {strategy}, {outcome.Detail}";
                    Assert.True(IsTrue(outcome, repo, lie), seen);
                    if (outcome.Proven is not null) proven++;
                    else Assert.NotEqual(Unproven.None, outcome.Reason);
                }
            }
        }

        Console.WriteLine($"{kind}: {proven} proven all the same");
    }

    // Of what is proven, the commit is one that the account's key has signed and that somebody had.
    private static bool IsTrue(CollectionsOutcome outcome, WorldRepo repo, MadeLie lie)
    {
        if (outcome.Proven is not { } proven) return true;
        var truth = lie.AlsoTrue
            .Prepend(repo)
            .Select(each => each.CollectionsAt(proven.Commit.Cid))
            .FirstOrDefault(names => names is not null);
        return truth is not null && truth.SequenceEqual(proven.Collections);
    }
}
