namespace PdsReadonly.Lightrail;

/// <summary>
/// Lets one wait until it is woken, or for so long; a call before that is not lost.
/// </summary>
internal sealed class WakeUp
{
    private static readonly TimeSpan s_most = TimeSpan.FromDays(40);

    private TaskCompletionSource _woken = New();

    /// <summary>From any thread.</summary>
    internal void Wake() => Volatile.Read(ref _woken).TrySetResult();

    /// <summary>Whether it was woken.</summary>
    internal async Task<bool> WaitAsync(
        TimeSpan most, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            // A timer reaches no further.
            await _woken.Task.WaitAsync(most < s_most ? most : s_most, time, cancellation);
        }
        catch (TimeoutException)
        {
            return false;
        }

        // What wakes from here on is for the next time.
        Volatile.Write(ref _woken, New());
        return true;
    }

    private static TaskCompletionSource New() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
