using Samples.World;

namespace EndToEnd.Tests.Lightrail;

/// <summary>
/// The index of remote repos, kept by the published binary, beside the truth of a world in which
/// everything happens. PDS_WORLD_REPOS, PDS_WORLD_EVENTS and PDS_WORLD_KILLS make it larger.
/// </summary>
public sealed class LightrailTests
{
    [Fact]
    public async Task Follow_ScriptOfEvents_EndsWithTheTruth()
    {
        await using var world = new LightrailWorld(Options(seed: 11));
        await world.StartAsync();
        world.Happen(Events);
        await world.AssertTruthAsync();
    }

    [Fact]
    public async Task Follow_DuplicatesAndGaps_EndsWithTheTruth()
    {
        var options = Options(seed: 12) with { DuplicatePercent = 5, GapPercent = 3 };
        await using var world = new LightrailWorld(options);
        await world.StartAsync();
        world.Happen(Events);
        world.Script.Settle();
        await world.AssertTruthAsync();
    }

    [Fact]
    public async Task Follow_KilledAgainAndAgain_EndsWithTheTruth()
    {
        var options = Options(seed: 13) with { DuplicatePercent = 5, GapPercent = 3 };
        await using var world = new LightrailWorld(options);
        var random = new Random(13);
        for (int kill = 0; kill < Kills; kill++)
        {
            await world.StartAsync();
            world.Happen(Events / Kills);
            await Task.Delay(random.Next(300), TestContext.Current.CancellationToken);
            await world.KillAsync();
        }

        await world.StartAsync();
        world.Script.Settle();
        await world.AssertTruthAsync();
    }

    private static int Events => Size("PDS_WORLD_EVENTS", 2000);

    private static int Kills => Size("PDS_WORLD_KILLS", 8);

    private static EventScriptOptions Options(ulong seed) =>
        new() { Seed = seed, Repos = Size("PDS_WORLD_REPOS", 200) };

    private static int Size(string variable, int everyday) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out int size) ? size : everyday;
}
