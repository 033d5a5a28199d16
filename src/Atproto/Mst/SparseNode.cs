using Atproto.Multiformats;

namespace Atproto.Mst;

/// <summary>
/// One node with what is its own and nothing else: its block, its keys, its links, the layer of its
/// keys. Between which keys it hangs and on which layer belongs to the edge that leads to it, which
/// is checked on every descent: the same node can hang elsewhere under another root.
/// </summary>
/// <remarks>
/// A block is decoded when it is first needed. One object may be loaded again and again; for one
/// thread at a time.
/// </remarks>
public sealed class SparseNode
{
    // Of a node without keys, and of the parent of a root.
    internal const int LayerUnknown = -1;

    // The object, its arrays' heads, its place in a dictionary: measured roughly.
    private const int OverheadBytes = 200;

    private byte[] _block = [];
    private byte[] _keys = [];
    private Place[] _places = [];
    private int _blockLength;
    private int _keyCount;
    private int _leftStart;
    private bool _isRead;
    private MstError _error;

    /// <summary>The node's bytes.</summary>
    public ReadOnlyMemory<byte> Block => _block.AsMemory(0, _blockLength);

    /// <summary>Of its keys; -1 when it has none, or was not decoded yet.</summary>
    internal int Layer { get; private set; } = LayerUnknown;

    internal int KeyCount => _keyCount;

    /// <summary>Whether it was decoded, well or not.</summary>
    internal bool IsOpen => _isRead;

    /// <summary>Memory it takes, keys put together again included.</summary>
    internal long Bytes =>
        OverheadBytes + _block.Length + _keys.Length + ((long)_places.Length * Place.Bytes);

