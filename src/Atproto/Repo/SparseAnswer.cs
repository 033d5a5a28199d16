using Atproto.Car;
using Atproto.Multiformats;
using Atproto.Mst;

namespace Atproto.Repo;

/// <summary>
/// A CAR in memory, taken apart into places: its commit, and the blocks that may be nodes. Nothing
/// is hashed here but the commit.
/// </summary>
internal sealed class SparseAnswer
{
    private readonly List<(Cid Cid, int Start, int Length)> _nodes = [];

    /// <summary>The block the header names; null where blocks alone were asked for.</summary>
    internal Commit? Commit { get; private set; }

    /// <param name="car">The whole file.</param>
    /// <param name="answer">What is in it, without a fault.</param>
    /// <param name="blocksOnly">
    /// Whether blocks were asked for: then the roots mean nothing, and each block may be a node;
    /// else those that begin like one.
    /// </param>
    internal static RepoFault? Read(
        ReadOnlySpan<byte> car, bool blocksOnly, out SparseAnswer answer)
    {
        answer = new SparseAnswer();
        var status = CarHeader.Read(car, out var header, out int at, out var error);
        bool isRootless = error is CarError.RootAbsent or CarError.RootUnsupported;
        if (status != CarStatus.Done && !(blocksOnly && isRootless))
        {
            return Refuse(status, error, 0);
        }

        while (at < car.Length)
        {
            status = CarSection.Read(car[at..], out var section, out _, out error);
            if (status != CarStatus.Done) return Refuse(status, error, at);
            int start = at + section.DataStart;
            var block = car.Slice(start, section.DataLength);
            at += section.Length;
            if (section.Cid.Codec != CidCodec.DagCbor) continue;
            bool isCommit = !blocksOnly && section.Cid == header.Root;
            if (isCommit && answer.Commit is null)
            {
                if (answer.ReadCommit(section.Cid, block, start) is { } fault) return fault;
            }
            else if (blocksOnly || (!isCommit && MstNode.LooksLikeNode(block)))
            {
                answer._nodes.Add((section.Cid, start, section.DataLength));
            }
        }

        bool isWhole = blocksOnly || answer.Commit is not null;
        return isWhole ? null : RepoFault.Of(CarError.RootMissing, cid: header.Root);
    }

    /// <summary>Adds each block that may be a node, hashed against its CID.</summary>
    internal RepoFault? AddTo(SparseTree tree, ReadOnlySpan<byte> car)
    {
        foreach (var (cid, start, length) in _nodes)
        {
            if (tree.Holds(cid)) continue;
            var error = tree.Add(car.Slice(start, length), out var actual);
            if (error != MstError.None) return RepoFault.Of(error, cid, start, default);
            if (actual != cid) return RepoFault.Of(CarError.CidMismatch, start, cid);
        }

        return null;
    }

    private RepoFault? ReadCommit(in Cid cid, ReadOnlySpan<byte> block, int start)
    {
        if (Cid.Of(CidCodec.DagCbor, block) != cid)
        {
            return RepoFault.Of(CarError.CidMismatch, start, cid);
        }

        var error = Commit.Read(cid, block, out var commit);
        Commit = commit;
        return error == CommitError.None ? null : RepoFault.Of(error, start, cid);
    }

    private static RepoFault Refuse(CarStatus status, CarError error, int at) =>
        RepoFault.Of(status == CarStatus.NeedMoreData ? CarError.UnexpectedEnd : error, at);
}
