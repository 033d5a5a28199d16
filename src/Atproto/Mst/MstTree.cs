using Atproto.Multiformats;

namespace Atproto.Mst;

/// <summary>
/// The map from keys to record CIDs that a repo's tree is (https://atproto.com/specs/repository),
/// whole or in part: subtrees stay CIDs until an operation needs their blocks, and one whose block
/// is missing fails the operation, never guesses. An operation that does not end with Done changes
/// nothing.
/// </summary>
/// <remarks>
/// This is what verifies commits of the event stream and makes proofs. Keys are any bytes up to
/// <see cref="MstLimits.KeyBytesMax"/>: whether they are repo paths is the caller's question. For
/// one thread at a time, also over copies, since they share nodes.
/// </remarks>
public sealed partial class MstTree
{
    private readonly IMstNodeSource _source;

    private MstTree(IMstNodeSource source, MstTreeNode root)
    {
        _source = source;
        Root = root;
    }

    /// <summary>The tree without keys, which needs no blocks.</summary>
    public MstTree()
        : this(new MstNodeSet(), MstTreeNode.New(0, null, []))
    {
    }

    /// <summary>A tree whose nodes are looked up when they are needed.</summary>
    public MstTree(in Cid root, IMstNodeSource source)
        : this(source, MstTreeNode.Stub(root, MstTreeNode.LayerUnknown))
    {
    }

    public MstTreeNode Root { get; private set; }

    /// <summary>Hashes what was changed since it was asked last.</summary>
    public Cid RootCid => Root.Cid;

    /// <summary>A tree that can be changed on its own; takes no time.</summary>
    public MstTree Copy() => new(_source, Root);

    /// <summary>The record of a key.</summary>
    public MstTreeResult Find(ReadOnlySpan<byte> key, out Cid value)
    {
        value = default;
        var result = Descend(key, visitor: null, out var node, out int at, out _);
        if (result.IsDone) value = node.Entries[at].Value;
        return result;
    }

    /// <summary>Adds a key, which must not be there.</summary>
    public MstTreeResult Insert(ReadOnlySpan<byte> key, in Cid value)
    {
        if (key.Length > MstLimits.KeyBytesMax) return MstTreeResult.Failed(MstError.KeyTooLong);
        int layer = MstLayer.Of(key);
        if (layer >= MstLimits.LayersMax) return MstTreeResult.Failed(MstError.TooHigh);
        var result = Open(Root, default);
        if (!result.IsDone) return result;
        var entry = new MstTreeEntry(key.ToArray(), value, null);
        MstTreeNode? changed;
        if (Root.IsEmpty) changed = MstTreeNode.New(layer, null, [entry]);
        else if (layer > Root.Layer) result = PutAbove(layer, entry, out changed);
        else result = InsertBelow(Root, default, layer, entry, out changed);
        if (result.IsDone) Root = changed!;
        return result;
    }

    /// <summary>Gives a key, which must be there, another record.</summary>
    public MstTreeResult Update(ReadOnlySpan<byte> key, in Cid value, out Cid previous)
    {
        previous = default;
        var path = new List<(MstTreeNode Node, int At)>();
        var result = Descend(
            key, (node, at) => path.Add((node, at)), out var found, out int index, out _);
        if (!result.IsDone) return result;
        previous = found.Entries[index].Value;
        var changed = found.WithValue(index, value);
        for (int i = path.Count - 2; i >= 0; i--)
        {
            changed = path[i].Node.WithChild(path[i].At, changed);
        }

        Root = changed;
        return result;
    }

    /// <summary>Removes a key, which must be there.</summary>
    public MstTreeResult Delete(ReadOnlySpan<byte> key, out Cid previous)
    {
        previous = default;
        var path = new List<(MstTreeNode Node, int At)>();
        var result = Descend(
            key, (node, at) => path.Add((node, at)), out var found, out int index, out var bounds);
        if (!result.IsDone) return result;
        result = Merge(
            found.Child(index), bounds.OfChild(found, index),
            found.Child(index + 1), bounds.OfChild(found, index + 1),
            out var merged);
        if (!result.IsDone) return result;

        var changed = found.WithoutEntry(index, merged);
        for (int i = path.Count - 2; i >= 0; i--)
        {
            var (node, at) = path[i];
            changed = changed is null && node.Entries.IsEmpty ? null : node.WithChild(at, changed);
        }

        result = Trim(ref changed);
        if (!result.IsDone) return result;
        previous = found.Entries[index].Value;
        Root = changed ?? MstTreeNode.New(0, null, []);
        return result;
    }

