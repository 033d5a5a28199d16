using System.Buffers;
using System.Diagnostics;

namespace Http.Connections;

/// <summary>
/// Bytes on their way to the socket. A handler writes its body some room behind the end of what
/// waits here; the head, whose length is known only then, is put in front of it. In an empty buffer
/// nothing is moved for that: the head ends where the body begins, and sending starts at the head.
/// </summary>
internal sealed class OutputBuffer : IBufferWriter<byte>
{
    /// <summary>A source is offered at least 64 KiB, and what is left of this buffer.</summary>
    internal const int PieceBytes = 128 * 1024;

    private const int FirstBytes = 16 * 1024;

    // More than most heads need; a longer one moves the body.
    private const int HeadRoom = 1024;

    private byte[] _bytes = [];
    private int _start;
    private int _end;
    private int _bodyStart;
    private int _bodyEnd;

    /// <summary>Bytes of memory it has now.</summary>
    internal int Capacity => _bytes.Length;

    internal int PendingLength => _end - _start;

    internal ReadOnlyMemory<byte> Pending => _bytes.AsMemory(_start, _end - _start);

    // Empty and beyond the buffer until the first byte of a body makes it grow.
    internal Span<byte> Body =>
        BodyLength == 0 ? default : _bytes.AsSpan(_bodyStart, BodyLength);

    internal int BodyLength => _bodyEnd - _bodyStart;

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _bodyEnd);
        _bodyEnd += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureRoom(_bodyEnd, Math.Max(1, sizeHint));
        return _bytes.AsMemory(_bodyEnd);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    internal void Taken(int count)
    {
        Debug.Assert(count <= PendingLength, "more was sent than there is");
        _start += count;
        if (_start == _end) _start = _end = 0;
    }

    /// <summary>
    /// Takes another buffer's body in place of the one begun, and with it, where nothing else waits
    /// here, the buffer: the larger one is given back.
    /// </summary>
    internal void ReplaceBody(OutputBuffer other)
    {
        if (PendingLength > 0)
        {
            _bodyEnd = _bodyStart;
            other.Body.CopyTo(GetSpan(other.BodyLength));
            Advance(other.BodyLength);
            return;
        }

        (_bytes, other._bytes) = (other._bytes, _bytes);
        (_start, _end) = (other._start, other._end);
        (_bodyStart, _bodyEnd) = (other._bodyStart, other._bodyEnd);
    }

    /// <summary>Drops the body begun, and the room it took; what waits to be sent stays.</summary>
    internal void DropBody()
    {
        var before = _bytes;
        int pending = PendingLength;
        if (pending == 0)
        {
            Release();
        }
        else if (before.Length > FirstBytes && pending <= FirstBytes)
        {
            _bytes = EngineBuffers.Rent(FirstBytes);
            before.AsSpan(_start, pending).CopyTo(_bytes);
            EngineBuffers.Return(before);
            (_start, _end) = (0, pending);
        }

        _bodyStart = _bodyEnd = _end;
    }

    /// <summary>Begins an answer's body, empty, behind room for its head.</summary>
    internal void BeginBody()
    {
        CompactIfHalfTaken();
        _bodyStart = _bodyEnd = _end + HeadRoom;
    }

    /// <summary>
    /// Ends the answer begun: makes <paramref name="headLength"/> bytes in front of the body, which
    /// the caller fills, and lets both be sent.
    /// </summary>
    internal Span<byte> Commit(int headLength, bool withBody)
    {
        int bodyLength = withBody ? BodyLength : 0;
        int headStart = _end;
        if (_start == _end && headLength <= HeadRoom && bodyLength > 0)
        {
            headStart = _bodyStart - headLength;
            _start = headStart;
        }
        else
        {
            int wanted = headLength + bodyLength;
            EnsureRoom(_end, wanted);
            if (bodyLength > 0)
            {
                Body.CopyTo(_bytes.AsSpan(headStart + headLength));
            }
        }

        _end = headStart + headLength + bodyLength;
        _bodyStart = _bodyEnd = _end;
        return _bytes.AsSpan(headStart, headLength);
    }

    /// <summary>Room behind what waits, for a source's next piece.</summary>
    internal Span<byte> GetPieceRoom(int count)
    {
        if (_start > 0 && _end + count > _bytes.Length) Compact();
        _bodyStart = _bodyEnd = _end;
        EnsureRoom(_end, count);
        return _bytes.AsSpan(_end);
    }

    internal void AddPiece(int count) => _end += count;

    internal void Append(ReadOnlySpan<byte> bytes)
    {
        CompactIfHalfTaken();
        _bodyStart = _bodyEnd = _end;
        EnsureRoom(_end, bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>Gives a large buffer back; a small one stays for the next answer.</summary>
    internal void Shrink()
    {
        _start = _end = _bodyStart = _bodyEnd = 0;
        if (_bytes.Length > FirstBytes) Release();
    }

    internal void Release()
    {
        if (_bytes.Length > 0) EngineBuffers.Return(_bytes);
        _bytes = [];
        _start = _end = _bodyStart = _bodyEnd = 0;
    }

    /// <summary>
    /// Keeps a buffer that is never quite empty from growing; moves less than was sent since.
    /// </summary>
    private void CompactIfHalfTaken()
    {
        if (_start > 0 && _start >= _bytes.Length / 2) Compact();
    }

    private void Compact()
    {
        _bytes.AsSpan(_start, PendingLength).CopyTo(_bytes);
        _end -= _start;
        _start = 0;
    }

    private void EnsureRoom(int position, int count)
    {
        if (_bytes.Length - position >= count) return;
        int wanted = checked(position + count);
        int doubled = (int)Math.Min(Array.MaxLength, _bytes.Length * 2L);
        var larger = EngineBuffers.Rent(Math.Max(FirstBytes, Math.Max(wanted, doubled)));
        int used = Math.Max(_end, _bodyEnd);
        _bytes.AsSpan(0, Math.Min(used, _bytes.Length)).CopyTo(larger);
        if (_bytes.Length > 0) EngineBuffers.Return(_bytes);
        _bytes = larger;
    }
}
