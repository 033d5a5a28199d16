using Atproto.Car;
using Atproto.Multiformats;
using PdsReadonly.Archive;
using PdsReadonly.Index;

namespace PdsReadonly.Xrpc;

/// <summary>
/// What of a CAR does not fit the buffer at hand: its header, or a block that is sent in pieces.
/// </summary>
/// <param name="head">The CAR's header with its length prefix.</param>
internal struct PendingSection(byte[] head)
{
    private byte[] _head = head;
    private int _headSent;
    private LargeBlock? _block;
    private int _piece;

    /// <summary>Whether all of it was sent.</summary>
    internal readonly bool IsSent => _headSent == _head.Length && _block is null;

    /// <summary>Whether a block is so large that it is sent in pieces.</summary>
    internal static bool IsNeeded(in BlockLocation location) =>
        location.Length > LargeBlock.WholeBytesMax;

    /// <summary>Begins a block; only when the one before was sent.</summary>
    internal ReadStatus Begin(RepoReader reader, in BlockLocation location, out Cid cid)
    {
        cid = default;
        var status = LargeBlock.TryOpen(reader, location, out var block);
        if (status != ReadStatus.Done) return status;
        cid = block.Cid;
        _head = new byte[CarLength.Section(location.Length) - location.Length];
        int at = Varint.Write(_head, (ulong)(Cid.Bytes + location.Length));
        block.Cid.CopyTo(_head.AsSpan(at));
        (_headSent, _block, _piece) = (0, block, 0);
        return ReadStatus.Done;
    }

    /// <summary>
    /// Sends as much as there is room for. Done also when some is left for the next buffer.
    /// </summary>
    internal ReadStatus Send(RepoReader reader, Span<byte> buffer, ref int written)
    {
        var room = buffer[written..];
        int count = Math.Min(room.Length, _head.Length - _headSent);
        _head.AsSpan(_headSent, count).CopyTo(room);
        _headSent += count;
        written += count;
        while (_headSent == _head.Length && _block is { } block)
        {
            int length = block.LengthOf(_piece);
            if (length > buffer.Length - written) break;
            var status = block.Read(reader, _piece, buffer.Slice(written, length));
            if (status != ReadStatus.Done) return status;
            written += length;
            if (++_piece == block.PieceCount) _block = null;
        }

        return ReadStatus.Done;
    }
}
