using Atproto.Mst;
using Atproto.Multiformats;
using Samples;

namespace Fuzz.Targets;

/// <summary>Nodes, and searches in those that can be read.</summary>
internal sealed class NodeTarget : FuzzTarget
{
    private readonly MstNode _node = new();
    private readonly byte[][] _keys =
    [
        [], [0], [.. "app.bsky.feed.post/3jqfcqzm3fp2j"u8], [.. "com.example.thing/5"u8], [0xff],
    ];

    internal override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. GoodBlocks.Repo(200).Blocks.Concat(GoldenRepo.Car().Blocks)
            .Select(b => b.Bytes).Where(b => MstNode.LooksLikeNode(b)),
    ];

    internal override void Run(byte[] input)
    {
        var error = _node.Read(input);
        if (error != MstError.None) return;
        foreach (var entry in _node.Entries)
        {
            Assert.InRange(entry.SuffixStart, 0, input.Length - entry.SuffixLength);
            Assert.InRange(entry.ValueStart, 0, input.Length - Cid.Bytes);
            Assert.InRange(entry.SubtreeStart, -1, input.Length - Cid.Bytes);
        }

        foreach (byte[] key in _keys)
        {
            var step = MstSearch.Next(_node, input, key, out var cid);
            Assert.Equal(step is MstStep.Found or MstStep.Descend, cid != default);
        }
    }
}
