using System.Buffers.Binary;
using Atproto.Multiformats;

namespace Atproto.Repo;

/// <summary>
/// The blocks that look like tree nodes, put aside while a CAR streams by, so that the walk need
/// not seek through the whole file for them. What fits stays in memory, the rest goes to a file in
/// chunks.
/// </summary>
internal sealed class NodeSpill(ISpillFile file, long memoryBytesMax)
{
    // A node never crosses a chunk, so that one read brings it whole.
    private const int ChunkBits = 20;
    private const int ChunkBytes = 1 << ChunkBits;

    // Offset in the CAR, and the half of the digest that the block table does not keep.
    private const int HeaderBytes = 8 + 16;

    private readonly List<byte[]> _chunks = [];
    private readonly int _chunkCountMax = (int)Math.Max(1, memoryBytesMax >> ChunkBits);
    private byte[] _staging = [];
    private long _end;
    private byte[] _readBuffer = [];

    internal void Clear()
    {
        _end = 0;
        if (_staging.Length > 0) file.Clear();
        _staging = [];
    }

    /// <summary>Puts a block of at most NodeBytesMax bytes aside.</summary>
    internal BlockPlace Add(long carOffset, in Cid cid, ReadOnlySpan<byte> block)
    {
        int size = HeaderBytes + block.Length;
        int used = (int)(_end & (ChunkBytes - 1));
        // A chunk that was filled to its last byte would look like the next one, not yet begun.
        if (used + size >= ChunkBytes)
        {
            CloseChunk();
            used = 0;
        }

        var room = OpenChunk().AsSpan(used, size);
        BinaryPrimitives.WriteInt64LittleEndian(room, carOffset);
        WriteDigestTail(cid, room[8..]);
        block.CopyTo(room[HeaderBytes..]);
        var place = new BlockPlace(_end, block.Length, BlockKind.MayBeNode);
        _end += size;
        return place;
    }

    /// <summary>
    /// The block, whether it really is the one <paramref name="cid"/> names, and its place in the
    /// CAR. The span is valid until the next call.
    /// </summary>
    internal ReadOnlySpan<byte> Read(
        BlockPlace place, scoped in Cid cid, out bool isThatBlock, out BlockPlace carPlace)
    {
        var stored = Stored(place.Offset, HeaderBytes + place.Length);
        long carOffset = BinaryPrimitives.ReadInt64LittleEndian(stored);
        carPlace = new BlockPlace(carOffset, place.Length, BlockKind.Plain);
        Span<byte> tail = stackalloc byte[16];
        WriteDigestTail(cid, tail);
        isThatBlock = stored.Slice(8, 16).SequenceEqual(tail);
        return stored[HeaderBytes..];
    }

    /// <summary>Where the block lies in the CAR.</summary>
    internal BlockPlace CarPlaceOf(BlockPlace place)
    {
        var stored = Stored(place.Offset, HeaderBytes);
        return new BlockPlace(
            BinaryPrimitives.ReadInt64LittleEndian(stored), place.Length, BlockKind.Plain);
    }

    private ReadOnlySpan<byte> Stored(long position, int size)
    {
        int chunk = (int)(position >> ChunkBits);
        int start = (int)(position & (ChunkBytes - 1));
        if (chunk < _chunkCountMax) return _chunks[chunk].AsSpan(start, size);
        if (chunk == (int)(_end >> ChunkBits)) return _staging.AsSpan(start, size);
        if (_readBuffer.Length < size) _readBuffer = new byte[Math.Max(size, 16 << 10)];
        var buffer = _readBuffer.AsSpan(0, size);
        file.Read(position - ((long)_chunkCountMax << ChunkBits), buffer);
        return buffer;
    }

    private byte[] OpenChunk()
    {
        int chunk = (int)(_end >> ChunkBits);
        if (chunk >= _chunkCountMax)
        {
            if (_staging.Length == 0) _staging = NewChunk();
            return _staging;
        }

        if (chunk == _chunks.Count) _chunks.Add(NewChunk());
        return _chunks[chunk];
    }

    // Every byte that is read was written before.
    private static byte[] NewChunk() => GC.AllocateUninitializedArray<byte>(ChunkBytes);

    private void CloseChunk()
    {
        int chunk = (int)(_end >> ChunkBits);
        if (chunk >= _chunkCountMax) Append(_staging);
        _end = (long)(chunk + 1) << ChunkBits;
    }

    private void Append(byte[] bytes)
    {
        try
        {
            file.Append(bytes);
        }
        catch (IOException e)
        {
            throw new SpillFailedException(e.Message, e);
        }
    }

    private static void WriteDigestTail(in Cid cid, Span<byte> destination)
    {
        Span<byte> digest = stackalloc byte[32];
        cid.CopyDigestTo(digest);
        digest[16..].CopyTo(destination);
    }
}
