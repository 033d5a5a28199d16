using System.Runtime.CompilerServices;
using Atproto.Multiformats;

namespace Atproto.Mst;

/// <summary>Where a search for a key goes on from one node.</summary>
public enum MstStep
{
    /// <summary>The node has the key.</summary>
    Found,

    /// <summary>The key, if anywhere, is below this link.</summary>
    Descend,

    /// <summary>
    /// The link that would lead to the key is null: this proves that it is absent.
    /// </summary>
    Absent,

    /// <summary>The node's keys cannot be put together: it is malformed.</summary>
    Malformed,
}

/// <summary>
/// One step of a search by key (https://atproto.com/specs/repository): the first entry not below
/// the key decides. A path of such steps, from the root on, is the proof that the key is there or
/// is not.
/// </summary>
public static class MstSearch
{
    /// <param name="node">The node, read from <paramref name="block"/>.</param>
    /// <param name="block">The node's bytes.</param>
    /// <param name="key">The key searched.</param>
    /// <param name="cid">The record's CID, or the node's to go on with.</param>
    [SkipLocalsInit]
    public static MstStep Next(
        MstNode node, ReadOnlySpan<byte> block, ReadOnlySpan<byte> key, out Cid cid)
    {
        Span<byte> current = stackalloc byte[MstLimits.KeyBytesMax];
        cid = default;
        int length = 0;
        int link = node.LeftStart;
        foreach (var entry in node.Entries)
        {
            if (entry.PrefixLength > length || entry.KeyLength > current.Length)
            {
                return MstStep.Malformed;
            }
            block.Slice(entry.SuffixStart, entry.SuffixLength).CopyTo(
                current[entry.PrefixLength..]);
            length = entry.KeyLength;
            int order = current[..length].SequenceCompareTo(key);
            if (order == 0) return Take(block, entry.ValueStart, MstStep.Found, out cid);
            if (order > 0) break;
            link = entry.SubtreeStart;
        }

        return link < 0 ? MstStep.Absent : Take(block, link, MstStep.Descend, out cid);
    }

    private static MstStep Take(ReadOnlySpan<byte> block, int start, MstStep step, out Cid cid) =>
        Cid.TryRead(block.Slice(start, Cid.Bytes), out cid) ? step : MstStep.Malformed;
}
