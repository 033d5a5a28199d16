using Samples.World;
using Shared;

namespace EndToEnd.Tests.Lightrail;

/// <summary>
/// The index of remote repos, kept by the published binary, beside the truth of a world in which
/// everything happens; <see cref="WorldSizes"/> tells how large it is.
/// </summary>
public sealed class LightrailTests
{
    [Test]
    public async Task Follow_ScriptOfEvents_EndsWithTheTruth()
    {
        await using var world = new LightrailWorld(Options(seed: 11));
        await world.StartAsync();
        world.Happen(WorldSizes.Events);
        await world.AssertTruthAsync();
    }

    [Test]
    public async Task Follow_DuplicatesAndGaps_EndsWithTheTruth()
    {
        var options = Options(seed: 12) with { DuplicatePercent = 5, GapPercent = 3 };
        await using var world = new LightrailWorld(options);
        await world.StartAsync();
        world.Happen(WorldSizes.Events);
        world.Script.Settle();
        await world.AssertTruthAsync();
    }

    [Test]
    public async Task Follow_KilledAgainAndAgain_EndsWithTheTruth()
    {
        var options = Options(seed: 13) with { DuplicatePercent = 5, GapPercent = 3 };
        await using var world = new LightrailWorld(options);
        var random = new Random(13);
        for (int kill = 0; kill < WorldSizes.Kills; kill++)
        {
            await world.StartAsync();
            world.Happen(WorldSizes.Events / WorldSizes.Kills);
            await Task.Delay(random.Next(300), TestRun.Cancellation);
            await world.KillAsync();
        }

        await world.StartAsync();
        world.Script.Settle();
        await world.AssertTruthAsync();
    }

    private static EventScriptOptions Options(ulong seed) =>
        new() { Seed = WorldSizes.Seed + seed, Repos = WorldSizes.Accounts };
}
