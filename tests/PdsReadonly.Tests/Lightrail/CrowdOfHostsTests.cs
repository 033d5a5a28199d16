using Microsoft.Extensions.Logging.Abstractions;
using PdsReadonly.Lightrail;
using Samples;
using Samples.World;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>
/// Hosts that send all they can, beside others that are honest: they take memory from one another,
/// and keep nobody else from being proven.
/// </summary>
public sealed class CrowdOfHostsTests : IDisposable
{
    private const int Crowd = 10;
    private const int AccountsPerHost = 3;
    private const long MemoryBytesMax = 12 << 20;

    private readonly IndexedWorld _world = new(
        settings => settings with { WalksMax = 64, MemoryBytesMax = MemoryBytesMax }, Crowd);

    public void Dispose() => _world.Dispose();

    [Test]
    public async Task Run_HostileCrowd_StaysWithinTheBudgetAndHonestReposAreProven()
    {
        var hostile = new List<WorldAccount>();
        for (int i = 0; i < Crowd; i++)
        {
            int index = i;
            for (int j = 0; j < AccountsPerHost; j++)
            {
                hostile.Add(_world.Join($"crowd {i} {j}", _world.Crowd[i], "a.b.c"));
            }

            _world.Crowd[i].Lie = (request, repo, honest) =>
                request.Method is "describeRepo" or "getRepoStatus" ? honest : Lie(index, repo);
        }

        _world.List([.. hostile]);
        hostile.ForEach(_world.Identify);
        long most = 0;
        _world.Answer = _ =>
        {
            InterlockedMost(ref most, _world.Metrics.ResyncBytes.Value);
            return Task.FromResult<HttpResponseMessage?>(null);
        };
        WorldAccount[] honest = [];
        await RunUntilAsync(
            () => honest.All(IsProven),
            async () =>
            {
                // All that there is has been asked for by now.
                await IndexedWorld.UntilAsync(
                    () => _world.Crowd.All(host => host.Requests > 0)
                        && _world.Metrics.Unproven["NoRoom"] > 0
                        && _world.Metrics.Unproven["NoRoom"]
                            + _world.Metrics.Unproven["TooLarge"] >= Crowd);
                honest =
                [
                    .. Enumerable.Range(0, 20).Select(i => _world.Join(
                        $"honest {i}", i % 2 == 0 ? _world.One : _world.Two, "a.b.c", "x.y.z")),
                ];
                _world.List(honest);
                foreach (var account in honest) _world.Identify(account);
                Assert.True(_world.Metrics.ResyncBytes.Value > 0);
            });
        Assert.All(honest, _world.AssertTruth);
        Assert.InRange(most, MemoryBytesMax / 4, MemoryBytesMax);
        Assert.Equal(0, _world.Metrics.ResyncBytes.Value);
        // Nobody is at fault.
        Assert.Equal(0, _world.Metrics.HostFaults.Total);
        Assert.All(
            _world.Hosts.All, host => Assert.Equal((0, 0), (host.Profile.Faults, host.Failures)));
    }

    private static WorldAnswer Lie(int host, HostedRepo repo) =>
        (host % 4) switch
        {
            0 => Junk(repo) with { Shape = BodyShape.Endless },
            1 => Junk(repo) with { Shape = BodyShape.Stalled },
            2 => Junk(repo) with { Shape = BodyShape.Cut },
            _ => WorldAnswer.OfCar(ForgedTree.Swollen((WorldRepo)repo, 3000).ProvenPage()),
        };

    private static WorldAnswer Junk(HostedRepo repo) => WorldAnswer.OfCar(new SampleCar(
        [repo.Commit.Cid], [repo.Commit, SampleBlock.Of(new byte[3_000_000])]).ToBytes());

    private bool IsProven(WorldAccount account) =>
        _world.Index.FindRepo(IndexedWorld.DidOf(account)) is { IsProven: true };

    private static void InterlockedMost(ref long most, long value)
    {
        long before = Volatile.Read(ref most);
        while (value > before)
        {
            long now = Interlocked.CompareExchange(ref most, value, before);
            if (now == before) return;
            before = now;
        }
    }

    private async Task RunUntilAsync(Func<bool> condition, Func<Task> meanwhile)
    {
        var resyncer = new Resyncer(
            _world.Index, _world.Hosts, _world.Identities, _world.Intake, _world.Metrics,
            _world.Settings, _world.Time, NullLogger<Resyncer>.Instance);
        using var stop = new CancellationTokenSource();
        var run = Task.Run(() => resyncer.RunAsync(stop.Token), CancellationToken.None);
        await meanwhile();
        await IndexedWorld.UntilAsync(condition);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }
}
