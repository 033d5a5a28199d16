
namespace Http.Connections;

/// <summary>
/// What was received and not yet consumed: a request's head, behind it a part of its content,
/// behind that the requests that follow. The head keeps its place while the content behind it is
/// dropped, so that a handler can still read headers after a content that was longer than the
/// buffer.
/// </summary>
internal sealed class ReceiveBuffer
{
    private const int FirstBytes = 4 * 1024;

    private byte[] _bytes = [];
    private int _start;
    private int _end;

    // Content before the cursor is dropped; before a head is complete the cursor stands at the
    // start.
    private int _cursor;

    /// <summary>Bytes of memory it has now.</summary>
    internal int Capacity => _bytes.Length;

    internal bool IsEmpty => _start == _end;

    /// <summary>From the current head's first byte on.</summary>
    internal ReadOnlySpan<byte> FromHead => _bytes.AsSpan(_start, _end - _start);

    /// <summary>Behind the head and what was dropped of the content.</summary>
    internal ReadOnlySpan<byte> Content => _bytes.AsSpan(_cursor, _end - _cursor);

    internal void BeginContent(int headLength) => _cursor = _start + headLength;

    internal void DropContent(int count) => _cursor += count;

    /// <summary>Drops the head and its content; what follows is the next head.</summary>
    internal void EndRequest()
    {
        _start = _cursor;
        if (_start == _end) _start = _end = _cursor = 0;
    }

    internal void Clear() => _start = _end = _cursor = 0;

    /// <summary>
    /// Room for at least one byte; <paramref name="keep"/> is the current head's length.
    /// </summary>
    internal Memory<byte> GetRoom(int keep)
    {
        if (_cursor == _end && _cursor > _start + keep) _cursor = _end = _start + keep;
        if (_end == _bytes.Length) MakeRoom();
        return _bytes.AsMemory(_end);
    }

    internal void Received(int count) => _end += count;

    /// <summary>Gives a large buffer back; a small one stays for the next request.</summary>
    internal void Shrink()
    {
        Clear();
        if (_bytes.Length > FirstBytes) Release();
    }

    internal void Release()
    {
        if (_bytes.Length > 0) EngineBuffers.Return(_bytes);
        _bytes = [];
        Clear();
    }

    private void MakeRoom()
    {
        int length = _end - _start;
        if (_start > 0 && _start >= _bytes.Length / 2)
        {
            _bytes.AsSpan(_start, length).CopyTo(_bytes);
        }
        else
        {
            // The limit on a head, and that nothing is read while a request waits, bound this.
            var larger = EngineBuffers.Rent(Math.Max(FirstBytes, length * 2));
            _bytes.AsSpan(_start, length).CopyTo(larger);
            if (_bytes.Length > 0) EngineBuffers.Return(_bytes);
            _bytes = larger;
        }

        _cursor -= _start;
        _end = length;
        _start = 0;
    }
}