    // Down to the key, or to the null link that proves its absence.
    private MstTreeResult Descend(
        ReadOnlySpan<byte> key, Action<MstTreeNode, int>? visitor,
        out MstTreeNode node, out int at, out MstKeyBounds bounds)
    {
        node = Root;
        at = 0;
        bounds = default;
        MstTreeNode? next = Root;
        while (next is not null)
        {
            node = next;
            var result = Open(node, bounds);
            if (!result.IsDone) return result;
            at = node.IndexOf(key, out bool found);
            visitor?.Invoke(node, at);
            if (found) return MstTreeResult.Done;
            next = node.Child(at);
            if (next is not null) bounds = bounds.OfChild(node, at);
        }

        return MstTreeResult.KeyAbsent;
    }

    private MstTreeResult InsertBelow(
        MstTreeNode node, MstKeyBounds bounds, int layer, MstTreeEntry entry,
        out MstTreeNode? changed)
    {
        changed = null;
        var result = Open(node, bounds);
        if (!result.IsDone) return result;
        int at = node.IndexOf(entry.Key.Span, out bool found);
        if (found) return MstTreeResult.KeyPresent;
        var child = node.Child(at);
        var childBounds = bounds.OfChild(node, at);
        if (node.Layer == layer)
        {
            result = Split(child, childBounds, entry.Key, out var left, out var right);
            if (result.IsDone) changed = node.WithEntry(at, left, entry with { Subtree = right });
            return result;
        }

        if (child is null)
        {
            var leaf = MstTreeNode.New(layer, null, [entry]);
            changed = node.WithChild(at, MstTreeNode.Raise(leaf, node.Layer - 1));
            return result;
        }

        result = InsertBelow(child, childBounds, layer, entry, out var changedChild);
        if (result.IsDone) changed = node.WithChild(at, changedChild);
        return result;
    }

    // The key becomes the new root, the old tree's halves hang below it on pointer-only nodes.
    private MstTreeResult PutAbove(int layer, MstTreeEntry entry, out MstTreeNode? changed)
    {
        changed = null;
        var result = Split(Root, default, entry.Key, out var left, out var right);
        if (!result.IsDone) return result;
        right = MstTreeNode.Raise(right, layer - 1);
        changed = MstTreeNode.New(
            layer, MstTreeNode.Raise(left, layer - 1), [entry with { Subtree = right }]);
        return result;
    }

    private MstTreeResult Split(
        MstTreeNode? node, MstKeyBounds bounds, ReadOnlyMemory<byte> key,
        out MstTreeNode? left, out MstTreeNode? right)
    {
        left = null;
        right = null;
        if (node is null) return MstTreeResult.Done;
        var result = Open(node, bounds);
        if (!result.IsDone) return result;
        // The key is not in here: it belongs on a higher layer, and Open checks every key's.
        int at = node.IndexOf(key.Span, out _);
        result = Split(
            node.Child(at), bounds.OfChild(node, at), key, out var leftChild, out var rightChild);
        if (!result.IsDone) return result;
        left = node.FirstPart(at, leftChild);
        right = node.LastPart(at, rightChild);
        return result;
    }

    private MstTreeResult Merge(
        MstTreeNode? left, MstKeyBounds leftBounds, MstTreeNode? right, MstKeyBounds rightBounds,
        out MstTreeNode? merged)
    {
        merged = left ?? right;
        if (left is null || right is null) return MstTreeResult.Done;
        var result = Open(left, leftBounds);
        if (result.IsDone) result = Open(right, rightBounds);
        if (!result.IsDone) return result;
        int last = left.Entries.Length;
        result = Merge(
            left.Child(last), leftBounds.OfChild(left, last),
            right.Child(0), rightBounds.OfChild(right, 0),
            out var between);
        if (result.IsDone) merged = left.Joined(right, between);
        return result;
    }

    private MstTreeResult Trim(ref MstTreeNode? root)
    {
        while (root is { Entries.IsEmpty: true, Left: not null })
        {
            root = root.Left;
            // Unread, it might be another pointer.
            var result = Open(root, default);
            if (!result.IsDone) return result;
        }

        return MstTreeResult.Done;
    }

    private MstTreeResult Open(MstTreeNode node, MstKeyBounds bounds)
    {
        if (node.IsHeld) return MstTreeResult.Done;
        if (!_source.TryGetBlock(node.Cid, out var block))
        {
            return MstTreeResult.Failed(MstError.NodeMissing, node.Cid);
        }

        var error = node.Fill(block, bounds);
        return error == MstError.None
            ? MstTreeResult.Done
            : MstTreeResult.Failed(error, node.Cid);
    }
}
