using PdsReadonly.Index;

namespace PdsReadonly.Events;

/// <summary>
/// The newest events in memory, so that those who follow live wait for no database. Safe from any
/// thread.
/// </summary>
/// <param name="from">The number that everything added here lies beyond.</param>
internal sealed class EventTail(long from)
{
    internal const int EventsMax = 1024;
    internal const int BytesMax = 1 << 20;

    private readonly Lock _gate = new();

    // A ring: the oldest is at _start.
    private readonly EventRow?[] _rows = new EventRow?[EventsMax];
    private int _start;
    private int _count;
    private long _from = from;
    private long _bytes;

    /// <summary>Later than all before.</summary>
    internal void Add(EventRow row)
    {
        lock (_gate)
        {
            if (_count == EventsMax) Drop();
            _rows[(_start + _count++) % EventsMax] = row;
            _bytes += row.Frame.Length;
            while (_bytes > BytesMax) Drop();
        }
    }

    /// <summary>Some event up to this number is stored no more.</summary>
    internal void Forget(long upTo)
    {
        lock (_gate)
        {
            while (_count > 0 && At(0).Last <= upTo) Drop();
            _from = Math.Max(_from, upTo);
        }
    }

    /// <summary>
    /// The first event that reaches beyond a number; null when there is none. False when events
    /// that do may be missing here.
    /// </summary>
    internal bool TryFindBeyond(long seq, out EventRow? row)
    {
        lock (_gate)
        {
            int from = 0;
            int to = _count;
            while (from < to)
            {
                int middle = (from + to) / 2;
                if (At(middle).Last <= seq) from = middle + 1;
                else to = middle;
            }

            row = from < _count ? At(from) : null;
            return seq >= _from;
        }
    }

    private EventRow At(int index) => _rows[(_start + index) % EventsMax]!;

    private void Drop()
    {
        var oldest = At(0);
        _rows[_start] = null;
        _start = (_start + 1) % EventsMax;
        _count--;
        _bytes -= oldest.Frame.Length;
        _from = oldest.Last;
    }
}
