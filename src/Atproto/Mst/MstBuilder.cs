using System.Buffers;
using System.Runtime.InteropServices;
using Atproto.Multiformats;

namespace Atproto.Mst;

/// <summary>Where <see cref="MstBuilder"/> puts nodes.</summary>
public interface IMstNodeSink
{
    /// <summary>
    /// A node that will not change any more; children come before their parents. The block is the
    /// builder's buffer: it is valid during the call.
    /// </summary>
    /// <param name="cid">The block's CID.</param>
    /// <param name="layer">0 for the lowest.</param>
    /// <param name="firstKey">
    /// How many keys stand left of everything below this node. A pre-order walk emits, before each
    /// key, the nodes with that number, highest layer first; within a layer the numbers only grow.
    /// </param>
    /// <param name="block">The node's bytes.</param>
    void Add(in Cid cid, int layer, long firstKey, ReadOnlySpan<byte> block);
}

/// <summary>
/// Builds the tree of keys that arrive in order, in one pass: a node is written as soon as a key of
/// a higher layer, or the end, closes it. Memory is one open node per layer, whatever the number of
/// keys.
/// </summary>
public sealed class MstBuilder(IMstNodeSink sink)
{
    private readonly List<OpenNode> _open = [];
    private readonly ArrayBufferWriter<byte> _block = new(4096);
    private byte[] _previous = [];

    /// <summary>Keys added so far.</summary>
    public long KeyCount { get; private set; }

    /// <summary>
    /// Adds the next key. KeysUnordered when it is not greater than the one before, KeyTooLong or
    /// TooHigh when no tree holds it; then nothing was added.
    /// </summary>
    public MstError Add(ReadOnlySpan<byte> key, in Cid value)
    {
        if (key.Length > MstLimits.KeyBytesMax) return MstError.KeyTooLong;
        if (KeyCount > 0 && key.SequenceCompareTo(_previous) <= 0) return MstError.KeysUnordered;
        int layer = MstLayer.Of(key);
        if (layer >= MstLimits.LayersMax) return MstError.TooHigh;

        _previous = key.ToArray();
        while (_open.Count <= layer) _open.Add(new OpenNode());
        for (int lower = 0; lower < layer; lower++) Close(lower);
        var node = _open[layer];
        if (node.IsEmpty) node.FirstKey = KeyCount;
        node.Leaves.Add(new MstLeaf(_previous, value, default));
        KeyCount++;
        return MstError.None;
    }

    /// <summary>
    /// Closes every open node and returns the root. The builder then starts anew.
    /// </summary>
    public Cid Finish()
    {
        // No layer above the highest key was ever opened, so the root needs no trimming.
        int top = _open.Count - 1;
        for (int layer = 0; layer < top; layer++) Close(layer);
        if (top < 0) _open.Add(new OpenNode());
        var root = Write(Math.Max(top, 0));
        _open.Clear();
        _previous = [];
        KeyCount = 0;
        return root;
    }

    private void Close(int layer)
    {
        var node = _open[layer];
        if (node.IsEmpty) return;
        var parent = _open[layer + 1];
        // Only the node's first part can be the first of its parent's.
        if (parent.IsEmpty) parent.FirstKey = node.FirstKey;
        parent.Append(Write(layer));
    }

    private Cid Write(int layer)
    {
        var node = _open[layer];
        _block.ResetWrittenCount();
        MstEncoder.WriteNode(_block, node.Left, node.LeavesSpan());
        var cid = Cid.Of(CidCodec.DagCbor, _block.WrittenSpan);
        sink.Add(cid, layer, node.FirstKey, _block.WrittenSpan);
        node.Clear();
        return cid;
    }

    private sealed class OpenNode
    {
        internal List<MstLeaf> Leaves { get; } = [];

        internal Cid Left { get; private set; }

        internal long FirstKey { get; set; }

        internal bool IsEmpty => Leaves.Count == 0 && Left == default;

        internal void Append(in Cid subtree)
        {
            if (Leaves.Count == 0) Left = subtree;
            else Leaves[^1] = Leaves[^1] with { Subtree = subtree };
        }

        internal ReadOnlySpan<MstLeaf> LeavesSpan() => CollectionsMarshal.AsSpan(Leaves);

        internal void Clear()
        {
            Leaves.Clear();
            Left = default;
        }
    }
}
