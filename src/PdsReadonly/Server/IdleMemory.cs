using PdsReadonly.Archive;

namespace PdsReadonly.Server;

/// <summary>
/// Gives memory back when the server was busy and is not any more: the runtime collects only when
/// something is allocated, so what a crowd has left would stay as long as nobody comes.
/// </summary>
/// <remarks>
/// What is looked at is the processor's time, which nothing can use memory without. Collecting
/// costs some as well, so it is done only after ten times as much was used for something else, and
/// once after the start.
/// </remarks>
internal sealed class IdleMemory : IDisposable
{
    private const int QuietSecondsMin = 2;
    private const int CostFactor = 10;
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_useMin = TimeSpan.FromMilliseconds(20);

    private readonly Func<TimeSpan> _processorTime;
    private readonly Action _giveBack;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private TimeSpan _last;

    // What the start took is enough for once.
    private TimeSpan _collected = -s_useMin;
    private TimeSpan _cost;
    private int _quietSeconds;

    /// <param name="time">Once a second of it is looked.</param>
    /// <param name="processorTime">What the process has used so far.</param>
    /// <param name="giveBack">Called on the timer's thread, now and then.</param>
    internal IdleMemory(TimeProvider time, Func<TimeSpan> processorTime, Action giveBack)
    {
        _processorTime = processorTime;
        _giveBack = giveBack;
        _last = processorTime();
        _timer = time.CreateTimer(_ => Look(), null, s_period, s_period);
    }

    internal static IdleMemory OfThisProcess(TimeProvider time) =>
        new(time, () => Environment.CpuUsage.TotalTime, GiveBack);

    public void Dispose() => _timer.Dispose();

    private static void GiveBack()
    {
        HotCache.DropAll();
        ProcessMemory.GiveBack();
        FilePages.GiveBack();
    }

    private void Look()
    {
        // A collection that takes longer than a second is met by the timer's next call.
        if (!_gate.TryEnter()) return;
        try
        {
            var now = _processorTime();
            _quietSeconds = now - _last < s_quiet ? _quietSeconds + 1 : 0;
            _last = now;
            var used = now - _collected;
            if (_quietSeconds < QuietSecondsMin || used < s_useMin || used < _cost * CostFactor)
            {
                return;
            }

            _giveBack();
            _last = _collected = _processorTime();
            _cost = _collected - now;
        }
        finally
        {
            _gate.Exit();
        }
    }
}
