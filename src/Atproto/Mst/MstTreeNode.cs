using System.Buffers;
using Atproto.Multiformats;

namespace Atproto.Mst;

/// <summary>
/// A key of a node in memory, its record, and the subtree between it and the next key.
/// </summary>
public readonly record struct MstTreeEntry(
    ReadOnlyMemory<byte> Key, Cid Value, MstTreeNode? Subtree);

/// <summary>
/// One node of an <see cref="MstTree"/>. Its content never changes, so trees share nodes; a node
/// known by its CID alone (a stub) is filled when a tree first needs it. For one thread at a time.
/// </summary>
public sealed class MstTreeNode
{
    // Of a root that was not read: only its keys will tell.
    internal const int LayerUnknown = -1;

    private MstTreeEntry[] _entries = [];
    private Cid _cid;
    private byte[]? _block;

    private MstTreeNode()
    {
    }

    /// <summary>Whether the content is known, and not just the CID.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>Whether it was made here, and not read from a block.</summary>
    public bool IsNew { get; private set; }

    /// <summary>0 for the lowest; -1 for a root that is not held.</summary>
    public int Layer { get; private set; }

    /// <summary>The subtree left of all entries.</summary>
    public MstTreeNode? Left { get; private set; }

    /// <summary>In key order; empty also when the node is not held.</summary>
    public ReadOnlySpan<MstTreeEntry> Entries => _entries;

    /// <summary>Hashes the subtree if it was changed.</summary>
    public Cid Cid
    {
        get
        {
            if (_cid == default) _cid = Cid.Of(CidCodec.DagCbor, Encode());
            return _cid;
        }
    }

    /// <summary>The node's bytes. Only of a node that is held.</summary>
    public ReadOnlyMemory<byte> Block
    {
        get
        {
            if (!IsHeld) throw new InvalidOperationException($"node {Cid} is not held");
            return Encode();
        }
    }

    internal bool IsEmpty => _entries.Length == 0 && Left is null;

    internal static MstTreeNode Stub(in Cid cid, int layer) => new() { _cid = cid, Layer = layer };

    internal static MstTreeNode New(int layer, MstTreeNode? left, MstTreeEntry[] entries) =>
        new() { IsHeld = true, IsNew = true, Layer = layer, Left = left, _entries = entries };

    /// <summary>As above, but null when there would be nothing in it.</summary>
    internal static MstTreeNode? NewOrNull(int layer, MstTreeNode? left, MstTreeEntry[] entries) =>
        left is null && entries.Length == 0 ? null : New(layer, left, entries);

    /// <summary>The node under pointer-only nodes up to the layer; null stays null.</summary>
    internal static MstTreeNode? Raise(MstTreeNode? node, int layer)
    {
        while (node is not null && node.Layer < layer) node = New(node.Layer + 1, node, []);
        return node;
    }

    /// <summary>The index of the first entry whose key is not less.</summary>
    internal int IndexOf(ReadOnlySpan<byte> key, out bool found)
    {
        int low = 0;
        int high = _entries.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            int order = _entries[middle].Key.Span.SequenceCompareTo(key);
            if (order < 0) low = middle + 1;
            else high = middle;
        }

