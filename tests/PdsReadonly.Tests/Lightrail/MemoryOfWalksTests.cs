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

    [Theory]
    [InlineData(Strategy.Auto)]
    [InlineData(Strategy.Proof)]
    [InlineData(Strategy.Blocks)]
    [InlineData(Strategy.Probe)]
    [InlineData(Strategy.Repo)]
    internal async Task Prove_WithRoom_HoldsWhatItTakes(Strategy strategy)
    {
        var swollen = ForgedTree.Swollen(_repo, Collections);
        _host.Lie = Lies.Instead(swollen);
        var budget = new MemoryBudget(2 * SwollenBytes);
        using var memory = new MemoryShare(budget);
        using var asker = new Asker(_host, _key) { Memory = memory };
        var outcome = await asker.ProveAsync(_repo.Did, strategy);
        Assert.Equal(Collections, outcome.Proven?.Collections.Count);
        Assert.InRange(memory.Bytes, SwollenBytes, 2 * SwollenBytes);
        Assert.Equal(memory.Bytes - MemoryShare.OwnBytes, budget.Bytes);
    }

    [Theory]
    [InlineData(Strategy.Auto)]
    [InlineData(Strategy.Proof)]
    [InlineData(Strategy.Blocks)]
    [InlineData(Strategy.Probe)]
    [InlineData(Strategy.Repo)]
    internal async Task Prove_NodesBeyondTheBudget_IsNoRoom(Strategy strategy)
    {
        _host.Lie = Lies.Instead(ForgedTree.Swollen(_repo, Collections));
        await AssertNoRoomAsync(strategy, new MemoryBudget(SwollenBytes / 2));
    }

    [Theory]
    [InlineData(Strategy.Auto)]
    [InlineData(Strategy.Proof)]
    [InlineData(Strategy.Blocks)]
    [InlineData(Strategy.Probe)]
    [InlineData(Strategy.Repo)]
    internal async Task Prove_BodyBeyondTheBudget_IsNoRoom(Strategy strategy)
    {
        byte[] junk = new byte[3_000_000];
        _host.Lie = (_, repo, honest) => honest with
        {
            Body = new SampleCar([repo.Commit.Cid], [repo.Commit, SampleBlock.Of(junk)]).ToBytes(),
        };
        await AssertNoRoomAsync(strategy, new MemoryBudget(1 << 20));
        Assert.Single(_host.Methods);
    }

    [Theory]
    [InlineData(Strategy.Auto)]
    [InlineData(Strategy.Proof)]
    [InlineData(Strategy.Blocks)]
    [InlineData(Strategy.Probe)]
    [InlineData(Strategy.Repo)]
    internal async Task Prove_RepoBeyondItsLimit_IsTooLarge(Strategy strategy)
    {
        _host.Lie = Lies.Instead(ForgedTree.Swollen(_repo, Collections));
        using var asker = new Asker(_host, _key) { WalkBytesMax = SwollenBytes / 2 };
        var outcome = await asker.ProveAsync(_repo.Did, strategy);
        Assert.Equal(Unproven.TooLarge, outcome.Reason);
        AssertNobodyIsBlamed(asker);
    }

    [Fact]
    public async Task Prove_SmallRepoWithoutABudget_IsProvenByItsOwn()
    {
        foreach (var strategy in Asker.Proving)
        {
            using var memory = new MemoryShare(new MemoryBudget(0));
            using var asker = new Asker(_host, _key) { Memory = memory };
            var outcome = await asker.ProveAsync(_repo.Did, strategy);
            Assert.Equal(_repo.Collections(), outcome.Proven?.Collections);
        }
    }

    [Theory]
    [InlineData(BodyShape.Cut, Strategy.Proof)]
    [InlineData(BodyShape.Cut, Strategy.Repo)]
    [InlineData(BodyShape.Endless, Strategy.Proof)]
    [InlineData(BodyShape.Endless, Strategy.Repo)]
    internal async Task Prove_BodyThatDoesNotEnd_IsLetGo(BodyShape shape, Strategy strategy)
    {
        _host.Lie = (_, _, honest) => honest with { Shape = shape };
        using var memory = new MemoryShare(new MemoryBudget(1L << 30));
        using var asker = new Asker(_host, _key) { Memory = memory, ExportBytesMax = 20 << 20 };
        await asker.ProveAsync(_repo.Did, strategy);
        // What is left are nodes.
        Assert.InRange(memory.Bytes, 0, MemoryShare.OwnBytes);
        Assert.False(memory.IsShort);
    }

    [Fact]
    public async Task Prove_Cancelled_GivesBackAll()
    {
        byte[] junk = new byte[6_000_000];
        _host.Lie = (_, repo, honest) => honest with { Body = junk, Shape = BodyShape.Stalled };
        var budget = new MemoryBudget(1L << 30);
        using var stop = new CancellationTokenSource();
        using (var memory = new MemoryShare(budget))
        {
            using var asker = new Asker(_host, _key, TimeProvider.System) { Memory = memory };
            var proving = asker.ProveAsync(
                _repo.Did, Strategy.Proof, cancellation: stop.Token);
            await IndexedWorld.UntilAsync(() => budget.Bytes > 2_000_000);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => proving);
        }

        Assert.Equal(0, budget.Bytes);
    }

    private async Task AssertNoRoomAsync(Strategy strategy, MemoryBudget budget)
    {
        using (var memory = new MemoryShare(budget))
        {
            using var asker = new Asker(_host, _key) { Memory = memory };
            var outcome = await asker.ProveAsync(_repo.Did, strategy);
            Assert.Equal(Unproven.NoRoom, outcome.Reason);
            AssertNobodyIsBlamed(asker);
        }

        Assert.Equal(0, budget.Bytes);
    }

    private static void AssertNobodyIsBlamed(Asker asker)
    {
        Assert.Equal(0, asker.Profile.Faults);
        Assert.Empty(asker.Profile.Denied);
    }
}
