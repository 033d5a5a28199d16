namespace PdsReadonly.Tests.Support;

/// <summary>
/// A clock on which nobody waits: a delay is over at once, and the clock has moved on by it. What
/// is at least as long as the limit never comes to its end, as time-outs do not.
/// </summary>
internal sealed class ImpatientTime(TimeSpan limit) : TimeProvider
{
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal List<TimeSpan> Delays { get; } = [];

    /// <summary>What else happens while somebody waits.</summary>
    internal Action OnDelay { get; set; } = static () => { };

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.Ticks;

    public override DateTimeOffset GetUtcNow() => _now;

    /// <summary>Time passes while nobody waits.</summary>
    internal void Pass(TimeSpan span) => _now += span;

    public override ITimer CreateTimer(
        TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < limit && dueTime >= TimeSpan.Zero)
        {
            Delays.Add(dueTime);
            _now += dueTime;
            OnDelay();
            callback(state);
        }

        return new NoTimer();
    }

    private sealed class NoTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
