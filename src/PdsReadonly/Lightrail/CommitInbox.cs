using System.Diagnostics.CodeAnalysis;

namespace PdsReadonly.Lightrail;

/// <summary>
/// What the event stream has of one repo while that is being walked: its #commits' blocks, oldest
/// first. When they take too much memory the oldest go: what they held is then asked for. For any
/// thread.
/// </summary>
internal sealed class CommitInbox(int bytesMax = CommitInbox.BytesMaxDefault)
{
    internal const int BytesMaxDefault = 8 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<ReadOnlyMemory<byte>> _cars = [];
    private long _bytes;
    private TaskCompletionSource? _offered;

    /// <summary>How many had to go.</summary>
    internal long Dropped { get; private set; }

    /// <param name="car">The CAR of a #commit; it must not change any more.</param>
    internal void Offer(ReadOnlyMemory<byte> car)
    {
        lock (_lock)
        {
            _cars.Enqueue(car);
            _bytes += car.Length;
            while (_bytes > bytesMax)
            {
                _bytes -= _cars.Dequeue().Length;
                Dropped++;
            }

            _offered?.TrySetResult();
            _offered = null;
        }
    }

    /// <summary>Waits until there is something to take, or for so long.</summary>
    internal async ValueTask WaitAsync(
        TimeSpan timeout, TimeProvider time, CancellationToken cancellation)
    {
        Task offered;
        lock (_lock)
        {
            if (_cars.Count > 0) return;
            _offered ??= new TaskCompletionSource(
                TaskCreationOptions.RunContinuationsAsynchronously);
            offered = _offered.Task;
        }

        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(offered, Task.Delay(timeout, time, wait.Token));
        await wait.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }

    internal bool TryTake([MaybeNullWhen(false)] out ReadOnlyMemory<byte> car)
    {
        lock (_lock)
        {
            if (!_cars.TryDequeue(out car)) return false;
            _bytes -= car.Length;
            return true;
        }
    }
}
