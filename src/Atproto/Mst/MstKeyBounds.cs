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
}
