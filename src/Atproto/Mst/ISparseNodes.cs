using Atproto.Multiformats;

namespace Atproto.Mst;

/// <summary>Where a <see cref="CollectionWalk"/> finds nodes.</summary>
public interface ISparseNodes
{
    /// <summary>
    /// Finds a node whose block was hashed against the CID, or gives null when it is not at hand;
    /// an error says that the block is there and is no node.
    /// </summary>
    /// <param name="cid">What a link or the commit names.</param>
    /// <param name="depth">
    /// How many nodes are above it. The node of a depth is used until another of that depth is
    /// asked for, so it may then be loaded anew.
    /// </param>
    /// <param name="node">Decoded without an error.</param>
    MstError Find(in Cid cid, int depth, out SparseNode? node);
}
