using Atproto.Car;
using Atproto.Mst;
using Atproto.Multiformats;
using Http.Connections;
using Http.Work;
using PdsReadonly.Archive;

namespace PdsReadonly.Xrpc;

/// <summary>
/// The proof of a record or its absence, made while it is sent: what <see cref="ProofWriter"/>
/// writes, for records and nodes that are too large to be held.
/// </summary>
internal sealed class ProofBody : IBodySource
{
    private readonly RepoPool.Lease _lease;
    private readonly BlockSender _blocks;
    private readonly byte[] _key;
    private Cid _next;
    private Step _step = Step.Commit;

    private enum Step
    {
        Commit,
        Node,
        Record,
        End,
    }

    /// <param name="lease">Given back when the body is disposed.</param>
    /// <param name="key">Collection, slash, record key.</param>
    internal ProofBody(RepoPool.Lease lease, ReadOnlySpan<byte> key)
    {
        _lease = lease;
        _blocks = new BlockSender(lease.Reader, CarWriter.Header(lease.Reader.Index.Head));
        _key = key.ToArray();
    }

    public BodyStatus Read(Span<byte> buffer, Turn turn, out int written)
    {
        _lease.Reader.Turn = turn;
        written = 0;
        BodyStatus? status = null;
        while (status is null)
        {
            status = _blocks.SendPending(buffer, ref written);
            if (status is null) status = Go(buffer, ref written);
        }

        // Others may wait for long between two pieces.
        _lease.Reader.Trim();
        return status.Value;
    }

    public void Dispose() => _lease.Dispose();

    private BodyStatus? Go(Span<byte> buffer, ref int written)
    {
        var index = _lease.Reader.Index;
        switch (_step)
        {
            case Step.Commit:
                if (_blocks.Send(index.Head, buffer, ref written) is { } wait) return wait;
                (_step, _next) = (Step.Node, index.Data);
                return null;
            case Step.Node:
                return SendNode(buffer, ref written);
            case Step.Record:
                if (_blocks.Send(_next, buffer, ref written) is { } stop) return stop;
                _step = Step.End;
                return null;
            default:
                return BodyStatus.End;
        }
    }

    private BodyStatus? SendNode(Span<byte> buffer, ref int written)
    {
        var sent = _blocks.SendAndRead(_next, int.MaxValue, buffer, ref written, out var block);
        if (sent is { } stop) return stop;
        var node = _lease.Reader.Node;
        if (node.Read(block) != MstError.None) return BodyStatus.Failed;
        switch (MstSearch.Next(node, block, _key, out _next))
        {
            case MstStep.Descend:
                return null;
            case MstStep.Found:
                _step = Step.Record;
                return null;
            case MstStep.Absent:
                _step = Step.End;
                return null;
            default:
                return BodyStatus.Failed;
        }
    }
}
