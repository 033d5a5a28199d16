using System.Collections.Concurrent;
using Atproto.Syntax;
using PdsReadonly.Catalog;
using PdsReadonly.Index;

namespace PdsReadonly.Events;

/// <summary>
/// Events, each numbered once and stored before anyone sees it, in the transaction that caused it.
/// Numbers only ever grow: over restarts, with a clock that was set back, and, as far as the clock
/// or the revs of the repos tell, over the loss of the data folder.
/// </summary>
/// <remarks>
/// Writing happens under the catalog's gate. Reading what is new takes no gate; what is older is
/// read from the database, under it.
/// </remarks>
internal sealed class EventLog
{
    private const long NumberMax = (1L << 53) - 1;

    // Microseconds up to the year 2112. A clock or rev beyond may be noise, and would use up all
    // numbers at once.
    private const long BelievedMax = 1L << 52;

    // What a crash of the whole machine may take with it has numbers that others have seen; a clock
    // that goes right has passed them long since.
    private const long StepAfterRestart = 60_000_000;

    private const int DroppedAtOnce = 1000;

    private static readonly TimeSpan s_dropEvery = TimeSpan.FromHours(1);

    private readonly CatalogDatabase _database;
    private readonly TimeProvider _time;
    private readonly TimeSpan _window;
    private readonly EventTail _tail;
    private readonly List<EventRow> _pending = [];
    private readonly List<(string Did, bool Active)> _pendingStatuses = [];
    private readonly ConcurrentDictionary<string, byte> _inactive = new(StringComparer.Ordinal);
    private long _pendingForget;
    private long _given;
    private long _last;
    private long _dropped;
    private DateTimeOffset _nextDrop = DateTimeOffset.MinValue;

    internal EventLog(CatalogDatabase database, TimeProvider time, TimeSpan window)
    {
        _database = database;
        _time = time;
        _window = window;
        Table = new EventTable(database);
        lock (database.Gate)
        {
            long now = Believed(Microseconds(time.GetUtcNow()));
            if (Table.ReadLog() is not { } log)
            {
                log = (now, 0, 0);
                database.InTransaction(() => Table.CreateLog(now));
            }

            Floor = log.Floor;
            _dropped = log.Dropped;
            _given = Math.Max(log.Floor, Math.Max(log.Last, log.Dropped));
            if (log.Last > 0 && now <= log.Last) _given = log.Last + StepAfterRestart;
            foreach (string did in Table.ListInactive()) _inactive.TryAdd(did, 0);
        }

        _last = _given;
        _tail = new EventTail(_last);
    }

    internal EventTable Table { get; }

    internal Waiters Waiters { get; } = new();

    /// <summary>
    /// The highest number that may have been seen. On a new log this is the time it was made, so
    /// that cursors of an earlier one are old rather than in the future.
    /// </summary>
    internal long Last => Volatile.Read(ref _last);

    /// <summary>Every number of this log is higher.</summary>
    internal long Floor { get; }

    /// <summary>The highest number of an event that was dropped.</summary>
    internal long Dropped => Volatile.Read(ref _dropped);

    /// <summary>
    /// Whether a repo's state may not be told now, whatever was told of it before.
    /// </summary>
    internal bool IsInactive(string did) => _inactive.ContainsKey(did);

    /// <summary>Whether a rev is later than the clock allows.</summary>
    internal bool IsInFuture(Tid rev) => RevClock.IsInFuture(rev, _time.GetUtcNow());

    /// <summary>
    /// The first event that reaches beyond a number, if any. False where the database has to be
    /// asked.
    /// </summary>
    internal bool TryFindBeyond(long seq, out EventRow? row) => _tail.TryFindBeyond(seq, out row);

    /// <summary>
    /// The same from the database; <paramref name="last"/> is the highest number there is.
    /// </summary>
    internal EventRow? LoadBeyond(long seq, out long last)
    {
        lock (_database.Gate)
        {
            last = _last;
            return Table.FindBeyond(seq);
        }
    }

    /// <summary>Number and time for an event, or for as many as a range holds.</summary>
    /// <param name="rev">Of the repo it is about: a number is never below its time.</param>
    /// <param name="count">How many numbers.</param>
    internal EventStamp Stamp(Tid rev, long count = 1)
    {
        var now = _time.GetUtcNow();
        long seq = Math.Max(_given + 1, Believed(Microseconds(now)));
        if (!RevClock.IsInFuture(rev, now)) seq = Math.Max(seq, Believed(rev.Microseconds));
        if (seq > NumberMax - count) throw new InvalidOperationException("no number is left");
        _given = seq + count - 1;
        return new EventStamp(seq, now);
    }

    /// <summary>Stores an event, and marks the one it takes the place of.</summary>
    internal void Append(EventRow row, long? superseded)
    {
        Table.Insert(row);
        if (superseded is { } seq) Table.Supersede(seq);
        _pending.Add(row);
        DropSuperseded();
    }

    /// <summary>Forgets what was said of a repo that is gone for good.</summary>
    internal void DeleteAllOf(string did)
    {
        Table.DeleteAllOf(did);
        _pendingForget = _last;
    }

    /// <summary>Whether a repo's state may be told from here on.</summary>
    internal void MarkActive(string did, bool active) => _pendingStatuses.Add((did, active));

    /// <summary>What was stored was committed: it is there to be read.</summary>
    internal void Commit()
    {
        foreach (var (did, active) in _pendingStatuses)
        {
            if (active) _inactive.TryRemove(did, out _);
            else _inactive.TryAdd(did, 0);
        }

        _tail.Forget(_pendingForget);
        foreach (var row in _pending) _tail.Add(row);
        // After the events themselves: whoever sees the number finds them.
        Volatile.Write(ref _last, _given);
        ForgetPending();
    }

    /// <summary>
    /// Nothing of it was committed. The numbers are lost with it, since it may be unknown whether
    /// that is so.
    /// </summary>
    internal void Abandon() => ForgetPending();

    private static long Believed(long microseconds) =>
        microseconds is > 0 and <= BelievedMax ? microseconds : 0;

    private static long Microseconds(DateTimeOffset time) =>
        (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private void ForgetPending()
    {
        _pending.Clear();
        _pendingStatuses.Clear();
        _pendingForget = 0;
    }

    // Some at a time, until none is left; then not for a while.
    private void DropSuperseded()
    {
        var now = _time.GetUtcNow();
        // A clock that was set back by more than that must not put it off for years.
        if (now < _nextDrop && _nextDrop - now <= s_dropEvery) return;
        long before = (now - _window).ToUnixTimeMilliseconds();
        int count = Table.DropSuperseded(before, DroppedAtOnce, out long highest);
        if (highest > _dropped) Volatile.Write(ref _dropped, highest);
        _pendingForget = Math.Max(_pendingForget, highest);
        if (count < DroppedAtOnce) _nextDrop = now + s_dropEvery;
    }
}
