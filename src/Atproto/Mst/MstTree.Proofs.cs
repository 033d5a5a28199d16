namespace Atproto.Mst;

/// <summary>Which nodes prove something, and which are new.</summary>
public sealed partial class MstTree
{
    /// <summary>
    /// Adds the nodes on the way to a key, from the root down: they prove its record, or that it
    /// has none (https://atproto.com/specs/repository). Ends with Done or KeyAbsent when the proof
    /// is whole.
    /// </summary>
    public MstTreeResult AddPath(ReadOnlySpan<byte> key, ICollection<MstTreeNode> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        return Descend(key, (node, _) => nodes.Add(node), out _, out _, out _);
    }

    /// <summary>
    /// Adds the covering proof of a key: the nodes on the way to it and to the nearest keys left
    /// and right of it. With those of every key a commit touched, the commit can be undone in any
    /// order (https://atproto.com/specs/sync#commit-validation). Ends as <see cref="AddPath"/>; a
    /// node may be added again by another key's proof.
    /// </summary>
    public MstTreeResult AddCoveringProof(ReadOnlySpan<byte> key, ICollection<MstTreeNode> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        var result = Descend(
            key, (node, _) => nodes.Add(node), out var found, out int at, out var bounds);
        // Where the key is not, the neighbours both stand on the way to the gap.
        if (!result.IsDone) return result;
        result = AddEdge(found.Child(at), bounds.OfChild(found, at), rightmost: true, nodes);
        if (!result.IsDone) return result;
        return AddEdge(found.Child(at + 1), bounds.OfChild(found, at + 1), rightmost: false, nodes);
    }

    /// <summary>
    /// Adds every node that was made by a change and is still part of the tree, parents first. A
    /// change that was undone can leave one whose block is an old one.
    /// </summary>
    public void AddNewNodes(ICollection<MstTreeNode> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        AddNewNodes(Root, nodes);
    }

    /// <summary>
    /// Adds every node in pre-order; fails at the first that is missing or malformed.
    /// </summary>
    public MstTreeResult AddAllNodes(ICollection<MstTreeNode> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        return AddAllNodes(Root, default, nodes);
    }

    private static void AddNewNodes(MstTreeNode? node, ICollection<MstTreeNode> nodes)
    {
        // Below a node that was read, nothing is new.
        if (node is null || !node.IsNew) return;
        nodes.Add(node);
        for (int i = 0; i <= node.Entries.Length; i++) AddNewNodes(node.Child(i), nodes);
    }

    private MstTreeResult AddEdge(
        MstTreeNode? node, MstKeyBounds bounds, bool rightmost, ICollection<MstTreeNode> nodes)
    {
        while (node is not null)
        {
            var result = Open(node, bounds);
            if (!result.IsDone) return result;
            nodes.Add(node);
            int at = rightmost ? node.Entries.Length : 0;
            bounds = bounds.OfChild(node, at);
            node = node.Child(at);
        }

        return MstTreeResult.Done;
    }

    private MstTreeResult AddAllNodes(
        MstTreeNode node, MstKeyBounds bounds, ICollection<MstTreeNode> nodes)
    {
        var result = Open(node, bounds);
        if (!result.IsDone) return result;
        nodes.Add(node);
        for (int i = 0; i <= node.Entries.Length; i++)
        {
            if (node.Child(i) is not { } child) continue;
            result = AddAllNodes(child, bounds.OfChild(node, i), nodes);
            if (!result.IsDone) return result;
        }

        return result;
    }
}
