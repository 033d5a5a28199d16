using System.Runtime.InteropServices;
using PdsReadonly.Platform;

namespace PdsReadonly.Cli;

/// <summary>
/// Hears SIGTERM and SIGINT, instead of being ended by them, until it is disposed; once one has
/// come, to the end of the process, which is within <see cref="Limit"/> whatever does not return.
/// SIGHUP is reported and has no effect. A signal that was ignored when the process began, as nohup
/// and shells have it, stays ignored.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    /// <summary>
    /// From the signal to the end of the process. Container engines kill after ten seconds.
    /// </summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(8.5);

    // For the log's last line.
    private static readonly TimeSpan s_lastWords = TimeSpan.FromMilliseconds(200);

    private readonly TextWriter _log;
    private readonly CancellationTokenSource _stop;
    private readonly TaskCompletionSource _requested =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _hangUp;
    private readonly CancellationTokenRegistration _cancelled;
    private int _isHeard;

    /// <param name="log">Where it is said; writing to it must not wait.</param>
    /// <param name="cancellation">Asks for the same.</param>
    internal StopSignal(TextWriter log, CancellationToken cancellation)
    {
        _log = log;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _cancelled = _stop.Token.Register(() => _requested.TrySetResult());
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnStop);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnStop);
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnHangUp);
    }

    /// <summary>Done when it is time to stop.</summary>
    internal Task Requested => _requested.Task;

    /// <summary>Ends what is under way and has no answer to finish.</summary>
    internal CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        // A second signal on the last steps of a good end would make a failure of it.
        if (Volatile.Read(ref _isHeard) != 0) return;
        _terminate.Dispose();
        _interrupt.Dispose();
        _hangUp.Dispose();
        _cancelled.Dispose();
        _stop.Dispose();
    }

    private void OnStop(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Exchange(ref _isHeard, 1) != 0) return;
        // A thread of its own: those of the pool may all be waiting for a disk.
        new Thread(EndAtTheLimit) { Name = "stop", IsBackground = true }.Start();
        _stop.Cancel();
    }

    // What was asked for is done, so this is a success too: all that is kept is stored by
    // transactions and renames, which can end at any moment.
    private void EndAtTheLimit()
    {
        using var end = new ManualResetEventSlim();
        end.Wait(Limit - s_lastWords);
        _log.WriteLine("warning: not all that was under way could be ended in time");
        end.Wait(s_lastWords);
        ProcessEnd.Now(ExitCode.Done);
    }

    private void OnHangUp(PosixSignalContext context)
    {
        context.Cancel = true;
        _log.WriteLine("SIGHUP has no effect: files are read again after a restart");
    }
}
