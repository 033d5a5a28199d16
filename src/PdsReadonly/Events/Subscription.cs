using System.Buffers;
using Http.Connections;
using Http.Work;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Index;

namespace PdsReadonly.Events;

/// <summary>
/// One client of the event stream: a number, and whatever is beyond it when the client can take
/// more. A slow client holds nothing but its number.
/// </summary>
internal sealed class Subscription : IMessageSource
{
    // A question to the database, under its lock.
    private const int EventCost = 4096;

    private readonly EventLog _log;
    private readonly Replay _replay;
    private byte[]? _opening;
    private long _cursor;
    private HttpConnection? _connection;
    private int _place = -1;
    private int _waits;

    private Subscription(EventLog log, Replay replay, long cursor)
    {
        _log = log;
        _replay = replay;
        _cursor = cursor;
    }

    /// <inheritdoc/>
    public int CloseCode => 1000;

    /// <inheritdoc/>
    public string CloseReason => "";

    /// <summary>
    /// By the cursor, the number of the last event the client knows: what comes from now on without
    /// one, all there is for 0.
    /// </summary>
    internal static IMessageSource Open(
        EventLog log, RepoCatalog catalog, RepoPool repos, long? cursor)
    {
        long last = log.Last;
        if (cursor > last) return new RefusedStream("FutureCursor", "Cursor in the future.");
        long from = Math.Max(cursor ?? last, 0);
        var subscription = new Subscription(log, new Replay(catalog, repos), from);
        // Events it does not know were dropped, or it knows those of a log that was lost.
        bool isOutdated = from < log.Dropped || (from > 0 && from < log.Floor);
        if (isOutdated)
        {
            subscription._opening = EventFrames.Info(
                "OutdatedCursor", "Requested cursor exceeded limit. Possibly missing events");
        }

        return subscription;
    }

    public void Start(HttpConnection connection)
    {
        _connection = connection;
        _place = _log.Waiters.Add(this);
    }

    public MessageStatus Read(IBufferWriter<byte> message, Turn turn)
    {
        if (_opening is { } opening)
        {
            _opening = null;
            message.Write(opening);
            return MessageStatus.Message;
        }

        while (true)
        {
            // Before the events: all up to this number are there to be found.
            long last = _log.Last;
            if (last <= _cursor)
            {
                // Announced first, then looked again: news that comes in between is seen by one of
                // the two.
                Interlocked.Exchange(ref _waits, 1);
                last = _log.Last;
                if (last <= _cursor) return MessageStatus.Idle;
            }

            if (!_log.TryFindBeyond(_cursor, out var row))
            {
                if (!turn.MayBlock || !turn.TryTake(EventCost)) return MessageStatus.Blocked;
                row = _log.LoadBeyond(_cursor, out last);
            }

            // Numbers that were given may hold nothing, or nothing any more.
            if (row is null) _cursor = last;
            else if (!turn.TryTake(row.Frame.Length)) return MessageStatus.Blocked;
            else if (Send(row, message, turn) is { } status) return status;
        }
    }

    /// <summary>There is news; from any thread.</summary>
    internal void Signal()
    {
        if (Interlocked.Exchange(ref _waits, 0) == 1) _connection?.Wake();
    }

    public void Dispose()
    {
        if (_place >= 0) _log.Waiters.Remove(_place);
        _place = -1;
    }

    // Null when there is nothing to send of it.
    private MessageStatus? Send(EventRow row, IBufferWriter<byte> message, Turn turn)
    {
        bool isState = row.Kind is EventKind.Sync or EventKind.Replay;
        // What was taken down is not told, whatever was stored before.
        if (isState && _log.IsInactive(row.Did))
        {
            _cursor = row.Last;
            return null;
        }

        if (row.Kind == EventKind.Replay)
        {
            return turn.MayBlock
                ? _replay.Send(row, turn, ref _cursor, message)
                : MessageStatus.Blocked;
        }

        _cursor = row.Last;
        message.Write(row.Frame);
        return MessageStatus.Message;
    }
}
