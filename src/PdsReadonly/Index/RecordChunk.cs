using Atproto.Multiformats;

namespace PdsReadonly.Index;

/// <summary>
/// Some records of one collection, neighbours in key order, as the bytes of one row: for each the
/// bytes it shares with the key before, the rest of the key, and how far its block number is from
/// the one before. About 12 bytes a record instead of 27 for a row of its own, and far fewer rows
/// to insert.
/// </summary>
internal sealed class RecordChunkWriter
{
    /// <summary>With its first key a row then fits a page of 1024 bytes four times.</summary>
    internal const int BytesMax = 180;

    private const int RkeyBytesMax = 512;

    // Two lengths and a number in front of and behind the key's bytes.
    private const int EntryOverheadMax = 3 * 10;

    private readonly byte[] _bytes = new byte[BytesMax + RkeyBytesMax + EntryOverheadMax];
    private readonly byte[] _first = new byte[RkeyBytesMax];
    private readonly byte[] _last = new byte[RkeyBytesMax];
    private int _length;
    private int _firstLength;
    private int _lastLength;
    private long _lastOrdinal;

    internal bool IsEmpty => _length == 0;

    /// <summary>
    /// Whether the row is large enough: to be written before the next record is added.
    /// </summary>
    internal bool IsFull => _length >= BytesMax;

    internal ReadOnlySpan<byte> First => _first.AsSpan(0, _firstLength);

    internal ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    internal void Add(ReadOnlySpan<byte> rkey, uint ordinal)
    {
        if (IsEmpty)
        {
            rkey.CopyTo(_first);
            _firstLength = rkey.Length;
        }

        int shared = rkey.CommonPrefixLength(_last.AsSpan(0, _lastLength));
        _length += Varint.Write(_bytes.AsSpan(_length), (ulong)shared);
        _length += Varint.Write(_bytes.AsSpan(_length), (ulong)(rkey.Length - shared));
        rkey[shared..].CopyTo(_bytes.AsSpan(_length));
        _length += rkey.Length - shared;
        _length += Varint.Write(_bytes.AsSpan(_length), ZigZag(ordinal - _lastOrdinal));
        rkey.CopyTo(_last);
        _lastLength = rkey.Length;
        _lastOrdinal = ordinal;
    }

    internal void Clear()
    {
        _length = 0;
        _lastLength = 0;
        _lastOrdinal = 0;
    }

    // Small numbers of either sign become small numbers: a block shared by two paths lies further
    // back.
    private static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));
}

/// <summary>
/// Reads the records of one such row. A row that is not as it was written ends the reading: what is
/// missing then shows as a record that is not there, and SQLite finds torn pages before that.
/// </summary>
internal ref struct RecordChunkReader(ReadOnlySpan<byte> bytes, Span<byte> key)
{
    /// <summary>Room for a key; the caller's, so that the reader allocates nothing.</summary>
    internal const int KeyBytesMax = 512;

    private readonly Span<byte> _key = key;
    private ReadOnlySpan<byte> _rest = bytes;
    private int _keyLength;
    private long _ordinal;

    /// <summary>Valid until the next read.</summary>
    internal readonly ReadOnlySpan<byte> Rkey => _key[.._keyLength];

    internal readonly uint Ordinal => (uint)_ordinal;

    internal bool Read()
    {
        if (!TryTake(out ulong shared) || !TryTake(out ulong suffix)) return false;
        if (shared > (ulong)_keyLength || suffix > (ulong)_rest.Length) return false;
        if (shared + suffix > (ulong)_key.Length) return false;
        _rest[..(int)suffix].CopyTo(_key[(int)shared..]);
        _keyLength = (int)(shared + suffix);
        _rest = _rest[(int)suffix..];
        if (!TryTake(out ulong step)) return false;
        _ordinal += (long)(step >> 1) ^ -(long)(step & 1);
        return true;
    }

    private bool TryTake(out ulong value)
    {
        bool taken = Varint.TryRead(_rest, out value, out int used);
        _rest = _rest[used..];
        return taken;
    }
}
