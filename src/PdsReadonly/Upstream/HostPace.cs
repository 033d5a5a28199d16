namespace PdsReadonly.Upstream;

/// <summary>
/// The pace of one host, shared by all who ask it: so many requests a second, and none while the
/// host has asked to be left alone. For any thread.
/// </summary>
/// <param name="requestsPerSecond">Zero is no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class HostPace(double requestsPerSecond, TimeProvider time)
{
    /// <summary>Whoever would have to wait for longer is told so at once.</summary>
    internal static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(6);

    /// <summary>What a host can ask for at most.</summary>
    internal static readonly TimeSpan HoldMax = TimeSpan.FromHours(1);

    // Long waits are made of shorter ones: a clock may be set anew meanwhile.
    private static readonly TimeSpan s_sleepMax = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly TimeSpan _interval = requestsPerSecond > 0
        ? TimeSpan.FromSeconds(1 / requestsPerSecond)
        : TimeSpan.Zero;

    private DateTimeOffset _next = DateTimeOffset.MinValue;
    private DateTimeOffset _heldUntil = DateTimeOffset.MinValue;

    /// <summary>No request is made before.</summary>
    internal DateTimeOffset HeldUntil
    {
        get
        {
            lock (_lock) return _heldUntil;
        }
    }

    /// <summary>No request for so long, whoever asks.</summary>
    internal void Hold(TimeSpan pause)
    {
        if (pause > HoldMax) pause = HoldMax;
        var until = time.GetUtcNow() + pause;
        lock (_lock)
        {
            if (until > _heldUntil) _heldUntil = until;
        }
    }

    /// <summary>
    /// Waits for a turn. False when that takes longer than anyone should wait: ask another day.
    /// </summary>
    internal async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        while (TryReserve(out var turn))
        {
            if (turn <= time.GetUtcNow()) return true;
            for (var now = time.GetUtcNow(); now < turn; now = time.GetUtcNow())
            {
                await Task.Delay(Sleep(turn - now), time, cancellation);
            }

            // Meanwhile another may have been told to wait: then so has this one.
            if (HeldUntil <= turn) return true;
        }

        return false;
    }

    private bool TryReserve(out DateTimeOffset turn)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            turn = _next > _heldUntil ? _next : _heldUntil;
            if (turn < now) turn = now;
            if (turn - now > WaitMax) return false;
            _next = turn + _interval;
            return true;
        }
    }

    // In whole milliseconds: less than one would not be waited for.
    private static TimeSpan Sleep(TimeSpan pause) => pause > s_sleepMax
        ? s_sleepMax
        : TimeSpan.FromMilliseconds(Math.Ceiling(pause.TotalMilliseconds));
}
