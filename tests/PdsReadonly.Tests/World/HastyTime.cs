namespace PdsReadonly.Tests.World;

/// <summary>
/// A clock that runs four thousand times as fast, for waits that have to come to their end.
/// </summary>
internal sealed class HastyTime : TimeProvider
{
    private const int Haste = 4000;

    public override DateTimeOffset GetUtcNow() =>
        DateTimeOffset.UnixEpoch + (System.GetElapsedTime(0) * Haste);

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override ITimer CreateTimer(
        TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new HastyTimer(System.CreateTimer(callback, state, Hasten(dueTime), Hasten(period)));

    private static TimeSpan Hasten(TimeSpan time) => time < TimeSpan.Zero ? time : time / Haste;

    private sealed class HastyTimer(ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) =>
            timer.Change(Hasten(dueTime), Hasten(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
