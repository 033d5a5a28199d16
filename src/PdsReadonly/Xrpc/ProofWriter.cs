using System.Buffers;
using Atproto.Car;
using Atproto.Mst;
using Atproto.Multiformats;
using PdsReadonly.Archive;

namespace PdsReadonly.Xrpc;

/// <summary>
/// Writes the blocks that prove a record or its absence: the commit, the nodes on the way to its
/// key, the record. Nodes are kept once they were verified: the upper ones are on every way.
/// </summary>
internal ref struct ProofWriter(RepoReader reader, IBufferWriter<byte> body, HotCache? cache)
{
    private int _written;

    /// <summary>
    /// Whether a block is too large, or all together: then the proof is made while it is sent.
    /// </summary>
    internal bool IsTooLarge { get; private set; }

    internal ReadStatus Write(scoped ReadOnlySpan<byte> key)
    {
        var status = WriteBlock(reader.Index.Head, out _);
        var cid = reader.Index.Data;
        for (int layer = 0; status == ReadStatus.Done && layer < MstLimits.LayersMax; layer++)
        {
            status = WriteBlock(cid, out var block);
            if (status != ReadStatus.Done) break;
            if (reader.Node.Read(block) != MstError.None) return ReadStatus.Changed;
            switch (MstSearch.Next(reader.Node, block, key, out cid))
            {
                case MstStep.Descend: continue;
                case MstStep.Found: return WriteRecord(cid);
                case MstStep.Absent: return ReadStatus.Done;
                default: return ReadStatus.Changed;
            }
        }

        return status == ReadStatus.Done ? ReadStatus.Changed : status;
    }

    private ReadStatus WriteBlock(Cid cid, out ReadOnlySpan<byte> block)
    {
        Span<byte> key = stackalloc byte[Cid.Bytes];
        cid.CopyTo(key);
        if (cache is not null && cache.TryFind(key, out block))
        {
            CarWriter.WriteSection(body, cid, block);
            return ReadStatus.Done;
        }

        var status = Read(cid, out block);
        if (status != ReadStatus.Done) return status;
        CarWriter.WriteSection(body, cid, block);
        cache?.Add(key, block);
        return ReadStatus.Done;
    }

    private ReadStatus WriteRecord(Cid cid)
    {
        var status = Read(cid, out var block);
        if (status == ReadStatus.Done) CarWriter.WriteSection(body, cid, block);
        return status;
    }

    private ReadStatus Read(Cid cid, out ReadOnlySpan<byte> block)
    {
        block = default;
        if (!reader.Index.TryFind(cid, out var location)) return ReadStatus.Changed;
        _written += location.Length;
        IsTooLarge = PendingSection.IsNeeded(location) || _written > AnswerLimits.HeldBytesMax;
        return IsTooLarge ? ReadStatus.Blocked : reader.Read(cid, location, out block);
    }
}
