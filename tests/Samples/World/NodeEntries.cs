using System.Text;
using Atproto.Mst;
using Atproto.Multiformats;

namespace Samples.World;

/// <summary>
/// A node's content with its keys put together: n keys, n records, n + 1 links, each null or a CID.
/// What can be read can be changed and written again.
/// </summary>
public sealed record NodeEntries(List<string> Keys, List<Cid> Values, List<Cid?> Links)
{
    public static NodeEntries Read(byte[] block)
    {
        var reader = new MstNode();
        if (reader.Read(block) != MstError.None) return new NodeEntries([], [], [null]);
        var node = new NodeEntries([], [], [LinkAt(block, reader.LeftStart)]);
        string key = "";
        foreach (var entry in reader.Entries)
        {
            var suffix = block.AsSpan(entry.SuffixStart, entry.SuffixLength);
            int shared = Math.Min(entry.PrefixLength, key.Length);
            key = key[..shared] + Encoding.Latin1.GetString(suffix);
            node.Keys.Add(key);
            Cid.TryRead(block.AsSpan(entry.ValueStart, Cid.Bytes), out var value);
            node.Values.Add(value);
            node.Links.Add(LinkAt(block, entry.SubtreeStart));
        }

        return node;
    }

    public byte[] ToBlock()
    {
        var leaves = new MstLeaf[Keys.Count];
        for (int i = 0; i < leaves.Length; i++)
        {
            byte[] key = Encoding.Latin1.GetBytes(Keys[i]);
            leaves[i] = new MstLeaf(key, Values[i], Links[i + 1] ?? default);
        }

        var output = new System.Buffers.ArrayBufferWriter<byte>();
        MstEncoder.WriteNode(output, Links[0] ?? default, leaves);
        return output.WrittenSpan.ToArray();
    }

    private static Cid? LinkAt(byte[] block, int start) =>
        start >= 0 && Cid.TryRead(block.AsSpan(start, Cid.Bytes), out var cid) ? cid : null;
}
