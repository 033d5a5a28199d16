using System.Diagnostics.CodeAnalysis;
using Atproto.Firehose;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>
/// What the event stream has of one repo while that is being walked: its #commits' blocks, oldest
/// first. When they take too much memory the oldest go: what they held is then asked for. For any
/// thread.
/// </summary>
/// <param name="memory">Where they are counted, if they are.</param>
/// <param name="bytesMax">Bytes of them.</param>
internal sealed class CommitInbox(
    RoomShare? memory = null, int bytesMax = CommitInbox.BytesMaxDefault)
{
    // One of the largest, or a hundred.
    internal const int BytesMaxDefault = StreamLimits.CommitBlocksBytesMax;

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
            while (_bytes + car.Length > bytesMax || memory?.TryTakeSpare(car.Length) == false)
            {
                Dropped++;
                if (!TryDequeue(out _)) return;
            }

            _cars.Enqueue(car);
            _bytes += car.Length;
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
        lock (_lock) return TryDequeue(out car);
    }

    private bool TryDequeue([MaybeNullWhen(false)] out ReadOnlyMemory<byte> car)
    {
        if (!_cars.TryDequeue(out car)) return false;
        _bytes -= car.Length;
        memory?.GiveBack(car.Length);
        return true;
    }
}
