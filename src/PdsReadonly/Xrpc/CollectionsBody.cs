using Atproto.Car;
using Atproto.Mst;
using Atproto.Multiformats;
using Http.Connections;
using Http.Work;
using PdsReadonly.Archive;

namespace PdsReadonly.Xrpc;

/// <summary>
/// The proof of a range of collections as a CAR, made while it is sent: the commit, then each node
/// as the walk comes to it. What a client does with nodes of a host, this does with the CAR; every
/// block is hashed on its way, and one that is not what it should be breaks the transfer.
/// </summary>
internal sealed class CollectionsBody : IBodySource, ISparseNodes
{
    // For the nodes of the way that the walk is on, decoded. Those of honest repos take some 100 KB
    // together; nodes made to be large must not be held for as long as a client likes.
    private const long NodeBytesMax = 4 << 20;

    private readonly RepoPool.Lease _lease;
    private readonly BlockSender _blocks;
    private readonly CollectionWalk _walk;

    // One for each layer of the way that the walk is on, and what each takes.
    private readonly List<SparseNode> _nodes = [];
    private readonly List<long> _nodeBytes = [];
    private long _bytesLeft = NodeBytesMax;
    private int _collectionsLeft;
    private Cid _wanted;
    private int _wantedDepth;

    // The wanted one is read, and goes to the walk when it asks again.
    private bool _isRead;
    private bool _isBegun;

    /// <param name="lease">Given back when the body is disposed.</param>
    /// <param name="after">The collection after which the range begins; empty for all.</param>
    /// <param name="limit">Collections to prove.</param>
    internal CollectionsBody(RepoPool.Lease lease, ReadOnlySpan<byte> after, int limit)
    {
        _lease = lease;
        var index = lease.Reader.Index;
        _walk = new CollectionWalk(this, index.Data, after);
        _collectionsLeft = limit;
        _blocks = new BlockSender(lease.Reader, CarWriter.Header(index.Head));
    }

    public BodyStatus Read(Span<byte> buffer, Turn turn, out int written)
    {
        _lease.Reader.Turn = turn;
        written = 0;
        var status = ReadOn(buffer, ref written);
        // Others may wait for long between two pieces.
        _lease.Reader.Trim();
        return status;
    }

    /// <inheritdoc/>
    public MstError Find(in Cid cid, int depth, out SparseNode? node)
    {
        node = _isRead ? _nodes[depth] : null;
        _isRead = false;
        (_wanted, _wantedDepth) = (cid, depth);
        return MstError.None;
    }

    public void Dispose() => _lease.Dispose();

    private BodyStatus ReadOn(Span<byte> buffer, ref int written)
    {
        if (_blocks.SendPending(buffer, ref written) is { } stop) return stop;
        if (!_isBegun)
        {
            var head = _lease.Reader.Index.Head;
            if (_blocks.Send(head, buffer, ref written) is { } wait) return wait;
            _isBegun = true;
        }

        while (_collectionsLeft > 0)
        {
            if (_blocks.SendPending(buffer, ref written) is { } wait) return wait;
            switch (_walk.Step())
            {
                case WalkStep.Collection:
                    _collectionsLeft--;
                    break;
                case WalkStep.End:
                    _collectionsLeft = 0;
                    break;
                case WalkStep.Missing:
                    if (WriteWanted(buffer, ref written) is { } end) return end;
                    break;
                default:
                    return BodyStatus.Failed;
            }
        }

        return _blocks.SendPending(buffer, ref written) ?? BodyStatus.End;
    }

    // Null to go on. The walk asks for each node until it has it, and then never again.
    private BodyStatus? WriteWanted(Span<byte> buffer, ref int written)
    {
        var sent = _blocks.SendAndRead(_wanted, NodeBytesMax, buffer, ref written, out var block);
        if (sent is { } stop) return stop;
        if (_wantedDepth == _nodes.Count)
        {
            _nodes.Add(new SparseNode());
            _nodeBytes.Add(0);
        }

        long before = _bytesLeft += _nodeBytes[_wantedDepth];
        bool fits = _nodes[_wantedDepth].TryRead(
            _lease.Reader.Node, block, ref _bytesLeft, out var error);
        _nodeBytes[_wantedDepth] = before - _bytesLeft;
        // Every node was checked when the repo was loaded.
        if (!fits || error != MstError.None) return BodyStatus.Failed;
        _isRead = true;
        return null;
    }
}
