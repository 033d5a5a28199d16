using PdsReadonly.Index;

namespace PdsReadonly.Archive;

/// <summary>
/// Notices that blocks are read which lie close together, as those of a page of records do in a
/// file written in tree order, and then reads many at once. What it hands out is as unchecked as
/// the file itself. For one thread at a time.
/// </summary>
internal sealed class ReadWindow
{
    /// <summary>Read at once; nothing before the second of two neighbours.</summary>
    internal const int WindowBytes = 32 * 1024;

    // How far apart two blocks may lie to count as neighbours.
    private const int GapBytesMax = 4 * 1024;

    private byte[] _bytes = [];
    private long _start;
    private int _length;

    // Where the block before began and ended.
    private long _lastStart = long.MinValue / 2;
    private long _lastEnd = long.MinValue / 2;

    /// <summary>
    /// The block, if it lies in what was read before or next to the block before; false says
    /// nothing about the file.
    /// </summary>
    internal bool TryRead(
        CarFile car, scoped in BlockLocation location, bool mayBlock,
        out ReadOnlySpan<byte> block)
    {
        block = default;
        long end = location.Offset + location.Length;
        bool follows = location.Offset >= _lastEnd && location.Offset - _lastEnd <= GapBytesMax;
        bool precedes = end <= _lastStart && _lastStart - end <= GapBytesMax;
        (_lastStart, _lastEnd) = (location.Offset, end);
        bool isInside = location.Offset >= _start && end <= _start + _length;
        if (!isInside)
        {
            if (!(follows || precedes) || location.Length > WindowBytes) return false;
            long start = follows ? location.Offset : Math.Max(0, end - WindowBytes);
            if (!TryFill(car, start, mayBlock) || end > _start + _length) return false;
        }

        block = _bytes.AsSpan((int)(location.Offset - _start), location.Length);
        return true;
    }

    internal void Clear() => _length = 0;

    private bool TryFill(CarFile car, long start, bool mayBlock)
    {
        if (_bytes.Length == 0) _bytes = new byte[WindowBytes];
        _start = start;
        _length = (int)Math.Clamp(car.Length - start, 0, WindowBytes);
        var room = _bytes.AsSpan(0, _length);
        bool done = mayBlock ? car.TryReadFully(start, room) : car.TryReadInMemory(start, room);
        if (!done) _length = 0;
        return done;
    }
}
