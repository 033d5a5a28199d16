using Atproto.Multiformats;

namespace Atproto.Mst;

/// <summary>
/// A node that a walk lacks. Every key strictly between the bounds, there or not, has this node on
/// its way from the root: a proof of any of them brings it.
/// </summary>
/// <param name="Cid">The node's.</param>
/// <param name="Low">The greatest key left of it, null at the tree's left edge.</param>
/// <param name="High">The least key right of it, null at the tree's right edge.</param>
/// <param name="LastCollection">
/// The last collection proven; everything before its end is. Null before the first.
/// </param>
public sealed record MissingNode(
    Cid Cid, ReadOnlyMemory<byte>? Low, ReadOnlyMemory<byte>? High, string? LastCollection);
