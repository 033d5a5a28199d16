namespace Atproto.Mst;

/// <summary>Two keys between which a subtree's must lie; null is no bound.</summary>
internal readonly record struct MstKeyBounds(ReadOnlyMemory<byte>? Low, ReadOnlyMemory<byte>? High)
{
    internal bool Contains(ReadOnlySpan<byte> key) =>
        (Low is not { } low || low.Span.SequenceCompareTo(key) < 0)
        && (High is not { } high || key.SequenceCompareTo(high.Span) < 0);

    /// <summary>The bounds of a node's child, by the index of the entry right of it.</summary>
    internal MstKeyBounds OfChild(MstTreeNode node, int index) => new(
        index == 0 ? Low : node.Entries[index - 1].Key,
        index == node.Entries.Length ? High : node.Entries[index].Key);

    /// <inheritdoc cref="OfChild(MstTreeNode, int)"/>
    internal MstKeyBounds OfChild(SparseNode node, int index) => new(
        index == 0 ? Low : node.KeyAt(index - 1),
        index == node.KeyCount ? High : node.KeyAt(index));

    /// <summary>
    /// Whether two collections can meet between the bounds: they are not of one, or one is open.
    /// </summary>
    internal bool SpanBoundary() =>
        Low is not { } low || High is not { } high
        || !CollectionOf(low.Span).SequenceEqual(CollectionOf(high.Span));

    private static ReadOnlySpan<byte> CollectionOf(ReadOnlySpan<byte> key)
    {
        int slash = key.IndexOf((byte)'/');
        return slash < 0 ? key : key[..slash];
    }
}
