namespace Samples.World;

/// <summary>One event with its number.</summary>
/// <param name="Seq">Greater than those before.</param>
/// <param name="Frame">Header and body.</param>
/// <param name="Copies">How often it is sent: 0 makes a gap, 2 a duplicate.</param>
public readonly record struct LoggedEvent(long Seq, byte[] Frame, int Copies = 1);

/// <summary>
/// The events of a host or a relay, resumable by number. Safe from any thread.
/// </summary>
public sealed class EventFeed
{
    private readonly Lock _gate = new();
    private readonly List<LoggedEvent> _events = [];
    private readonly List<Action> _waiters = [];

    /// <summary>The number of the newest event.</summary>
    public long Last { get; private set; }

    /// <summary>Everything up to this number is forgotten.</summary>
    public long Floor { get; private set; }

    /// <summary>Messages after which a connection is cut; 0 for never.</summary>
    public int CutAfter { get; set; }

    /// <summary>Clients that listen now.</summary>
    public int Listeners
    {
        get
        {
            lock (_gate) return _waiters.Count;
        }
    }

    /// <summary>Adds an event under the next number, which its frame is made for.</summary>
    public LoggedEvent Append(Func<long, byte[]> frame, int copies = 1)
    {
        ArgumentNullException.ThrowIfNull(frame);
        LoggedEvent added;
        Action[] waiters;
        lock (_gate)
        {
            added = new LoggedEvent(Last + 1, frame(Last + 1), copies);
            _events.Add(added);
            Last = added.Seq;
            waiters = [.. _waiters];
        }

        foreach (var wake in waiters) wake();
        return added;
    }

    /// <summary>Forgets events: who comes from before the number hears OutdatedCursor.</summary>
    public void ForgetUpTo(long seq)
    {
        lock (_gate)
        {
            _events.RemoveAll(each => each.Seq <= seq);
            Floor = Math.Max(Floor, seq);
        }
    }

    /// <summary>
    /// Begins anew from a number, as a relay does that has lost its own: those who come with a
    /// greater one hear FutureCursor.
    /// </summary>
    public void Renumber(long last)
    {
        lock (_gate)
        {
            _events.Clear();
            Floor = Last = last;
        }
    }

    /// <summary>Up to so many events beyond a number.</summary>
    public IReadOnlyList<LoggedEvent> Beyond(long seq, int max)
    {
        lock (_gate)
        {
            int low = 0;
            int high = _events.Count;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (_events[middle].Seq <= seq) low = middle + 1;
                else high = middle;
            }

            return _events.GetRange(low, Math.Min(max, _events.Count - low));
        }
    }

    internal void Listen(Action wake)
    {
        lock (_gate) _waiters.Add(wake);
    }

    internal void Leave(Action wake)
    {
        lock (_gate) _waiters.Remove(wake);
    }
}
