using PdsReadonly.Server;

namespace PdsReadonly.Tests.Server;

public sealed class IdleMemoryTests
{
    [Test]
    // What the process uses each second, in milliseconds, and after which seconds it collects.
    [Arguments(new[] { 0, 0, 0, 0 }, new[] { 2 })]
    [Arguments(new[] { 5, 5, 5, 5, 5, 5, 5 }, new[] { 2, 6 })]
    [Arguments(new[] { 500, 0, 0, 0, 0 }, new[] { 3 })]
    [Arguments(new[] { 500, 0, 500, 0, 0, 0 }, new[] { 5 })]
    [Arguments(new[] { 500, 500, 500, 500 }, new int[0])]
    [Arguments(new[] { 500, 0, 0, 5, 5, 5, 5, 5 }, new[] { 3, 7 })]
    public void Look_ByWhatIsUsed_CollectsWhenQuietAgain(int[] used, int[] expected) =>
        Assert.Equal(expected, Collections(used, cost: 0));

    [Test]
    public void Look_CollectingCosts_WaitsForTenTimesAsMuchUse()
    {
        int[] used = [500, 0, 0, .. Enumerable.Repeat(19, 40)];
        Assert.Equal([3, 3 + 27], Collections(used, cost: 50)[..2]);
    }

    [Test]
    public void Look_BusyAndClientsLetGo_CollectsAtOnce()
    {
        long held = 60 << 20;
        long used = 90 << 20;
        int[] collections = CollectionsWhileBusy(10, second =>
        {
            if (second == 3) held = 0;
            return (used, held);
        });
        Assert.Equal(3, collections[0]);
    }

    [Test]
    public void Look_BusyWithMuchInUse_TriesLessAndLessOften()
    {
        int[] collections = CollectionsWhileBusy(100, _ => (90 << 20, 0));
        Assert.Equal([4, 4 + 8, 4 + 8 + 16, 4 + 8 + 16 + 32], collections[..4]);
    }

    [Test]
    public void Look_BusyWithLittleInUse_DoesNotCollect() =>
        Assert.Empty(CollectionsWhileBusy(100, _ => (30 << 20, 0)));

    private static int[] CollectionsWhileBusy(
        int seconds, Func<int, (long Used, long Held)> gaugesAt)
    {
        var time = new SteppedTime();
        var processor = TimeSpan.Zero;
        var now = (Used: 0L, Held: 0L);
        var collections = new List<int>();
        int second = 0;
        var gauges = new MemoryGauges(() => processor, () => now.Used, () => now.Held);
        using var memory = new IdleMemory(time, gauges, isQuiet =>
        {
            Assert.False(isQuiet);
            collections.Add(second);
        });
        while (second < seconds)
        {
            now = gaugesAt(++second);
            processor += TimeSpan.FromMilliseconds(500);
            time.Tick();
        }

        return [.. collections];
    }

    private static int[] Collections(int[] used, int cost)
    {
        var time = new SteppedTime();
        var processor = TimeSpan.Zero;
        var collections = new List<int>();
        int second = 0;
        var gauges = new MemoryGauges(() => processor, () => 0, () => 0);
        using var memory = new IdleMemory(time, gauges, isQuiet =>
        {
            Assert.True(isQuiet);
            processor += TimeSpan.FromMilliseconds(cost);
            collections.Add(second);
        });
        foreach (int milliseconds in used)
        {
            second++;
            processor += TimeSpan.FromMilliseconds(milliseconds);
            time.Tick();
        }

        return [.. collections];
    }

    /// <summary>A clock whose one timer is called when the test says so.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private TimerCallback? _callback;

        public override ITimer CreateTimer(
            TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _callback = callback;
            return new Handle();
        }

        internal void Tick() => _callback!(null);

        private sealed class Handle : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
