using Atproto.Car;
using Atproto.Multiformats;
using Http.Connections;
using PdsReadonly.Archive;

namespace PdsReadonly.Xrpc;

/// <summary>
/// Sends blocks as sections of a CAR into the buffers that a body is given, one after the other,
/// large ones in pieces. Every method returns null to go on, else what the body has to say.
/// </summary>
internal sealed class BlockSender(RepoReader reader, byte[] header)
{
    private PendingSection _pending = new(header);

    /// <summary>Sends what is left of the header, or of the block before.</summary>
    internal BodyStatus? SendPending(Span<byte> buffer, ref int written)
    {
        var status = _pending.Send(reader, buffer, ref written);
        if (status != ReadStatus.Done) return Unread(status, written);
        return _pending.IsSent ? null : BodyStatus.More;
    }

    /// <summary>Sends a block, or begins to; only when nothing is pending.</summary>
    internal BodyStatus? Send(in Cid cid, Span<byte> buffer, ref int written)
    {
        if (!reader.Index.TryFind(cid, out var location)) return BodyStatus.Failed;
        if (!PendingSection.IsNeeded(location))
        {
            return SendAndRead(cid, location.Length, buffer, ref written, out _);
        }

        var status = _pending.Begin(reader, location, out var found);
        if (status != ReadStatus.Done) return Unread(status, written);
        return found == cid ? null : BodyStatus.Failed;
    }

    /// <summary>
    /// The same for a block that the caller reads too: it is held whole until the next read, and
    /// must not be longer than that may be.
    /// </summary>
    internal BodyStatus? SendAndRead(
        in Cid cid, long bytesMax, Span<byte> buffer, ref int written, out ReadOnlySpan<byte> block)
    {
        block = default;
        if (!reader.Index.TryFind(cid, out var location)) return BodyStatus.Failed;
        if (location.Length > bytesMax) return BodyStatus.Failed;
        bool isLarge = PendingSection.IsNeeded(location);
        int length = CarLength.Section(location.Length);
        if (!isLarge && length > buffer.Length - written) return BodyStatus.More;
        if (isLarge)
        {
            // It is read and hashed whole, though its digests may be known.
            if (!reader.Turn.MayBlock) return Unread(ReadStatus.Blocked, written);
            var begun = _pending.Begin(reader, location, out _);
            if (begun != ReadStatus.Done) return Unread(begun, written);
        }

        var status = isLarge
            ? reader.ReadPaid(location, out block, out var found)
            : reader.Read(location, out block, out found);
        if (status != ReadStatus.Done) return Unread(status, written);
        if (found != cid) return BodyStatus.Failed;
        if (isLarge) return null;

        var room = buffer[written..];
        int at = Varint.Write(room, (ulong)(Cid.Bytes + block.Length));
        cid.CopyTo(room[at..]);
        block.CopyTo(room[(at + Cid.Bytes)..]);
        written += length;
        return null;
    }

    // What was read before goes out; the rest is asked for again.
    private static BodyStatus Unread(ReadStatus status, int written) =>
        status == ReadStatus.Changed ? BodyStatus.Failed
        : written > 0 ? BodyStatus.More
        : BodyStatus.Blocked;
}
