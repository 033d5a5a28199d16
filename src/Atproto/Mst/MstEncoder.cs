using System.Buffers;
using Atproto.Cbor;
using Atproto.Multiformats;

namespace Atproto.Mst;

/// <summary>A key, its record, and the subtree between it and the next key.</summary>
/// <param name="Key">The whole key, not just its suffix.</param>
/// <param name="Value">The record's CID.</param>
/// <param name="Subtree">The default CID when there is no subtree.</param>
public readonly record struct MstLeaf(ReadOnlyMemory<byte> Key, Cid Value, Cid Subtree);

/// <summary>
/// The canonical bytes of one node (https://atproto.com/specs/repository#mst-structure).
/// </summary>
public static class MstEncoder
{
    /// <summary>
    /// Writes a node whose leaves are in key order. Prefixes are as long as they can be: any other
    /// choice would be another tree with the same content. A default <paramref name="left"/> is
    /// null.
    /// </summary>
    public static void WriteNode(
        IBufferWriter<byte> output, in Cid left, ReadOnlySpan<MstLeaf> leaves)
    {
        var cbor = new CborWriter(output);
        cbor.WriteMap(2);
        cbor.WriteText("e"u8);
        cbor.WriteArray(leaves.Length);
        ReadOnlySpan<byte> previous = default;
        foreach (ref readonly var leaf in leaves)
        {
            var key = leaf.Key.Span;
            int shared = previous.CommonPrefixLength(key);
            cbor.WriteMap(4);
            cbor.WriteText("k"u8);
            cbor.WriteBytes(key[shared..]);
            cbor.WriteText("p"u8);
            cbor.WriteInteger(shared);
            cbor.WriteText("t"u8);
            cbor.WriteLinkOrNull(leaf.Subtree);
            cbor.WriteText("v"u8);
            cbor.WriteLink(leaf.Value);
            previous = key;
        }

        cbor.WriteText("l"u8);
        cbor.WriteLinkOrNull(left);
    }
}
