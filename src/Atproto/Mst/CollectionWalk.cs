using System.Text;
using Atproto.Multiformats;

namespace Atproto.Mst;

/// <summary>
/// Goes through a tree from boundary to boundary: to the first key of all, to the first behind that
/// one's collection, and so on. It visits the nodes on the ways there and no others, and these
/// alone prove that the collections it found are all there are: a search by key meets the next key
/// that exists (https://atproto.com/specs/repository#mst-structure).
/// </summary>
/// <remarks>
/// A collection is what stands before a key's slash. Its end is the bound made of it and the byte
/// after the slash, "0": names with hyphens and dots sort before the slash, so that nothing else
/// would do. Every edge is checked on the way down: keys between those of the parents, layer one
/// below the parent's. Memory is the way from the root. For one thread at a time.
/// </remarks>
public sealed class CollectionWalk
{
    // The byte after "/".
    private const byte Beyond = (byte)'0';

    private readonly ISparseNodes _nodes;
    private readonly Cid _root;
    private readonly Visit[] _way = new Visit[MstLimits.LayersMax];
    private readonly byte[] _bound = new byte[MstLimits.KeyBytesMax + 1];
    private int _wayLength;
    private int _boundLength;
    private Cid _missing;
    private MstKeyBounds _missingBounds;

    /// <param name="nodes">Where to find them.</param>
    /// <param name="root">The root node.</param>
    /// <param name="after">
    /// A collection to begin behind, there or not, of at most 1,024 bytes; empty to begin before
    /// everything.
    /// </param>
    public CollectionWalk(ISparseNodes nodes, in Cid root, ReadOnlySpan<byte> after = default)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            after.Length, MstLimits.KeyBytesMax, nameof(after));
        _nodes = nodes;
        _root = root;
        if (!after.IsEmpty) SetBound(after);
    }

    /// <summary>
    /// The collection found last, at first the one to begin behind, empty before the first; valid
    /// until the next step. All collections up to it are known, and none is beyond it.
    /// </summary>
    public ReadOnlySpan<byte> Collection => _bound.AsSpan(0, Math.Max(0, _boundLength - 1));

    /// <summary>Why the tree is malformed, when a step failed.</summary>
    public MstError Error { get; private set; }

    /// <summary>The malformed node, when a step failed.</summary>
    public Cid Malformed { get; private set; }

    /// <summary>The node that the last step lacked.</summary>
    public MissingNode Missing => new(
        _missing, Copy(_missingBounds.Low), Copy(_missingBounds.High),
        _boundLength == 0 ? null : Encoding.ASCII.GetString(Collection));

    /// <summary>
    /// Finds the next collection, the end, or that it cannot go on. Failed is for good; after all
    /// others it may be called again.
    /// </summary>
    public WalkStep Step()
    {
        if (Error != MstError.None) return WalkStep.Failed;
        var bound = _bound.AsSpan(0, _boundLength);
        // What ends before the bound is done with.
        while (_wayLength > 0 && _way[_wayLength - 1].Bounds.High is { } high
            && high.Span.SequenceCompareTo(bound) < 0)
        {
            _wayLength--;
        }

        if (_wayLength == 0 && Descend(_root, SparseNode.LayerUnknown, default) is { } first)
        {
            return first;
        }

        while (true)
        {
            ref readonly var visit = ref _way[_wayLength - 1];
            int index = visit.Node.IndexOf(bound);
            var between = visit.Bounds.OfChild(visit.Node, index);
            if (!visit.Node.TryGetChild(index, out var child)) return Take(between.High);
            if (Descend(child, visit.Layer, between) is { } stop) return stop;
        }
    }

    // Null when it went well.
    private WalkStep? Descend(in Cid cid, int parentLayer, in MstKeyBounds bounds)
    {
        var error = _nodes.Find(cid, _wayLength, out var node);
        if (error != MstError.None) return Fail(error, cid);
        if (node is null)
        {
            _missing = cid;
            _missingBounds = bounds;
            return WalkStep.Missing;
        }

        error = node.CheckEdge(parentLayer, bounds, out int layer);
        if (error != MstError.None) return Fail(error, cid);
        // Layers fall by one from below the limit: there is room for all of them.
        _way[_wayLength++] = new Visit(cid, node, bounds, layer);
        return null;
    }

    // The way ended at a null link: the key right of it is the first behind the bound.
    private WalkStep Take(ReadOnlyMemory<byte>? next)
    {
        if (next is not { } key) return WalkStep.End;
        int length = key.Span.IndexOf((byte)'/');
        // Hosts hold paths that no one may write any more; but nothing that cannot be sent back.
        if (length <= 0 || key.Span[..length].ContainsAnyExceptInRange((byte)'-', (byte)'~'))
        {
            return Fail(MstError.KeyNotPath, _way[_wayLength - 1].Cid);
        }

        SetBound(key.Span[..length]);
        return WalkStep.Collection;
    }

    private void SetBound(ReadOnlySpan<byte> collection)
    {
        collection.CopyTo(_bound);
        _bound[collection.Length] = Beyond;
        _boundLength = collection.Length + 1;
    }

    private WalkStep Fail(MstError error, in Cid cid)
    {
        Error = error;
        Malformed = cid;
        return WalkStep.Failed;
    }

    // The cast is needed: without it a missing bound would become an empty one.
    private static ReadOnlyMemory<byte>? Copy(ReadOnlyMemory<byte>? key) =>
        key is { } given ? (ReadOnlyMemory<byte>?)given.ToArray() : null;

    private readonly record struct Visit(
        Cid Cid, SparseNode Node, MstKeyBounds Bounds, int Layer);
}
