namespace Http.Tests.Support;

/// <summary>
/// A clock that stands still until a test moves it, and then fires the timers that are due.
/// </summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.Ticks;

    public override ITimer CreateTimer(
        TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (_lock) _timers.Add(timer);
        return timer;
    }

    internal void Advance(TimeSpan time)
    {
        _now += time;
        ManualTimer[] timers;
        lock (_lock) timers = [.. _timers];
        foreach (var timer in timers) timer.FireIfDue(_now);
    }

    private sealed class ManualTimer(ManualTime time, Action callback) : ITimer
    {
        private DateTimeOffset _due = DateTimeOffset.MaxValue;
        private TimeSpan _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            bool never = dueTime == Timeout.InfiniteTimeSpan;
            _due = never ? DateTimeOffset.MaxValue : time._now + dueTime;
            _period = period;
            return true;
        }

        public void Dispose()
        {
            lock (time._lock) time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        internal void FireIfDue(DateTimeOffset now)
        {
            if (now < _due) return;
            _due = _period > TimeSpan.Zero ? now + _period : DateTimeOffset.MaxValue;
            callback();
        }
    }
}
