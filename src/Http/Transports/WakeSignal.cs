using System.Threading.Tasks.Sources;

namespace Http.Transports;

/// <summary>
/// Wakes the one who waits, from any thread; being set more than once before it is waited for is
/// the same as once. Waiting allocates nothing, and the waiter never runs on the setter's thread.
/// </summary>
internal sealed class WakeSignal : IValueTaskSource
{
    private const int Idle = 0;
    private const int Set = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<bool> _core =
        new() { RunContinuationsAsynchronously = true };

    private int _state;

    internal void Wake()
    {
        while (true)
        {
            int state = Interlocked.CompareExchange(ref _state, Set, Idle);
            if (state != Waiting) return;
            if (Interlocked.CompareExchange(ref _state, Idle, Waiting) != Waiting) continue;
            _core.SetResult(true);
            return;
        }
    }

    /// <summary>One waiter at a time, and its task is awaited once.</summary>
    internal ValueTask WaitAsync()
    {
        // Only the one who waits touches the core here: a setter does when it finds it waiting.
        _core.Reset();
        short version = _core.Version;
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle)
        {
            return new ValueTask(this, version);
        }

        Volatile.Write(ref _state, Idle);
        return ValueTask.CompletedTask;
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation,
        object? state,
        short token,
        ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
