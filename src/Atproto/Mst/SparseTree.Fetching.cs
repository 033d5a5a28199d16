using Atproto.Multiformats;

namespace Atproto.Mst;

// What is missing between the root and the boundaries, and how large the whole may be.
public sealed partial class SparseTree
{
    /// <summary>CIDs of one getBlocks request: each takes some 65 bytes of its URL.</summary>
    public const int CidsPerRequestMax = 100;

    // A record with its share of nodes and frames, over repos in the wild.
    private const int BytesPerRecord = 340;

    // With a fanout of 4, three keys of a layer stand between two of higher ones.
    private const int KeysPerNode = 3;

    /// <summary>
    /// Adds the CIDs of missing nodes that a walk needs whatever they hold, in key order: those
    /// between two keys of different collections, or at an open end. Each time all of them were
    /// fetched the next layer shows, so that no more rounds are needed than the tree has layers.
    /// </summary>
    /// <param name="missing">To be added to.</param>
    /// <param name="max">How many to add at most.</param>
    /// <param name="node">The malformed node, with an error.</param>
    public MstError ListBoundaryNodes(
        ICollection<Cid> missing, out Cid node, int max = CidsPerRequestMax)
    {
        ArgumentNullException.ThrowIfNull(missing);
        var listing = new Listing(missing, max);
        var error = ListBelow(Root, SparseNode.LayerUnknown, 0, default, ref listing);
        node = listing.Malformed;
        return error;
    }

    /// <summary>
    /// How many records the repo has, estimated: the nodes held are counted, the others taken for
    /// average ones. From the root alone it may be wrong by a factor of two or three; zero without.
    /// </summary>
    public long EstimateRecords()
    {
        Span<double> keys = stackalloc double[MstLimits.LayersMax];
        Span<double> nodes = stackalloc double[MstLimits.LayersMax];
        keys.Clear();
        nodes.Clear();
        int layer = CountBelow(Root, SparseNode.LayerUnknown, 0, keys, nodes);
        if (layer < 0) return 0;
        double total = keys[layer];
        while (--layer >= 0)
        {
            // One node stands before each key of the layers above, and one behind them all.
            double others = Math.Max(0, total + 1 - nodes[layer]);
            total += keys[layer] + (others * KeysPerNode);
        }

        return (long)Math.Min(total, long.MaxValue / 2);
    }

    /// <summary>
    /// How many bytes the repo's CAR has, estimated as <see cref="EstimateRecords"/> is.
    /// </summary>
    public long EstimateBytes() => (long)Math.Min(
        (double)EstimateRecords() * BytesPerRecord, long.MaxValue / 2);

    private MstError ListBelow(
        in Cid cid, int parentLayer, int depth, in MstKeyBounds bounds, ref Listing listing)
    {
        if (listing.IsFull) return MstError.None;
        var error = Find(cid, depth, out var node);
        int layer = 0;
        if (error == MstError.None && node is null)
        {
            listing.Add(cid);
            return MstError.None;
        }

        if (error == MstError.None) error = node!.CheckEdge(parentLayer, bounds, out layer);
        if (error != MstError.None)
        {
            listing.Malformed = cid;
            return error;
        }

        for (int i = 0; i <= node!.KeyCount && error == MstError.None; i++)
        {
            var between = bounds.OfChild(node, i);
            if (!between.SpanBoundary() || !node.TryGetChild(i, out var child)) continue;
            error = ListBelow(child, layer, depth + 1, between, ref listing);
        }

        return error;
    }

    // Gives the layer; -1 for a node that is not there or not right.
    private int CountBelow(
        in Cid cid, int parentLayer, int depth, Span<double> keys, Span<double> nodes)
    {
        bool isNode = Find(cid, depth, out var node) == MstError.None && node is not null;
        if (!isNode || node!.CheckEdge(parentLayer, default, out int layer) != MstError.None)
        {
            return -1;
        }

        keys[layer] += node.KeyCount;
        nodes[layer]++;
        for (int i = 0; i <= node.KeyCount; i++)
        {
            if (!node.TryGetChild(i, out var child)) continue;
            CountBelow(child, layer, depth + 1, keys, nodes);
        }

        return layer;
    }

    // Passed down by reference, since it collects.
    private struct Listing(ICollection<Cid> missing, int max)
    {
        private int _left = max;

        internal Cid Malformed { get; set; }

        internal readonly bool IsFull => _left == 0;

        internal void Add(in Cid cid)
        {
            missing.Add(cid);
            _left--;
        }
    }
}
