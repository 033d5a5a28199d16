using PdsReadonly.Tests.Support;
using PdsReadonly.Upstream;

namespace PdsReadonly.Tests.Upstream;

/// <summary>Turns at one host, on a clock on which nobody waits.</summary>
public sealed class HostPaceTests
{
    private readonly ImpatientTime _time = new(TimeSpan.FromHours(1));

    private static CancellationToken Cancellation => TestRun.Cancellation;

    [Test]
    public async Task Wait_WithoutAPace_WaitsForNothing()
    {
        var pace = new HostPace(0, _time);
        for (int i = 0; i < 10; i++) Assert.True(await pace.WaitAsync(Cancellation));
        Assert.Empty(_time.Delays);
    }

    [Test]
    public async Task Wait_WithAPace_GivesATurnEachInterval()
    {
        var pace = new HostPace(8, _time);
        for (int i = 0; i < 4; i++) Assert.True(await pace.WaitAsync(Cancellation));
        Assert.Equal(Enumerable.Repeat(TimeSpan.FromMilliseconds(125), 3), _time.Delays);
    }

    [Test]
    public async Task Hold_IsWaitedForByAll_InPieces()
    {
        var pace = new HostPace(0, _time);
        pace.Hold(TimeSpan.FromSeconds(150));
        // A shorter one ends no longer one.
        pace.Hold(TimeSpan.FromSeconds(1));
        Assert.True(await pace.WaitAsync(Cancellation));
        Assert.Equal([60, 60, 30], _time.Delays.Select(delay => delay.TotalSeconds));
    }

    [Test]
    public async Task Hold_LongerThanAnyoneWaits_IsSaidAtOnce()
    {
        var pace = new HostPace(1, _time);
        pace.Hold(HostPace.WaitMax + TimeSpan.FromSeconds(1));
        Assert.False(await pace.WaitAsync(Cancellation));
        Assert.Empty(_time.Delays);
    }

    [Test]
    public void Hold_ForEver_IsForAnHour()
    {
        var pace = new HostPace(1, _time);
        pace.Hold(TimeSpan.FromDays(1000));
        Assert.Equal(_time.GetUtcNow() + HostPace.HoldMax, pace.HeldUntil);
    }
}
