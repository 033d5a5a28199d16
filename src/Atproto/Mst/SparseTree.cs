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
/// <param name="bytesMax">Bytes to hold at most.</param>
/// <param name="tryTake">
/// Asked for memory piece by piece, for good; what it refuses is not held. Null when all of it is
/// there to be used.
/// </param>
public sealed partial class SparseTree(
    long bytesMax = SparseTree.BytesMaxDefault, Func<long, bool>? tryTake = null) : ISparseNodes
{
    /// <summary>Room for the boundaries of more than ten thousand collections.</summary>
    public const long BytesMaxDefault = 64 << 20;

    // So that nobody is asked for every node; most repos take a few of them.
    private const long PieceBytes = 32 << 10;

    // Used within a call, and as large as the largest node it has met.
    [ThreadStatic]
    private static MstNode? t_reader;

    private readonly Dictionary<Cid, SparseNode> _nodes = [];
    private long _takenBytes = tryTake is null ? bytesMax : 0;
    private long _foundBytes;

    /// <summary>The root node's CID; a default one before the first.</summary>
    public Cid Root { get; private set; }

    /// <summary>Nodes held, reachable or not.</summary>
    public int Count => _nodes.Count;

    /// <summary>Memory they take, with what was found in them.</summary>
    public long Bytes { get; private set; }

    /// <summary>
    /// Whether something was refused because the bytes allowed are full of nodes that the root
    /// reaches; not when it was the memory that was refused.
    /// </summary>
    public bool IsFull { get; private set; }

    /// <summary>Whether memory was refused, with nothing to be forgotten in its place.</summary>
    public bool IsShort { get; private set; }

    private static MstNode Reader => t_reader ??= new MstNode();

    /// <summary>From now on the tree is that of another root; every node is kept.</summary>
    public void Reroot(in Cid root)
    {
        Root = root;
        Bytes -= _foundBytes;
        _foundBytes = 0;
    }

    /// <summary>Whether a node is at hand.</summary>
    public bool Holds(in Cid cid) => _nodes.ContainsKey(cid);

    /// <summary>
    /// Keeps a copy of a block under the CID that it hashes to, which is returned. NodeTooLarge
    /// when no node is so large, TooManyNodes when there is no room; then nothing was kept. Whether
    /// it is a node shows when a walk comes to it.
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
        if (node.IsOpen) return node.Open(Reader);
        // Its keys may take far more than its block.
        if (!MakeRoom(node.MeasureKeys(Reader))) return MstError.TooManyNodes;
        long before = node.Bytes;
        var error = node.Open(Reader);
        Bytes += node.Bytes - before;
        return error;
    }

    /// <summary>
    /// Counts what was found under this root, and is kept as long; false when there is no room.
    /// </summary>
    internal bool TryCountFound(long bytes)
    {
        if (!MakeRoom(bytes)) return false;
        Bytes += bytes;
        _foundBytes += bytes;
        return true;
    }

    // At least a quarter becomes free or nothing does: forgetting must not be provoked block by
    // block.
    private bool MakeRoom(long bytes)
    {
        bool fits = Bytes + bytes <= bytesMax;
        if (fits && TryTakeFor(Bytes + bytes)) return true;
        if (IsFull || IsShort) return false;
        long room = fits ? _takenBytes : bytesMax;
        Forget();
        bool isFreed = Bytes + bytes <= room - (room / 4);
        if (isFreed && TryTakeFor(Bytes + bytes)) return true;
        IsFull = !fits && !isFreed;
        IsShort = !IsFull;
        return false;
    }

    private bool TryTakeFor(long bytes)
    {
        if (bytes <= _takenBytes) return true;
        long pieces = Math.Max(bytes - _takenBytes, PieceBytes);
        long more = Math.Min(pieces, bytesMax - _takenBytes);
        if (!tryTake!(more)) return false;
        _takenBytes += more;
        return true;
    }

    // Not by recursion, since the depth of what was never walked is unknown; and without keeping
    // what is decoded, which would take more memory than there is to win.
    private void Forget()
    {
        var reader = Reader;
        var reached = new Dictionary<Cid, SparseNode>();
        var waiting = new Stack<Cid>();
        waiting.Push(Root);
        while (waiting.TryPop(out var cid))
        {
            if (!_nodes.TryGetValue(cid, out var node) || !reached.TryAdd(cid, node)) continue;
            var block = node.Block.Span;
            if (reader.Read(block) != MstError.None) continue;
            PushLink(waiting, block, reader.LeftStart);
            foreach (ref readonly var entry in reader.Entries)
            {
                PushLink(waiting, block, entry.SubtreeStart);
            }
        }

        _nodes.Clear();
        Bytes = _foundBytes;
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
