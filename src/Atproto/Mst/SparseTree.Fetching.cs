using System.Text;
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
        var listing = new Listing((cid, _) => missing.Add(cid), max);
        var error = ListBelow(Root, SparseNode.LayerUnknown, 0, default, ref listing);
        node = listing.Malformed;
        return error;
    }

    /// <summary>
    /// The same with the keys between which each lies, for those who ask by key. The collection
    /// said to be the last before it is that of the key left of it.
    /// </summary>
    public MstError ListBoundaries(ICollection<MissingNode> missing, int max)
    {
        ArgumentNullException.ThrowIfNull(missing);
        var listing = new Listing(
            (cid, bounds) => missing.Add(new MissingNode(
                cid, bounds.Low, bounds.High, CollectionLeftOf(bounds))),
            max);
        return ListBelow(Root, SparseNode.LayerUnknown, 0, default, ref listing);
    }

    /// <summary>
    /// How many records the repo has, estimated from the root and the nodes held below it; zero
    /// without the root. From the proof of one record it is right within a factor of three for four
    /// repos of five, and off by more than ten for one of twenty.
    /// </summary>
    public long EstimateRecords()
    {
        var error = Find(Root, 0, out var root);
        if (error != MstError.None || root is null || root.KeyCount == 0) return 0;
        if (root.CheckEdge(SparseNode.LayerUnknown, default, out int layer) != MstError.None)
        {
            return 0;
        }

        // A key may lie high by chance, and the parts between the root's keys then are small. What
        // the height says and what a part at hand says are right with the same likelihood, so their
        // logarithms are averaged; each further part counts once more.
        double logarithms = Math.Log(EstimateBelow(default, layer, root.KeyCount));
        double parts = 0;
        int partCount = 0;
        for (int i = 0; i <= root.KeyCount; i++)
        {
            bool isHeld = root.TryGetChild(i, out var child) && Holds(child);
            if (!isHeld) continue;
            parts += EstimateBelow(child, layer, 0);
            partCount++;
        }

        if (partCount > 0)
        {
            double all = root.KeyCount + (parts / partCount * (root.KeyCount + 1));
            logarithms += partCount * Math.Log(all);
        }

        double records = Math.Exp(logarithms / (partCount + 1));
        return (long)Math.Min(records, long.MaxValue / BytesPerRecord);
    }

    /// <summary>
    /// How many bytes the repo's CAR has, estimated as <see cref="EstimateRecords"/> is.
    /// </summary>
    public long EstimateBytes() => EstimateRecords() * BytesPerRecord;

    private MstError ListBelow(
        in Cid cid, int parentLayer, int depth, in MstKeyBounds bounds, ref Listing listing)
    {
        if (listing.IsFull) return MstError.None;
        var error = Find(cid, depth, out var node);
        int layer = 0;
        if (error == MstError.None && node is null)
        {
            listing.Add(cid, bounds);
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

    // Keys of the layers below one of which there are so many keys: nodes held below the CID are
    // counted, the others taken for average ones.
    private double EstimateBelow(in Cid top, int layer, double keysAbove)
    {
        Span<double> keys = stackalloc double[MstLimits.LayersMax];
        Span<double> nodes = stackalloc double[MstLimits.LayersMax];
        keys.Clear();
        nodes.Clear();
        if (top != default) CountBelow(top, layer, 1, keys, nodes);
        double total = keysAbove;
        while (--layer >= 0)
        {
            // One node stands before each key of the layers above, and one behind them all.
            double others = Math.Max(0, total + 1 - nodes[layer]);
            total += keys[layer] + (others * KeysPerNode);
        }

        return total;
    }

    private void CountBelow(
        in Cid cid, int parentLayer, int depth, Span<double> keys, Span<double> nodes)
    {
        bool isNode = Find(cid, depth, out var node) == MstError.None && node is not null;
        if (!isNode || node!.CheckEdge(parentLayer, default, out int layer) != MstError.None)
        {
            return;
        }

        keys[layer] += node.KeyCount;
        nodes[layer]++;
        for (int i = 0; i <= node.KeyCount; i++)
        {
            if (!node.TryGetChild(i, out var child)) continue;
            CountBelow(child, layer, depth + 1, keys, nodes);
        }
    }

    private static string? CollectionLeftOf(in MstKeyBounds bounds)
    {
        if (bounds.Low is not { } low) return null;
        int slash = low.Span.IndexOf((byte)'/');
        return slash <= 0 ? null : Encoding.ASCII.GetString(low.Span[..slash]);
    }

    // Passed down by reference, since it counts.
    private struct Listing(Action<Cid, MstKeyBounds> add, int max)
    {
        private int _left = max;

        internal Cid Malformed { get; set; }

        internal readonly bool IsFull => _left == 0;

        internal void Add(in Cid cid, in MstKeyBounds bounds)
        {
            add(cid, bounds);
            _left--;
        }
    }
}
