using PdsReadonly.Lightrail;
using Samples.World;
using Samples;
using Shared;

namespace PdsReadonly.Tests.World;

/// <summary>Repos that are written to while they are walked.</summary>
public sealed class MoverTests
{
    [Test]
    [Arguments(0.2)]
    [Arguments(1)]
    [Arguments(5)]
    public async Task Prove_WithoutAStream_IsTrueAtItsCommitOrMoving(double writesPerRoundTrip)
    {
        int proven = 0;
        int requests = 0;
        for (int walk = 0; walk < WorldSizes.Walks; walk++)
        {
            foreach (var (traits, strategy) in Ways())
            {
                var (repo, outcome) = await WalkAsync(
                    traits, walk, strategy, writesPerRoundTrip, withStream: false);
                string seen = $"walk {walk}, {traits} by {strategy}: {outcome}";
                Assert.True(outcome.Proven is not null || outcome.Reason == Unproven.Moving, seen);
                Check(repo, outcome, seen);
                if (outcome.Proven is not null) proven++;
                requests += outcome.Requests;
            }
        }

        Report($"{writesPerRoundTrip} writes", proven, requests);
    }

    [Test]
    [Arguments(1)]
    [Arguments(5)]
    [Arguments(20)]
    public async Task Prove_WithAStream_IsProven(double writesPerRoundTrip)
    {
        int requests = 0;
        for (int walk = 0; walk < WorldSizes.Walks; walk++)
        {
            foreach (var (traits, strategy) in Ways())
            {
                var (repo, outcome) = await WalkAsync(
                    traits, walk, strategy, writesPerRoundTrip, withStream: true);
                string seen = $"walk {walk}, {traits} by {strategy}: {outcome}";
                Assert.True(outcome.Proven is not null, seen);
                Check(repo, outcome, seen);
                requests += outcome.Requests;
            }
        }

        int walks = WorldSizes.Walks * Ways().Count();
        Report($"{writesPerRoundTrip} writes with a stream", walks, requests);
    }

    private static IEnumerable<(HostTraits Traits, Strategy Strategy)> Ways() =>
    [
        .. Asker.Proving.Select(strategy => (HostTraits.Proving, strategy)),
        (HostTraits.Reference, Strategy.Auto),
    ];

    private static void Check(WorldRepo repo, CollectionsOutcome outcome, string seen)
    {
        if (outcome.Proven is not { } proven) return;
        var truth = repo.CollectionsAt(proven.Commit.Cid);
        Assert.True(truth is not null, seen);
        Assert.True(truth.SequenceEqual(proven.Collections), seen);
    }

    private static async Task<(WorldRepo Repo, CollectionsOutcome Outcome)> WalkAsync(
        HostTraits traits, int walk, Strategy strategy, double writesPerRoundTrip, bool withStream)
    {
        using var key = SampleKey.FromSeed(SampleCurve.P256, "mover");
        ulong seed = WorldSizes.Seed + (ulong)walk;
        var network = new WorldNetwork();
        var host = new WorldHost(network, traits);
        var repo = new WorldRepo(
            SampleIdentity.Plc("mover"), key,
            Enumerable.Range(0, 4000).Select(i => $"com.example.c{i % 12}/{i:d5}"))
        {
            ForgetsOldBlocks = true,
        };
        network.Add(repo, host);
        var inbox = withStream ? new CommitInbox() : null;
        var mover = new Mover(repo, writesPerRoundTrip, seed);
        if (inbox is not null) mover.OnCommit = commit => inbox.Offer(commit.Blocks);
        // Requests that are made at once share a round trip.
        using var way = new WorldHandler(host) { Delay = TimeSpan.FromMilliseconds(1) };
        mover.Attach(host, way);
        using var asker = new Asker(host, key, way: way);
        return (repo, await asker.ProveAsync(repo.Did, strategy, inbox));
    }

    private static void Report(string what, int proven, int requests)
    {
        int walks = WorldSizes.Walks * Ways().Count();
        Console.WriteLine(
            $"seed {WorldSizes.Seed}, {what} a round trip: {proven} of {walks} walks proven, "
            + $"{(double)requests / walks:f1} requests each");
    }
}
