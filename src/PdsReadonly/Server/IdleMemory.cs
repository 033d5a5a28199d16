using System.Globalization;
using Http.Connections;
using PdsReadonly.Archive;

namespace PdsReadonly.Server;

/// <summary>
/// Gives memory back that is not used any more: the runtime collects only when something is
/// allocated, and what a crowd has left would stay for as long as a few others keep the server
/// busy.
/// </summary>
/// <remarks>
/// Collecting costs processor time and lets everyone wait for some milliseconds, so it is done only
/// after ten times as much time was used for something else: when the server has become quiet, when
/// clients have let go of what they held, and now and then while more is in use than an idle server
/// takes.
/// </remarks>
internal sealed class IdleMemory : IDisposable
{
    private const int QuietSecondsMin = 2;
    private const int CostFactor = 10;

    // Below that much nothing is collected while the server is busy.
    private const long UsedBytesMin = 36 << 20;

    // So much less held by clients is worth a collection.
    private const long LetGoBytesMin = 4 << 20;
    private const int BusySecondsMin = 4;
    private const int BusySecondsMax = 64;
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_useMin = TimeSpan.FromMilliseconds(20);

    private readonly MemoryGauges _gauges;
    private readonly Action<bool> _giveBack;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private TimeSpan _last;

    // What the start took is enough for once.
    private TimeSpan _collected = -s_useMin;
    private TimeSpan _cost;
    private int _quietSeconds;
    private int _secondsSince;
    private int _busySeconds = BusySecondsMin;
    private long _heldMost;

    /// <param name="time">Once a second of it is looked.</param>
    /// <param name="gauges">What is looked at.</param>
    /// <param name="giveBack">
    /// Called on the timer's thread, now and then; with true when the server is quiet.
    /// </param>
    internal IdleMemory(TimeProvider time, MemoryGauges gauges, Action<bool> giveBack)
    {
        _gauges = gauges;
        _giveBack = giveBack;
        _last = gauges.ProcessorTime();
        _timer = time.CreateTimer(_ => Look(), null, s_period, s_period);
    }

    /// <param name="time">Once a second of it is looked.</param>
    /// <param name="heldBytes">What clients hold at the moment.</param>
    internal static IdleMemory OfThisProcess(TimeProvider time, Func<long> heldBytes) =>
        new(time, MemoryGauges.OfThisProcess(heldBytes), GiveBack);

    public void Dispose() => _timer.Dispose();

    private static void GiveBack(bool isQuiet)
    {
        EngineBuffers.DropAll();
        // Those who ask at the moment would miss it.
        if (isQuiet) HotCache.DropAll();
        ProcessMemory.GiveBack();
        if (isQuiet) FilePages.GiveBack();
    }

    private void Look()
    {
        // A collection that takes longer than a second is met by the timer's next call.
        if (!_gate.TryEnter()) return;
        try
        {
            var now = _gauges.ProcessorTime();
            _quietSeconds = now - _last < s_quiet ? _quietSeconds + 1 : 0;
            _last = now;
            _secondsSince++;
            long held = _gauges.HeldBytes();
            _heldMost = Math.Max(_heldMost, held);
            var used = now - _collected;
            if (used < s_useMin || used < _cost * CostFactor) return;
            bool isQuiet = _quietSeconds >= QuietSecondsMin;
            if (isQuiet || IsDueWhileBusy(held)) Collect(now, held, isQuiet);
        }
        finally
        {
            _gate.Exit();
        }
    }

    private bool IsDueWhileBusy(long held)
    {
        bool letGo = _heldMost - held >= LetGoBytesMin;
        if (!letGo && _secondsSince < _busySeconds) return false;
        return _gauges.UsedBytes() >= UsedBytesMin;
    }

    private void Collect(TimeSpan now, long held, bool isQuiet)
    {
        long before = _gauges.UsedBytes();
        _giveBack(isQuiet);
        _last = _collected = _gauges.ProcessorTime();
        _cost = _collected - now;
        _secondsSince = 0;
        _heldMost = held;
        // Where it all is in use there is no hurry to try again.
        bool wasInVain = before - _gauges.UsedBytes() < before / 8;
        _busySeconds = wasInVain ? Math.Min(BusySecondsMax, _busySeconds * 2) : BusySecondsMin;
    }
}

/// <summary>What tells whether memory can be given back.</summary>
/// <param name="ProcessorTime">Used by the process so far.</param>
/// <param name="UsedBytes">Memory of its own that the process has now; 0 when unknown.</param>
/// <param name="HeldBytes">What clients hold of it.</param>
internal sealed record MemoryGauges(
    Func<TimeSpan> ProcessorTime, Func<long> UsedBytes, Func<long> HeldBytes)
{
    internal static MemoryGauges OfThisProcess(Func<long> heldBytes) =>
        new(() => Environment.CpuUsage.TotalTime, UsedByThisProcess, heldBytes);

    // Resident pages but for those of files (proc(5), statm).
    private static long UsedByThisProcess()
    {
        try
        {
            string[] pages = File.ReadAllText("/proc/self/statm").Split(' ');
            long resident = long.Parse(pages[1], CultureInfo.InvariantCulture);
            long shared = long.Parse(pages[2], CultureInfo.InvariantCulture);
            return (resident - shared) * Environment.SystemPageSize;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
