using Atproto.Car;
using Atproto.Multiformats;
using Http.Connections;
using Http.Work;
using PdsReadonly.Archive;

namespace PdsReadonly.Xrpc;

/// <summary>
/// Blocks of one repo by CID as a CAR without roots, made while it is sent. A block that is not the
/// one that was asked for breaks the transfer.
/// </summary>
/// <param name="lease">Given back when the body is disposed.</param>
/// <param name="cids">Which, in this order; each is in the index.</param>
internal sealed class BlocksBody(RepoPool.Lease lease, List<Cid> cids) : IBodySource
{
    private readonly BlockSender _blocks = new(lease.Reader, CarWriter.Header());
    private int _next;

    public BodyStatus Read(Span<byte> buffer, Turn turn, out int written)
    {
        lease.Reader.Turn = turn;
        written = 0;
        while (true)
        {
            if (_blocks.SendPending(buffer, ref written) is { } wait) return wait;
            if (_next == cids.Count) return BodyStatus.End;
            if (_blocks.Send(cids[_next], buffer, ref written) is { } stop) return stop;
            _next++;
        }
    }

    public void Dispose() => lease.Dispose();
}
