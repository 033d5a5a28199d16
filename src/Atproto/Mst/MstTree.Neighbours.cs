namespace Atproto.Mst;

/// <summary>What stands beside a key.</summary>
public sealed partial class MstTree
{
    /// <summary>
    /// Finds the nearest keys left and right of one that is not there, null at the tree's edges:
    /// both stand on the way to it. Ends with KeyAbsent when they are found, with Done when the key
    /// is there.
    /// </summary>
    public MstTreeResult FindNeighbours(
        ReadOnlySpan<byte> key, out ReadOnlyMemory<byte>? left, out ReadOnlyMemory<byte>? right)
    {
        left = null;
        right = null;
        var result = Descend(key, visitor: null, out var node, out int at, out var bounds);
        if (result.Status != MstTreeStatus.KeyAbsent) return result;
        var between = bounds.OfChild(node, at);
        left = between.Low;
        right = between.High;
        return result;
    }
}
