using System.Diagnostics;
using Http.Messages;

namespace Http.Connections;

// What the connection waits for, and until when.
public sealed partial class HttpConnection
{
    /// <summary>
    /// When to call <see cref="TimedOut"/>, as a timestamp of the engine's clock.
    /// </summary>
    public long Deadline { get; private set; } = long.MaxValue;

    public DeadlineKind DeadlineKind { get; private set; }

    /// <summary>
    /// When what it waits for with the present deadline began, as a timestamp of the engine's
    /// clock. Only while <see cref="IsWaiting"/>.
    /// </summary>
    public long WaitingSince => Deadline - Ticks(TimeoutOf(DeadlineKind));

    /// <summary>
    /// The deadline has passed: says so to a client that was sending, pings one that is silent,
    /// else closes. Does not wait for a disk.
    /// </summary>
    public NextStep TimedOut()
    {
        switch (DeadlineKind)
        {
            case DeadlineKind.Head or DeadlineKind.Body:
                if (_work is null)
                {
                    // Whether it is a HEAD, which gets no body, stands in its beginning.
                    _work = TakeWorkingSet();
                    _ = _work.Head.TryParse(_work.Input.FromHead, out _);
                }

                Refuse(RequestRejection.TimedOut);
                return Advance(mayBlock: false);
            case DeadlineKind.Silence:
                return TimeOutSilence();
            case DeadlineKind.SlowReader:
                return Reset();
            default:
                return Close();
        }
    }

    private NextStep Read(DeadlineKind kind)
    {
        // One deadline for the whole head, content or wait: it is not moved by each byte that
        // comes.
        if (DeadlineKind != kind) SetDeadline(kind);
        return NextStep.Read;
    }

    private NextStep Write()
    {
        // A new deadline for each piece the client takes.
        if (DeadlineKind != DeadlineKind.SlowReader || Deadline == long.MaxValue)
        {
            SetDeadline(DeadlineKind.SlowReader);
        }

        return NextStep.Write;
    }

    private void SetDeadline(DeadlineKind kind)
    {
        DeadlineKind = kind;
        Deadline = TimestampAfter(TimeoutOf(kind));
    }

    private TimeSpan TimeoutOf(DeadlineKind kind) => kind switch
    {
        DeadlineKind.Idle => _limits.IdleTimeout,
        DeadlineKind.Head => _limits.HeadTimeout,
        DeadlineKind.Body => _limits.BodyTimeout,
        DeadlineKind.SlowReader => _limits.SlowReaderTimeout,
        DeadlineKind.Linger => _limits.LingerTimeout,
        _ => throw new UnreachableException(),
    };

    private long TimestampAfter(TimeSpan timeout) =>
        _engine.Time.GetTimestamp() + Ticks(timeout);

    private long Ticks(TimeSpan timeout) =>
        (long)(timeout.TotalSeconds * _engine.Time.TimestampFrequency);
}
