using System.Runtime.InteropServices;

namespace PdsReadonly.Cli;

/// <summary>
/// Hears SIGTERM and SIGINT, instead of being ended by them, until it is disposed.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private readonly TaskCompletionSource _requested =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;
    private readonly CancellationTokenRegistration _cancelled;

    /// <param name="cancellation">Asks for the same.</param>
    internal StopSignal(CancellationToken cancellation)
    {
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _cancelled = cancellation.Register(() => _requested.TrySetResult());
    }

    /// <summary>Done when it is time to stop.</summary>
    internal Task Requested => _requested.Task;

    public void Dispose()
    {
        _terminate.Dispose();
        _interrupt.Dispose();
        _cancelled.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        _requested.TrySetResult();
    }
}
