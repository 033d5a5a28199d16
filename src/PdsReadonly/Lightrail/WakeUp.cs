namespace PdsReadonly.Lightrail;

/// <summary>Lets one wait until it is woken, or for so long; a call before that is not lost.</summary>
internal sealed class WakeUp
{
    private static readonly TimeSpan s_most = TimeSpan.FromDays(40);

    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly Lock _lock = new();

    /// <summary>From any thread.</summary>
    internal void Wake()
    {
        lock (_lock)
        {
            if (_signal.CurrentCount == 0) _signal.Release();
        }
    }

    /// <summary>Whether it was woken.</summary>
    internal async Task<bool> WaitAsync(
        TimeSpan most, TimeProvider time, CancellationToken cancellation)
    {
        // A timer reaches no further.
        using var timeout = new CancellationTokenSource(most < s_most ? most : s_most, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            timeout.Token, cancellation);
        try
        {
            await _signal.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
