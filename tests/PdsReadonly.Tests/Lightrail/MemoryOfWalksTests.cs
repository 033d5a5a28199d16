using PdsReadonly.Lightrail;
using PdsReadonly.Tests.World;
using PdsReadonly.Upstream;
using Samples;
using Samples.World;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>Repos that take more memory than there is: that is nobody's fault.</summary>
public sealed class MemoryOfWalksTests : IDisposable
{
    private const int Collections = 3000;

    // What they take: as keys, and once more as names.
    private const long SwollenBytes = 3L * Collections * 900;

    private readonly SampleKey _key = SampleKey.FromSeed(SampleCurve.P256, "memory");
    private readonly WorldRepo _repo;
    private readonly WorldHost _host;

    public MemoryOfWalksTests()
    {
        var network = new WorldNetwork();
        _repo = new WorldRepo(
            SampleIdentity.Plc("memory"), _key,
            Enumerable.Range(0, 200).Select(i => $"com.example.c{i % 9}/{i:d4}"));
        _host = new WorldHost(network, HostTraits.Proving);
        network.Add(_repo, _host);
    }

    public void Dispose() => _key.Dispose();

    [Test]
    [Arguments(Strategy.Auto)]
    [Arguments(Strategy.Proof)]
    [Arguments(Strategy.Blocks)]
    [Arguments(Strategy.Probe)]
    [Arguments(Strategy.Repo)]
    internal async Task Prove_WithRoom_HoldsWhatItTakes(Strategy strategy)
    {
        var swollen = ForgedTree.Swollen(_repo, Collections);
        _host.Lie = Lies.Instead(swollen);
        var budget = new RoomBudget(2 * SwollenBytes);
        using var room = new WalkRoom(budget);
        using var asker = new Asker(_host, _key) { Room = room };
        var outcome = await asker.ProveAsync(_repo.Did, strategy);
        Assert.Equal(Collections, outcome.Proven?.Collections.Count);
        Assert.InRange(room.Memory.Bytes, SwollenBytes, 2 * SwollenBytes);
        Assert.Equal(room.Memory.Bytes - WalkRoom.OwnBytes, budget.Bytes);
    }

    [Test]
    [Arguments(Strategy.Auto)]
    [Arguments(Strategy.Proof)]
    [Arguments(Strategy.Blocks)]
    [Arguments(Strategy.Probe)]
    [Arguments(Strategy.Repo)]
    internal async Task Prove_NodesBeyondTheBudget_IsNoRoom(Strategy strategy)
    {
        _host.Lie = Lies.Instead(ForgedTree.Swollen(_repo, Collections));
        await AssertNoRoomAsync(strategy, SwollenBytes / 2);
    }

    [Test]
    [Arguments(Strategy.Auto)]
    [Arguments(Strategy.Proof)]
    [Arguments(Strategy.Blocks)]
    [Arguments(Strategy.Probe)]
    [Arguments(Strategy.Repo)]
    internal async Task Prove_BodyBeyondTheBudget_IsNoRoom(Strategy strategy)
    {
        _host.Lie = Junk;
        await AssertNoRoomAsync(strategy, 1 << 20);
        Assert.Single(_host.Methods);
    }

    [Test]
    [Arguments(Strategy.Auto)]
    [Arguments(Strategy.Proof)]
    [Arguments(Strategy.Repo)]
    internal async Task Prove_BodyBeyondTheWholeBudget_IsTooLarge(Strategy strategy)
    {
        _host.Lie = Junk;
        using var room = new WalkRoom(new RoomBudget(1 << 20));
        using var asker = new Asker(_host, _key) { Room = room };
        var outcome = await asker.ProveAsync(_repo.Did, strategy);
        Assert.Equal(Unproven.TooLarge, outcome.Reason);
        AssertNobodyIsBlamed(asker);
    }

    [Test]
    public async Task Prove_ExportWithoutADisk_IsNoRoom()
    {
        // Nodes that are not to be kept in memory, and a folder that is not there.
        var budget = BudgetWithLeft(0);
        using var room = new WalkRoom(budget, spillFolder: "/nowhere/at/all");
        Assert.True(room.Memory.TryTake(WalkRoom.OwnBytes - 100_000));
        using var asker = new Asker(_host, _key) { Room = room };
        var large = new WorldRepo(
            _repo.Did, _key, Enumerable.Range(0, 5000).Select(i => $"com.example.c/{i:d6}"));
        _host.Lie = (_, _, honest) => honest with { Body = large.Export() };
        var outcome = await asker.ProveAsync(_repo.Did, Strategy.Repo);
        Assert.Equal(Unproven.NoRoom, outcome.Reason);
        Assert.True(room.Disk.IsShort);
        AssertNobodyIsBlamed(asker);
    }

