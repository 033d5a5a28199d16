using System.Runtime.InteropServices;

namespace PdsReadonly.Cli;

/// <summary>
/// Hears SIGTERM and SIGINT, instead of being ended by them, until it is disposed; once one has
/// come, to the end of the process.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private readonly TaskCompletionSource _requested =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;
    private readonly CancellationTokenRegistration _cancelled;
    private volatile bool _isHeard;

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
        _cancelled.Dispose();
        // A second signal on the last steps of a good end would make a failure of it.
        if (_isHeard) return;
        _terminate.Dispose();
        _interrupt.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        _isHeard = true;
        _requested.TrySetResult();
    }
}
