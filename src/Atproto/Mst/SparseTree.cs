using Atproto.Multiformats;

namespace Atproto.Mst;

/// <summary>
/// Those nodes of one tree that are at hand, each by the CID its block hashed to, and the root they
/// hang from now. Another root keeps them: what the trees share is not fetched again.
/// </summary>
/// <remarks>
/// Nothing is believed about a block but its hash until a walk reaches it, so blocks from anywhere
/// may be added. Memory is bounded: when it is used up, what the root does not reach is forgotten.
/// For one thread at a time.
/// </remarks>
/// <param name="bytesMax">
/// Bytes to hold at most, at least a few million: one node more than that may be held for a moment,
/// with up to ten thousand keys of 1,024 bytes.
/// </param>
public sealed partial class SparseTree(long bytesMax = SparseTree.BytesMaxDefault) : ISparseNodes
{
    /// <summary>Room for the boundaries of more than ten thousand collections.</summary>
    public const long BytesMaxDefault = 64 << 20;

    private readonly Dictionary<Cid, SparseNode> _nodes = [];
    private readonly MstNode _reader = new();

    /// <summary>The root node's CID; a default one before the first.</summary>
    public Cid Root { get; private set; }

    /// <summary>Nodes held, reachable or not.</summary>
    public int Count => _nodes.Count;

    /// <summary>Memory they take.</summary>
    public long Bytes { get; private set; }

    /// <summary>From now on the tree is that of another root; every node is kept.</summary>
    public void Reroot(in Cid root) => Root = root;

    /// <summary>Whether a node is at hand.</summary>
    public bool Holds(in Cid cid) => _nodes.ContainsKey(cid);

    /// <summary>
    /// Keeps a copy of a block under the CID that it hashes to, which is returned. NodeTooLarge
    /// when no node is so large, TooManyNodes when the memory allowed is full of nodes that the
    /// root reaches; then nothing was kept. Whether it is a node shows when a walk comes to it.
    /// </summary>
    public MstError Add(ReadOnlySpan<byte> block, out Cid cid)
    {
        cid = Cid.Of(CidCodec.DagCbor, block);
        if (block.Length > MstLimits.NodeBytesMax) return MstError.NodeTooLarge;
        if (_nodes.ContainsKey(cid)) return MstError.None;
        var node = new SparseNode();
        node.Load(block);
        if (!MakeRoom(node.Bytes)) return MstError.TooManyNodes;
        _nodes.Add(cid, node);
        Bytes += node.Bytes;
        return MstError.None;
    }

    /// <inheritdoc/>
    public MstError Find(in Cid cid, int depth, out SparseNode? node)
    {
        if (!_nodes.TryGetValue(cid, out node)) return MstError.None;
        var error = Open(node);
        // Its keys may take far more than its block: full, only what is needed right now may stay.
        if (error == MstError.None && !MakeRoom(0)) error = MstError.TooManyNodes;
        return error;
    }

    private MstError Open(SparseNode node)
    {
        long before = node.Bytes;
        var error = node.Open(_reader);
        Bytes += node.Bytes - before;
        return error;
    }

    // At least a quarter becomes free or nothing does: forgetting must not be provoked block by
    // block.
    private bool MakeRoom(long bytes)
    {
        if (Bytes + bytes <= bytesMax) return true;
        Forget();
        return Bytes + bytes <= bytesMax - (bytesMax / 4);
    }

    // Not by recursion, since the depth of what was never walked is unknown; and without keeping
    // what is decoded, which would take more memory than there is to win.
    private void Forget()
    {
        var reached = new Dictionary<Cid, SparseNode>();
        var waiting = new Stack<Cid>();
        waiting.Push(Root);
        while (waiting.TryPop(out var cid))
        {
            if (!_nodes.TryGetValue(cid, out var node) || !reached.TryAdd(cid, node)) continue;
            var block = node.Block.Span;
            if (_reader.Read(block) != MstError.None) continue;
            PushLink(waiting, block, _reader.LeftStart);
            foreach (ref readonly var entry in _reader.Entries)
            {
                PushLink(waiting, block, entry.SubtreeStart);
            }
        }

        _nodes.Clear();
        Bytes = 0;
        foreach (var (cid, node) in reached)
        {
            _nodes.Add(cid, node);
            Bytes += node.Bytes;
        }
    }

    private static void PushLink(Stack<Cid> waiting, ReadOnlySpan<byte> block, int start)
    {
        if (start < 0) return;
        Cid.TryRead(block.Slice(start, Cid.Bytes), out var cid);
        waiting.Push(cid);
    }
}