    /// <summary>
    /// Takes a copy of a block, whose CID was checked, in the place of the last, and decodes it by
    /// all rules a node can be checked by alone.
    /// </summary>
    public MstError Read(MstNode reader, ReadOnlySpan<byte> block)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Load(block);
        return Open(reader);
    }

    /// <summary>
    /// The same, but only if what it takes decoded is no more than <paramref name="bytesLeft"/>,
    /// which it is taken from: keys that share what stands before them take far more than their
    /// block. False when it is more, and nothing is decoded.
    /// </summary>
    public bool TryRead(
        MstNode reader, ReadOnlySpan<byte> block, ref long bytesLeft, out MstError error)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Load(block);
        long needed = block.Length + MeasureKeys(reader);
        error = MstError.None;
        if (needed > bytesLeft) return false;
        bytesLeft -= needed;
        error = Open(reader);
        return true;
    }

    /// <summary>The same without decoding it yet.</summary>
    internal void Load(ReadOnlySpan<byte> block)
    {
        if (block.Length > _block.Length) _block = new byte[Room(block.Length, _block.Length)];
        block.CopyTo(_block);
        _blockLength = block.Length;
        _isRead = false;
        _keyCount = 0;
        Layer = LayerUnknown;
    }

    /// <summary>Decodes the block that was loaded, once.</summary>
    internal MstError Open(MstNode reader)
    {
        if (!_isRead) _error = Decode(reader);
        _isRead = true;
        return _error;
    }

    /// <summary>Memory that decoding it takes; zero when it will fail.</summary>
    internal long MeasureKeys(MstNode reader)
    {
        if (reader.Read(Block.Span) != MstError.None) return 0;
        bool isLegal = MeasureKeys(reader, out int keyBytes) == MstError.None;
        return isLegal ? keyBytes + ((long)reader.EntryCount * Place.Bytes) : 0;
    }

    /// <summary>
    /// Checks what belongs to the edge that leads here: the node's layer is the one below its
    /// parent's, its keys lie between the bounds. Only after it was opened without an error.
    /// </summary>
    internal MstError CheckEdge(int parentLayer, in MstKeyBounds bounds, out int layer)
    {
        bool isRoot = parentLayer == LayerUnknown;
        layer = isRoot ? Math.Max(Layer, 0) : parentLayer - 1;
        if (_keyCount > 0)
        {
            if (Layer != layer) return MstError.KeyOnWrongLayer;
            // They increase: the outermost speak for all.
            bool inside = bounds.Contains(KeyAt(0).Span)
                && bounds.Contains(KeyAt(_keyCount - 1).Span);
            return inside ? MstError.None : MstError.KeysUnordered;
        }

        if (isRoot) return _leftStart < 0 ? MstError.None : MstError.RootWithoutEntries;
        if (_leftStart < 0) return MstError.NodeEmpty;
        return layer == 0 ? MstError.BelowLayerZero : MstError.None;
    }

    /// <summary>The whole key; valid until the next load.</summary>
    internal ReadOnlyMemory<byte> KeyAt(int index)
    {
        int start = index == 0 ? 0 : _places[index - 1].KeyEnd;
        return _keys.AsMemory(start, _places[index].KeyEnd - start);
    }

    /// <summary>The index of the first key that is not less; their count when all are.</summary>
    internal int IndexOf(ReadOnlySpan<byte> key)
    {
        int low = 0;
        int high = _keyCount;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (KeyAt(middle).Span.SequenceCompareTo(key) < 0) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>
    /// The subtree left of the key with that index, behind the last one for their count; false when
    /// there is none.
    /// </summary>
    internal bool TryGetChild(int index, out Cid child)
    {
        int start = index == 0 ? _leftStart : _places[index - 1].SubtreeStart;
        child = default;
        return start >= 0 && Cid.TryRead(_block.AsSpan(start, Cid.Bytes), out child);
    }

    private MstError Decode(MstNode reader)
    {
        var block = Block.Span;
        var error = reader.Read(block);
        if (error != MstError.None) return error;
        error = MeasureKeys(reader, out int keyBytes);
        if (error != MstError.None) return error;
        if (keyBytes > _keys.Length) _keys = new byte[Room(keyBytes, _keys.Length)];
        int count = reader.EntryCount;
        if (count > _places.Length) _places = new Place[Room(count, _places.Length)];
        return ReadKeys(reader, block);
    }

    private static MstError MeasureKeys(MstNode reader, out int keyBytes)
    {
        keyBytes = 0;
        foreach (ref readonly var entry in reader.Entries)
        {
            if (entry.PrefixLength > MstLimits.KeyBytesMax) return MstError.PrefixTooLong;
            if (entry.KeyLength > MstLimits.KeyBytesMax) return MstError.KeyTooLong;
            keyBytes += entry.KeyLength;
        }

        return MstError.None;
    }

    private MstError ReadKeys(MstNode reader, ReadOnlySpan<byte> block)
    {
        bool hasSubtree = reader.LeftStart >= 0;
        int layer = LayerUnknown;
        int end = 0;
        ReadOnlySpan<byte> previous = default;
        for (int i = 0; i < reader.EntryCount; i++)
        {
            ref readonly var entry = ref reader.Entries[i];
            var error = entry.CheckKey(block, previous);
            if (error != MstError.None) return error;
            var key = _keys.AsSpan(end, entry.KeyLength);
            previous[..entry.PrefixLength].CopyTo(key);
            block.Slice(entry.SuffixStart, entry.SuffixLength).CopyTo(key[entry.PrefixLength..]);
            if (i > 0 && key.SequenceCompareTo(previous) <= 0) return MstError.KeysUnordered;
            int keyLayer = MstLayer.Of(key);
            if (i > 0 && keyLayer != layer) return MstError.KeyOnWrongLayer;
            layer = keyLayer;
            hasSubtree |= entry.SubtreeStart >= 0;
            end += key.Length;
            _places[i] = new Place(end, entry.SubtreeStart);
            previous = key;
        }

        if (layer >= MstLimits.LayersMax) return MstError.TooHigh;
        if (layer == 0 && hasSubtree) return MstError.BelowLayerZero;
        Layer = layer;
        _keyCount = reader.EntryCount;
        _leftStart = reader.LeftStart;
        return MstError.None;
    }

    // Exactly what the first block takes; more when the object turns out to be used again.
    private static int Room(int needed, int before) => Math.Max(needed, 2 * before);

    // Where an entry's key ends among the keys, and its subtree's CID begins in the block.
    private readonly record struct Place(int KeyEnd, int SubtreeStart)
    {
        internal const int Bytes = 8;
    }
}