        found = low < _entries.Length && _entries[low].Key.Span.SequenceEqual(key);
        return low;
    }

    /// <summary>
    /// The subtree left of the entry with that index; behind the last one for their count.
    /// </summary>
    internal MstTreeNode? Child(int index) => index == 0 ? Left : _entries[index - 1].Subtree;

    internal MstTreeNode WithChild(int index, MstTreeNode? child)
    {
        if (index == 0) return New(Layer, child, _entries);
        var entries = (MstTreeEntry[])_entries.Clone();
        entries[index - 1] = entries[index - 1] with { Subtree = child };
        return New(Layer, Left, entries);
    }

    internal MstTreeNode WithValue(int index, in Cid value)
    {
        var entries = (MstTreeEntry[])_entries.Clone();
        entries[index] = entries[index] with { Value = value };
        return New(Layer, Left, entries);
    }

    /// <summary>With one entry more, whose key splits the child that stood at the index.</summary>
    internal MstTreeNode WithEntry(int index, MstTreeNode? left, in MstTreeEntry entry)
    {
        var (newLeft, before) = Before(index, left);
        return New(Layer, newLeft, [.. before, entry, .. _entries.AsSpan(index)]);
    }

    /// <summary>Without an entry; null when nothing is left.</summary>
    internal MstTreeNode? WithoutEntry(int index, MstTreeNode? merged)
    {
        var (newLeft, before) = Before(index, merged);
        return NewOrNull(Layer, newLeft, [.. before, .. _entries.AsSpan(index + 1)]);
    }

    /// <summary>
    /// What stands left of the index, ending with that child; null when nothing does.
    /// </summary>
    internal MstTreeNode? FirstPart(int index, MstTreeNode? lastChild)
    {
        var (newLeft, before) = Before(index, lastChild);
        return NewOrNull(Layer, newLeft, before);
    }

    /// <summary>
    /// What stands right of the index, beginning with that child; null when nothing does.
    /// </summary>
    internal MstTreeNode? LastPart(int index, MstTreeNode? firstChild) =>
        NewOrNull(Layer, firstChild, _entries[index..]);

    /// <summary>
    /// This node and the next of its layer as one, the children between them merged.
    /// </summary>
    internal MstTreeNode Joined(MstTreeNode right, MstTreeNode? between)
    {
        var (newLeft, before) = Before(_entries.Length, between);
        return New(Layer, newLeft, [.. before, .. right._entries]);
    }

    /// <summary>
    /// Fills a stub from its block, by all rules that one node can be checked by; keys must lie
    /// between the bounds. On an error the node stays a stub.
    /// </summary>
    internal MstError Fill(ReadOnlyMemory<byte> block, MstKeyBounds bounds)
    {
        var reader = new MstNode();
        var error = reader.Read(block.Span);
        if (error != MstError.None) return error;
        int layer = Layer;
        error = ReadEntries(reader, block, bounds, ref layer, out var entries);
        if (error != MstError.None) return error;
        Layer = layer;
        Left = StubAt(block.Span, reader.LeftStart);
        _entries = entries;
        _block = block.ToArray();
        IsHeld = true;
        return MstError.None;
    }

    private MstError ReadEntries(
        MstNode reader, ReadOnlyMemory<byte> block, MstKeyBounds bounds, ref int layer,
        out MstTreeEntry[] entries)
    {
        var places = reader.Entries;
        entries = new MstTreeEntry[places.Length];
        bool isRoot = layer == LayerUnknown;
        bool hasSubtree = reader.LeftStart >= 0;
        if (places.IsEmpty && isRoot && hasSubtree) return MstError.RootWithoutEntries;
        if (places.IsEmpty && !isRoot && !hasSubtree) return MstError.NodeEmpty;
        if (places.IsEmpty && isRoot) layer = 0;

        var keys = new byte[places.Length][];
        byte[] previous = [];
        for (int i = 0; i < places.Length; i++)
        {
            var error = ReadKey(block.Span, places[i], previous, out previous);
            if (error != MstError.None) return error;
            if (!bounds.Contains(previous)) return MstError.KeysUnordered;
            bounds = bounds with { Low = previous };
            int keyLayer = MstLayer.Of(previous);
            if (layer == LayerUnknown) layer = keyLayer;
            if (keyLayer != layer) return MstError.KeyOnWrongLayer;
            hasSubtree |= places[i].SubtreeStart >= 0;
            keys[i] = previous;
        }

        if (layer >= MstLimits.LayersMax) return MstError.TooHigh;
        if (layer == 0 && hasSubtree) return MstError.BelowLayerZero;
        // Stubs of children take their layer from here.
        Layer = layer;
        for (int i = 0; i < places.Length; i++)
        {
            Cid.TryRead(block.Span.Slice(places[i].ValueStart, Cid.Bytes), out var value);
            var subtree = StubAt(block.Span, places[i].SubtreeStart);
            entries[i] = new MstTreeEntry(keys[i], value, subtree);
        }

        return MstError.None;
    }

    private static MstError ReadKey(
        ReadOnlySpan<byte> block, in MstEntry place, byte[] previous, out byte[] key)
    {
        key = previous;
        var error = place.CheckKey(block, previous);
        if (error != MstError.None) return error;
        var suffix = block.Slice(place.SuffixStart, place.SuffixLength);
        key = [.. previous.AsSpan(0, place.PrefixLength), .. suffix];
        return MstError.None;
    }

    private MstTreeNode? StubAt(ReadOnlySpan<byte> block, int start)
    {
        if (start < 0) return null;
        Cid.TryRead(block.Slice(start, Cid.Bytes), out var cid);
        return Stub(cid, Layer - 1);
    }

    private (MstTreeNode? Left, MstTreeEntry[] Entries) Before(int index, MstTreeNode? lastChild)
    {
        if (index == 0) return (lastChild, []);
        var entries = _entries[..index];
        entries[^1] = entries[^1] with { Subtree = lastChild };
        return (Left, entries);
    }

    private byte[] Encode()
    {
        if (_block is not null) return _block;
        var leaves = new MstLeaf[_entries.Length];
        for (int i = 0; i < leaves.Length; i++)
        {
            var entry = _entries[i];
            leaves[i] = new MstLeaf(entry.Key, entry.Value, entry.Subtree?.Cid ?? default);
        }

        var output = new ArrayBufferWriter<byte>(256);
        MstEncoder.WriteNode(output, Left?.Cid ?? default, leaves);
        _block = output.WrittenSpan.ToArray();
        return _block;
    }
}
