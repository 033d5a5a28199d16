using Atproto.Car;
using Atproto.Mst;
using Atproto.Multiformats;
using Http.Connections;
using PdsReadonly.Archive;

namespace PdsReadonly.Xrpc;

/// <summary>
/// The proof of a range of collections as a CAR, made while it is sent: the commit, then each node
/// as the walk comes to it. What a client does with nodes of a host, this does with the CAR; every
/// block is hashed on its way, and one that is not what it should be breaks the transfer.
/// </summary>
internal sealed class CollectionsBody : IBodySource, ISparseNodes
{
    private readonly RepoPool.Lease _lease;
    private readonly CollectionWalk _walk;

    // One for each layer of the way that the walk is on.
    private readonly List<SparseNode> _nodes = [];
    private int _collectionsLeft;
    private Cid _wanted;
    private int _wantedDepth;

    // The wanted one is read, and goes to the walk when it asks again.
    private bool _isRead;

    // What does not fit the buffer at hand: the header at first, later a node larger than a buffer.
    private byte[] _pending;
    private int _pendingSent;
    private bool _isBegun;

    /// <param name="lease">Given back when the body is disposed.</param>
    /// <param name="after">The collection behind which the range begins; empty for all.</param>
    /// <param name="limit">Collections to prove.</param>
    internal CollectionsBody(RepoPool.Lease lease, ReadOnlySpan<byte> after, int limit)
    {
        _lease = lease;
        var index = lease.Reader.Index;
        _walk = new CollectionWalk(this, index.Data, after);
        _collectionsLeft = limit;
        _pending = CarWriter.Header(index.Head);
    }

    public BodyStatus Read(Span<byte> buffer, bool mayBlock, out int written)
    {
        _lease.Reader.MayBlock = mayBlock;
        written = SendPending(buffer);
        if (_pendingSent < _pending.Length) return BodyStatus.More;
        if (!_isBegun)
        {
            var status = Write(_lease.Reader.Index.Head, buffer, ref written, out _);
            if (status is { } stop) return stop;
            _isBegun = true;
        }

        while (_collectionsLeft > 0)
        {
            switch (_walk.Step())
            {
                case WalkStep.Collection:
                    _collectionsLeft--;
                    break;
                case WalkStep.End:
                    _collectionsLeft = 0;
                    break;
                case WalkStep.Missing:
                    if (WriteWanted(buffer, ref written) is { } stop) return stop;
                    break;
                default:
                    return BodyStatus.Failed;
            }
        }

        return _pendingSent < _pending.Length ? BodyStatus.More : BodyStatus.End;
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

    // Null to go on. The walk asks for each node until it has it, and then never again.
    private BodyStatus? WriteWanted(Span<byte> buffer, ref int written)
    {
        if (Write(_wanted, buffer, ref written, out var block) is { } stop) return stop;
        if (_wantedDepth == _nodes.Count) _nodes.Add(new SparseNode());
        var error = _nodes[_wantedDepth].Read(_lease.Reader.Node, block);
        // Every node was checked when the repo was loaded.
        if (error != MstError.None) return BodyStatus.Failed;
        _isRead = true;
        return _pendingSent < _pending.Length ? BodyStatus.More : null;
    }

    private BodyStatus? Write(
        in Cid cid, Span<byte> buffer, ref int written, out ReadOnlySpan<byte> block)
    {
        var status = _lease.Reader.Read(cid, out block);
        if (status == ReadStatus.Changed) return BodyStatus.Failed;
        if (status == ReadStatus.Blocked) return written > 0 ? BodyStatus.More : BodyStatus.Blocked;
        int length = CarLength.Section(block.Length);
        var room = buffer[written..];
        if (length <= room.Length)
        {
            WriteSection(room, cid, block);
            written += length;
            return null;
        }

        // It is read once more for the next piece; larger than any, it is sent in parts.
        if (written > 0) return BodyStatus.More;
        _pending = new byte[length];
        WriteSection(_pending, cid, block);
        _pendingSent = 0;
        written = SendPending(buffer);
        return null;
    }

    private static void WriteSection(Span<byte> room, in Cid cid, ReadOnlySpan<byte> block)
    {
        int at = Varint.Write(room, (ulong)(Cid.Bytes + block.Length));
        cid.CopyTo(room[at..]);
        block.CopyTo(room[(at + Cid.Bytes)..]);
    }

    private int SendPending(Span<byte> buffer)
    {
        int count = Math.Min(buffer.Length, _pending.Length - _pendingSent);
        _pending.AsSpan(_pendingSent, count).CopyTo(buffer);
        _pendingSent += count;
        return count;
    }
}
