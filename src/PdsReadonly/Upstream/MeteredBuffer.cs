namespace PdsReadonly.Upstream;

/// <summary>
/// Bytes in a row that grow with what comes, and not with what is said to come; each is counted in
/// somebody's memory. For one thread at a time.
/// </summary>
/// <param name="memory">Whose; null where it need not be counted.</param>
/// <param name="bytesMax">Bytes to hold at most.</param>
internal sealed class MeteredBuffer(RoomShare? memory, int bytesMax) : IDisposable
{
    private byte[] _bytes = [];

    internal int Length { get; private set; }

    /// <summary>Valid until the next change.</summary>
    internal ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, Length);

    /// <summary>False, and nothing was changed, when there is no room.</summary>
    /// <param name="piece">To be put behind what is there.</param>
    /// <param name="isSpare">Whether the caller can do without.</param>
    internal bool TryAppend(ReadOnlySpan<byte> piece, bool isSpare = false)
    {
        if (piece.Length > bytesMax - Length) return false;
        int length = Length + piece.Length;
        if (length > _bytes.Length && !TryGrow(length, isSpare)) return false;
        piece.CopyTo(_bytes.AsSpan(Length));
        Length = length;
        return true;
    }

    internal void RemoveFirst(int count)
    {
        if (count == 0) return;
        _bytes.AsSpan(count, Length - count).CopyTo(_bytes);
        Length -= count;
    }

    /// <summary>The room stays.</summary>
    internal void Clear() => Length = 0;

    /// <summary>The room is given back.</summary>
    public void Dispose()
    {
        int before = _bytes.Length;
        _bytes = [];
        Length = 0;
        memory?.GiveBack(before);
    }

    private bool TryGrow(int length, bool isSpare)
    {
        int before = _bytes.Length;
        int room = (int)Math.Min(bytesMax, Math.Max(length, 2L * before));
        // Both are there for a moment.
        bool hasRoom = memory is null
            || (isSpare ? memory.TryTakeSpare(room) : memory.TryTake(room));
        if (!hasRoom) return false;
        Array.Resize(ref _bytes, room);
        memory?.GiveBack(before);
        return true;
    }
}
