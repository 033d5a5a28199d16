using System.Runtime.CompilerServices;
using Atproto.Car;
using Atproto.Multiformats;
using Http.Connections;
using Http.Work;
using PdsReadonly.Archive;
using PdsReadonly.Index;

namespace PdsReadonly.Xrpc;

/// <summary>
/// Blocks of one repo as a CAR, made while it is sent. Every block is hashed on its way; one that
/// is not what it should be breaks the transfer. Blocks that lie in the file as they are sent, one
/// behind the other, are read together.
/// </summary>
internal sealed class CarBody : IBodySource
{
    // Some 50 KB of records.
    private const int RunBlocksMax = 128;

    private readonly RepoPool.Lease _lease;
    private readonly Func<uint, BlockLocation> _locationOf;
    private readonly uint _count;

    private PendingSection _pending;
    private uint _next;

    /// <param name="lease">Given back when the body is disposed.</param>
    /// <param name="header">The CAR's header with its length prefix.</param>
    /// <param name="count">How many blocks.</param>
    /// <param name="locationOf">Where each lies, by its position in this CAR.</param>
    internal CarBody(
        RepoPool.Lease lease, byte[] header, uint count, Func<uint, BlockLocation> locationOf)
    {
        _lease = lease;
        _pending = new PendingSection(header);
        _count = count;
        _locationOf = locationOf;
    }

    [SkipLocalsInit]
    public BodyStatus Read(Span<byte> buffer, Turn turn, out int written)
    {
        var reader = _lease.Reader;
        reader.Turn = turn;
        written = 0;
        Span<BlockLocation> locations = stackalloc BlockLocation[RunBlocksMax];
        while (true)
        {
            var status = _pending.Send(reader, buffer, ref written);
            if (status != ReadStatus.Done) return Unread(status, written);
            if (!_pending.IsSent) return BodyStatus.More;
            if (_next == _count) return BodyStatus.End;

            var first = _locationOf(_next);
            if (PendingSection.IsNeeded(first))
            {
                status = _pending.Begin(reader, first, out _);
                if (status != ReadStatus.Done) return Unread(status, written);
                _next++;
                continue;
            }

            if (CarLength.Section(first.Length) > buffer.Length - written) return BodyStatus.More;
            var run = MeasureRun(locations, first, buffer.Length - written, out int length);
            status = ReadRun(buffer.Slice(written, length), run);
            if (status != ReadStatus.Done) return Unread(status, written);
            written += length;
        }
    }

    public void Dispose() => _lease.Dispose();

    // What was read before goes out; the rest is asked for again.
    private static BodyStatus Unread(ReadStatus status, int written) =>
        status == ReadStatus.Changed ? BodyStatus.Failed
        : written > 0 ? BodyStatus.More
        : BodyStatus.Blocked;

    // The blocks from here on that lie in the file exactly as they will be sent.
    private ReadOnlySpan<BlockLocation> MeasureRun(
        Span<BlockLocation> locations, in BlockLocation first, int room, out int length)
    {
        length = CarLength.Section(first.Length);
        long end = first.Offset + first.Length;
        locations[0] = first;
        int blocks = 1;
        for (; blocks < locations.Length && _next + blocks < _count; blocks++)
        {
            var following = _locationOf(_next + (uint)blocks);
            int section = CarLength.Section(following.Length);
            bool adjoins = following.Offset + following.Length == end + section;
            if (!adjoins || length + section > room) break;
            locations[blocks] = following;
            length += section;
            end += section;
        }

        return locations[..blocks];
    }

    // Reads from the first block's data to the last one's, then writes the heads in between: what
    // the file has there is not trusted.
    private ReadStatus ReadRun(Span<byte> target, ReadOnlySpan<BlockLocation> run)
    {
        var reader = _lease.Reader;
        int headLength = CarLength.Section(run[0].Length) - run[0].Length;
        var status = reader.ReadRange(run[0].Offset, target[headLength..]);
        if (status != ReadStatus.Done) return status;
        foreach (var location in run)
        {
            int section = CarLength.Section(location.Length);
            var data = target[(section - location.Length)..section];
            status = reader.Check(location, data, out var cid);
            if (status != ReadStatus.Done) return status;
            int at = Varint.Write(target, (ulong)(Cid.Bytes + location.Length));
            cid.CopyTo(target[at..]);
            target = target[section..];
        }

        _next += (uint)run.Length;
        return ReadStatus.Done;
    }
}
