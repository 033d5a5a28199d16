using PdsReadonly.Lightrail;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>Waiting until something is to be done.</summary>
public sealed class WakeUpTests
{
    private readonly WakeUp _wakeUp = new();

    [Test]
    public async Task Wait_CallsBefore_AreNotLostAndAreOne()
    {
        _wakeUp.Wake();
        _wakeUp.Wake();
        Assert.True(await WaitAsync(TimeSpan.Zero));
        Assert.False(await WaitAsync(TimeSpan.Zero));
        Assert.False(await WaitAsync(TimeSpan.FromMilliseconds(1)));
    }

    [Test]
    public async Task Wait_ForLongerThanATimerReaches_IsWoken()
    {
        var wait = WaitAsync(TimeSpan.MaxValue);
        Assert.False(wait.IsCompleted);
        _wakeUp.Wake();
        Assert.True(await wait);
    }

    [Test]
    public async Task Wait_Cancelled_Throws()
    {
        using var stop = new CancellationTokenSource();
        var wait = _wakeUp.WaitAsync(TimeSpan.MaxValue, TimeProvider.System, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        _wakeUp.Wake();
        Assert.True(await WaitAsync(TimeSpan.Zero));
    }

    [Test]
    public async Task Wait_WokenFromManyThreads_MissesNothing()
    {
        const int Count = 20_000;
        int made = 0;
        var waker = Task.Run(
            () =>
            {
                for (int i = 0; i < Count; i++)
                {
                    Interlocked.Increment(ref made);
                    _wakeUp.Wake();
                }
            },
            CancellationToken.None);
        // Without the last call this would wait until the test is stopped.
        for (int seen = 0; seen < Count; seen = Volatile.Read(ref made))
        {
            Assert.True(await WaitAsync(TimeSpan.MaxValue));
        }

        await waker;
    }

    private Task<bool> WaitAsync(TimeSpan most) => _wakeUp.WaitAsync(
        most, TimeProvider.System, TestRun.Cancellation);
}
