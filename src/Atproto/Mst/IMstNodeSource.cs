using System.Diagnostics.CodeAnalysis;
using Atproto.Multiformats;

namespace Atproto.Mst;

/// <summary>Blocks by their CID, each of which was hashed against it.</summary>
public interface IMstNodeSource
{
    /// <summary>False when the block is not there.</summary>
    bool TryGetBlock(in Cid cid, out ReadOnlyMemory<byte> block);
}

/// <summary>Blocks in memory.</summary>
[SuppressMessage("Naming", "CA1710", Justification = "It is looked into, never enumerated.")]
public sealed class MstNodeSet : IMstNodeSource
{
    private readonly Dictionary<Cid, ReadOnlyMemory<byte>> _blocks = [];

    public int Count => _blocks.Count;

    /// <summary>Keeps a block under the CID that it hashes to, which is returned.</summary>
    public Cid Add(ReadOnlyMemory<byte> block)
    {
        var cid = Cid.Of(CidCodec.DagCbor, block.Span);
        _blocks[cid] = block;
        return cid;
    }

    /// <summary>Keeps a block whose hash was compared with its CID already.</summary>
    public void AddVerified(in Cid cid, ReadOnlyMemory<byte> block) => _blocks[cid] = block;

    public void Add(MstTreeNode node) => AddVerified(node.Cid, node.Block);

    public bool TryGetBlock(in Cid cid, out ReadOnlyMemory<byte> block) =>
        _blocks.TryGetValue(cid, out block);
}
