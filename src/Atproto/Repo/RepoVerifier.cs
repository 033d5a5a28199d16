using Atproto.Car;
using Atproto.Crypto;
using Atproto.Multiformats;

namespace Atproto.Repo;

/// <summary>
/// Verifies one repo's CAR completely: every block against its CID, the commit, and the tree by
/// every rule of https://atproto.com/specs/repository; not the signature, which needs a key (the
/// commit holds what it takes). First <see cref="ReadBlocks"/>, then <see cref="Walk"/>.
/// </summary>
/// <remarks>
/// Memory: about 34 bytes a block, plus what the spill is allowed. One object is used for CAR after
/// CAR, by one thread.
/// </remarks>
public sealed partial class RepoVerifier : IDisposable
{
    private readonly NodeSpill _spill;
    private BlockTable _blocks = new();
    private ICarSource _source = NoSource.Instance;
    private byte[] _recordBuffer = [];

    /// <param name="spillFile">Where nodes go that do not fit the memory allowed.</param>
    /// <param name="spillMemoryBytes">Memory for nodes; at least 1 MiB is used.</param>
    public RepoVerifier(ISpillFile spillFile, long spillMemoryBytes) =>
        _spill = new NodeSpill(spillFile, spillMemoryBytes);

    /// <summary>
    /// Ends either pass with OperationCanceledException; the next file begins as if nothing was.
    /// </summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Known after <see cref="ReadBlocks"/> found no fault.</summary>
    public Commit? Commit { get; private set; }

    public RepoCounts Counts { get; private set; } = new();

    /// <summary>Every block of the file; ordinals are set by the walk.</summary>
    public BlockTable Blocks => _blocks;

    public void Dispose() => _blocks.Dispose();

    private void Reset(ICarSource source)
    {
        _source = source;
        _start = 0;
        _filled = 0;
        _bufferOffset = 0;
        _spill.Clear();
        _blocks.Dispose();
        _blocks = new BlockTable();
        Commit = null;
        Counts = new RepoCounts();
    }

    private BlockPlace CarPlaceOf(BlockPlace place) =>
        place.Kind == BlockKind.MayBeNode ? _spill.CarPlaceOf(place) : place;

    /// <summary>
    /// The bytes of a block found in the table, and its place in the file. What was put aside is
    /// compared with the whole CID, what is read again is hashed again.
    /// </summary>
    private ReadOnlySpan<byte> ReadBlock(
        int index, scoped in Cid cid, out BlockPlace carPlace, out RepoFault? fault)
    {
        var place = _blocks.PlaceAt(index);
        bool isThatBlock;
        ReadOnlySpan<byte> block;
        if (place.Kind == BlockKind.MayBeNode)
        {
            block = _spill.Read(place, cid, out isThatBlock, out carPlace);
        }
        else
        {
            carPlace = place;
            if (_recordBuffer.Length < place.Length)
            {
                _recordBuffer = new byte[Math.Max(place.Length, 16 << 10)];
            }

            var buffer = _recordBuffer.AsSpan(0, place.Length);
            isThatBlock = ReadFully(place.Offset, buffer);
            Span<byte> digest = stackalloc byte[Sha256.DigestBytes];
            Sha256.Hash(buffer, digest);
            isThatBlock &= cid.HasDigest(digest);
            block = buffer;
        }

        fault = isThatBlock ? null : RepoFault.Of(CarError.FileChanged, carPlace.Offset, cid);
        return block;
    }

    private bool ReadFully(long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int read = _source.Read(offset, buffer);
            if (read == 0) return false;
            offset += read;
            buffer = buffer[read..];
        }

        return true;
    }

    // Stands in before the first file.
    private sealed class NoSource : ICarSource
    {
        internal static readonly NoSource Instance = new();

        public long Length => 0;

        public int Read(long offset, Span<byte> buffer) => 0;
    }
}
