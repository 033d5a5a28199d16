using Atproto.Mst;
using Atproto.Multiformats;
using Http.Work;
using PdsReadonly.Catalog;
using PdsReadonly.Index;

namespace PdsReadonly.Archive;

/// <summary>
/// One repo open for reading: its index and its CAR. Every block is hashed against what the index
/// or its parent says before it is handed out, so a changed file gives an error and never wrong
/// data. Two file descriptors; for one thread at a time. Lent by <see cref="RepoPool"/>.
/// </summary>
internal sealed class RepoReader : IDisposable
{
    // A larger buffer is kept for no longer than it is used: idle readers are many.
    private const int BufferBytesKeptMax = 64 * 1024;

    private readonly CarFile _car;
    private readonly ReadWindow _window = new();
    private byte[] _buffer = new byte[4096];
    private bool _changed;

    private RepoReader(RepoEntry entry, RepoIndex index, CarFile car)
    {
        Entry = entry;
        Index = index;
        _car = car;
    }

    /// <summary>The entry this was opened for.</summary>
    internal RepoEntry Entry { get; }

    internal RepoIndex Index { get; }

    /// <summary>
    /// Whose turn it is: reads take their cost from it. Set by whoever has the reader on loan.
    /// </summary>
    internal Turn Turn { get; set; } = Turn.Unbounded();

    /// <summary>Room to decode tree nodes in.</summary>
    internal MstNode Node { get; private set; } = new();

    /// <summary>
    /// Whether CAR or index turned out not to be what they were: never to be used again.
    /// </summary>
    internal bool IsStale => _changed || Index.IsDamaged;

    /// <summary>
    /// Throws IOException, UnauthorizedAccessException or SqliteException when it cannot be opened;
    /// InvalidDataException when the index is not whole.
    /// </summary>
    internal static RepoReader Open(RepoEntry entry)
    {
        var car = CarFile.Open(entry.CarPath);
        try
        {
            // Cut short by a crash of the machine: the rest of what is wrong shows when it is read.
            bool whole = new FileInfo(entry.IndexPath).Length == entry.IndexBytes;
            var index = (whole ? RepoIndex.Open(entry.IndexPath) : null)
                ?? throw new InvalidDataException("the index is not whole");
            return new RepoReader(entry, index, car);
        }
        catch
        {
            car.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads a block and makes its CID from what was read. The span is valid until the next read.
    /// </summary>
    internal ReadStatus Read(
        scoped in BlockLocation location, out ReadOnlySpan<byte> block, out Cid cid)
    {
        if (!Turn.TryTake(Turn.ReadCost + location.Length))
        {
            block = default;
            cid = default;
            return ReadStatus.Blocked;
        }

        if (_window.TryRead(_car, location, Turn.MayBlock, out block))
        {
            return Check(location, block, out cid);
        }

        if (_buffer.Length < location.Length)
        {
            _buffer = new byte[Math.Max(location.Length, 2 * _buffer.Length)];
        }

        var buffer = _buffer.AsSpan(0, location.Length);
        block = buffer;
        var status = ReadFile(location.Offset, buffer);
        cid = default;
        return status == ReadStatus.Done ? Check(location, buffer, out cid) : status;
    }

    /// <summary>
    /// The same for a block that the turn has paid for, as it was hashed before: for turns that may
    /// wait, since it is read and hashed whole all the same.
    /// </summary>
    internal ReadStatus ReadPaid(
        scoped in BlockLocation location, out ReadOnlySpan<byte> block, out Cid cid)
    {
        var turn = Turn;
        Turn = Turn.Unbounded();
        var status = Read(location, out block, out cid);
        Turn = turn;
        return status;
    }

    /// <summary>
    /// Finds a block of the tree by its whole CID and reads it. The span is valid until the next
    /// read.
    /// </summary>
    internal ReadStatus Read(scoped in Cid cid, out ReadOnlySpan<byte> block)
    {
        block = default;
        return Index.TryFind(cid, out var location)
            ? Read(cid, location, out block)
            : ReadStatus.Changed;
    }

    /// <summary>Reads a block whose place was found by its CID.</summary>
    internal ReadStatus Read(
        scoped in Cid cid, scoped in BlockLocation location, out ReadOnlySpan<byte> block)
    {
        var status = Read(location, out block, out var found);
        return status == ReadStatus.Done && found != cid ? ReadStatus.Changed : status;
    }

    /// <summary>Reads a block into memory of exactly its length.</summary>
    internal ReadStatus Read(scoped in BlockLocation location, Span<byte> buffer, out Cid cid)
    {
        cid = default;
        var status = ReadRange(location.Offset, buffer);
        return status == ReadStatus.Done ? Check(location, buffer, out cid) : status;
    }

    /// <summary>Reads any range of the CAR, unchecked.</summary>
    internal ReadStatus ReadRange(long offset, Span<byte> buffer) =>
        Turn.TryTake(Turn.ReadCost + buffer.Length)
            ? ReadFile(offset, buffer)
            : ReadStatus.Blocked;

    /// <summary>What was read is not what was expected: never to be used again.</summary>
    internal ReadStatus FoundChanged()
    {
        _changed = true;
        return ReadStatus.Changed;
    }

    /// <summary>
    /// Reads a part of something whose cost was taken from the turn as a whole, unchecked.
    /// </summary>
    internal ReadStatus ReadFile(long offset, Span<byte> buffer)
    {
        if (!Turn.MayBlock)
        {
            bool inMemory = _car.TryReadInMemory(offset, buffer);
            return inMemory ? ReadStatus.Done : ReadStatus.Blocked;
        }

        return _car.TryReadFully(offset, buffer) ? ReadStatus.Done : FoundChanged();
    }

    /// <summary>Compares what was read with what the index expects.</summary>
    internal ReadStatus Check(
        scoped in BlockLocation location, ReadOnlySpan<byte> block, out Cid cid)
    {
        cid = Cid.Of(location.Codec, block);
        return cid.DigestPrefix == location.DigestPrefix ? ReadStatus.Done : FoundChanged();
    }

    /// <summary>Someone else's turn: what the file held before is not remembered.</summary>
    internal void BeginLoan(Turn turn)
    {
        Turn = turn;
        _window.Clear();
    }

    /// <summary>Lets go of what a large block took.</summary>
    internal void Trim()
    {
        if (_buffer.Length <= BufferBytesKeptMax) return;
        _buffer = new byte[4096];
        Node = new MstNode();
    }

    public void Dispose()
    {
        Index.Dispose();
        _car.Dispose();
    }
}