    [Test]
    [Arguments(Strategy.Auto)]
    [Arguments(Strategy.Proof)]
    [Arguments(Strategy.Blocks)]
    [Arguments(Strategy.Probe)]
    [Arguments(Strategy.Repo)]
    internal async Task Prove_RepoBeyondItsLimit_IsTooLarge(Strategy strategy)
    {
        _host.Lie = Lies.Instead(ForgedTree.Swollen(_repo, Collections));
        using var asker = new Asker(_host, _key) { WalkBytesMax = SwollenBytes / 2 };
        var outcome = await asker.ProveAsync(_repo.Did, strategy);
        Assert.Equal(Unproven.TooLarge, outcome.Reason);
        AssertNobodyIsBlamed(asker);
    }

    [Test]
    public async Task Prove_SmallRepoWithoutABudget_IsProvenByItsOwn()
    {
        foreach (var strategy in Asker.Proving)
        {
            using var room = new WalkRoom(BudgetWithLeft(0));
            using var asker = new Asker(_host, _key) { Room = room };
            var outcome = await asker.ProveAsync(_repo.Did, strategy);
            Assert.Equal(_repo.Collections(), outcome.Proven?.Collections);
        }
    }

    [Test]
    [Arguments(BodyShape.Cut, Strategy.Proof)]
    [Arguments(BodyShape.Cut, Strategy.Repo)]
    [Arguments(BodyShape.Endless, Strategy.Proof)]
    [Arguments(BodyShape.Endless, Strategy.Repo)]
    internal async Task Prove_BodyThatDoesNotEnd_IsLetGo(BodyShape shape, Strategy strategy)
    {
        _host.Lie = (_, _, honest) => honest with { Shape = shape };
        using var room = new WalkRoom(new RoomBudget(1L << 30));
        using var asker = new Asker(_host, _key) { Room = room, ExportBytesMax = 20 << 20 };
        await asker.ProveAsync(_repo.Did, strategy);
        // What is left are nodes.
        Assert.InRange(room.Memory.Bytes, 0, WalkRoom.OwnBytes);
        Assert.Equal(0, room.Disk.Bytes);
        Assert.Equal(Unproven.None, room.Shortage);
    }

    [Test]
    public async Task Prove_Cancelled_GivesBackAll()
    {
        byte[] junk = new byte[6_000_000];
        _host.Lie = (_, repo, honest) => honest with { Body = junk, Shape = BodyShape.Stalled };
        var budget = new RoomBudget(1L << 30);
        using var stop = new CancellationTokenSource();
        using (var room = new WalkRoom(budget))
        {
            using var asker = new Asker(_host, _key, TimeProvider.System) { Room = room };
            var proving = asker.ProveAsync(
                _repo.Did, Strategy.Proof, cancellation: stop.Token);
            await IndexedWorld.UntilAsync(() => budget.Bytes > 2_000_000);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => proving);
        }

        Assert.Equal(0, budget.Bytes);
    }

    private async Task AssertNoRoomAsync(Strategy strategy, long left)
    {
        var budget = BudgetWithLeft(left);
        long before = budget.Bytes;
        using (var room = new WalkRoom(budget))
        {
            using var asker = new Asker(_host, _key) { Room = room };
            var outcome = await asker.ProveAsync(_repo.Did, strategy);
            Assert.Equal(Unproven.NoRoom, outcome.Reason);
            AssertNobodyIsBlamed(asker);
        }

        Assert.Equal(before, budget.Bytes);
    }

    private static WorldAnswer Junk(WorldRequest request, HostedRepo repo, WorldAnswer honest)
    {
        var junk = SampleBlock.Of(new byte[3_000_000]);
        return honest with
        {
            Body = new SampleCar([repo.Commit.Cid], [repo.Commit, junk]).ToBytes(),
        };
    }

    // The rest is taken by others.
    private static RoomBudget BudgetWithLeft(long left)
    {
        var budget = new RoomBudget(1L << 30);
        Assert.True(budget.TryTake(budget.BytesMax - left));
        return budget;
    }

    private static void AssertNobodyIsBlamed(Asker asker)
    {
        Assert.Equal(0, asker.Profile.Faults);
        Assert.Empty(asker.Profile.Denied);
    }
}
