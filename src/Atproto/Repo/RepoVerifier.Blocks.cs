using Atproto.Car;
using Atproto.Cbor;
using Atproto.Crypto;
using Atproto.Multiformats;
using Atproto.Mst;

namespace Atproto.Repo;

/// <summary>The first pass: the file as a stream of blocks.</summary>
public sealed partial class RepoVerifier
{
    private const int BufferBytes = 1 << 20;

    // Bytes read and not yet taken: _buffer[_start.._filled], beginning at _bufferOffset in the
    // file.
    private byte[] _buffer = new byte[BufferBytes];
    private int _start;
    private int _filled;
    private long _bufferOffset;

    /// <summary>
    /// Reads the whole file once: frames, hashes, a first look at each block; then the commit. Null
    /// when all is well. <paramref name="onProgress"/> hears the bytes read so far.
    /// </summary>
    public RepoFault? ReadBlocks(ICarSource source, Action<long>? onProgress = null)
    {
        Reset(source);
        if (source.Length > CarLimits.FileBytesMax) return RepoFault.Of(CarError.FileTooLarge);
        try
        {
            return ReadHeader(out var root) ?? ReadSections(onProgress) ?? ReadCommit(root);
        }
        catch (IOException e) when (e is not SpillFailedException)
        {
            return RepoFault.Of(CarError.ReadFailed, Position) with { Message = e.Message };
        }
    }

    private long Position => _bufferOffset + _start;

    private ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _filled - _start);

    private RepoFault? ReadHeader(out Cid root)
    {
        root = default;
        while (true)
        {
            var status = CarHeader.Read(Unread, out var header, out int needed, out var error);
            if (status == CarStatus.Refused) return HeaderFault(error);
            if (status == CarStatus.NeedMoreData)
            {
                if (!TryFill(needed)) return HeaderFault(CarError.UnexpectedEnd);
                continue;
            }

            root = header.Root;
            _start += needed;
            return null;
        }
    }

    private RepoFault HeaderFault(CarError error)
    {
        bool isCar = error is CarError.VersionUnsupported or CarError.RootAbsent
            or CarError.RootUnsupported;
        return !isCar && ForeignFile.Describe(Unread) is { } kind
            ? RepoFault.Of(CarError.NotACar) with { Message = $"file {kind}" }
            : RepoFault.Of(error, Position);
    }

    private RepoFault? ReadSections(Action<long>? onProgress)
    {
        while (true)
        {
            var status = CarSection.Read(Unread, out var section, out int needed, out var error);
            if (status == CarStatus.Done)
            {
                var fault = TakeSection(section);
                if (fault is not null) return fault;
                continue;
            }

            if (status == CarStatus.Refused) return RepoFault.Of(error, Position);
            if (Position == _source.Length) break;
            Stop.ThrowIfCancellationRequested();
            onProgress?.Invoke(Position);
            if (!TryFill(needed)) return RepoFault.Of(CarError.UnexpectedEnd, Position);
        }

        onProgress?.Invoke(Position);
        bool sound = _blocks.Seal(AreSameBlock);
        return sound ? null : RepoFault.Of(CarError.DigestPrefixShared);
    }

    private RepoFault? TakeSection(in CarSection section)
    {
        Counts.Sections++;
        var cid = section.Cid;
        if (cid == default)
        {
            Counts.SectionsSkipped++;
            _start += section.Length;
            return null;
        }

        var data = _buffer.AsSpan(_start + section.DataStart, section.DataLength);
        long offset = Position + section.DataStart;
        Span<byte> digest = stackalloc byte[Sha256.DigestBytes];
        Sha256.Hash(data, digest);
        if (!cid.HasDigest(digest)) return RepoFault.Of(CarError.CidMismatch, Position, cid);
        if (_blocks.Count == CarLimits.BlockCountMax)
        {
            return RepoFault.Of(CarError.TooManyBlocks, Position);
        }

        _blocks.Add(cid, PlaceOf(cid, offset, data));
        _start += section.Length;
        return null;
    }

    private BlockPlace PlaceOf(in Cid cid, long offset, ReadOnlySpan<byte> data)
    {
        if (cid.Codec == CidCodec.Raw) return new BlockPlace(offset, data.Length, BlockKind.Raw);
        if (MstNode.LooksLikeNode(data) && data.Length <= MstLimits.NodeBytesMax)
        {
            return _spill.Add(offset, cid, data);
        }

        bool plain = !BlobReferences.MayBeIn(data) && IsRecord(data);
        return new BlockPlace(offset, data.Length, plain ? BlockKind.Plain : BlockKind.LookAgain);
    }

    // A record that does not decode to a map is kept as bytes, and has no JSON view.
    private static bool IsRecord(ReadOnlySpan<byte> data) =>
        !data.IsEmpty && data[0] >> 5 == (int)CborMajorType.Map
        && CborCheck.Block(data, CborRules.Lenient) == CborError.None;

    private RepoFault? ReadCommit(in Cid root)
    {
        if (!_blocks.TryFind(root, out int index))
        {
            return RepoFault.Of(CarError.RootMissing, 0, root);
        }
        var block = ReadBlock(index, root, out var place, out var fault);
        if (fault is not null) return fault;
        var error = Repo.Commit.Read(root, block, out var commit);
        if (error != CommitError.None) return RepoFault.Of(error, place.Offset, root);
        Commit = commit;
        _blocks.OrdinalAt(index) = 1;
        return null;
    }

    /// <summary>
    /// Makes at least so many bytes available, or any more when the need is unknown (0). False at
    /// the end of the file; a claim beyond it is refused before the buffer grows for it.
    /// </summary>
    private bool TryFill(int needed)
    {
        if (needed > _source.Length - Position) return false;
        Unread.CopyTo(_buffer);
        _filled -= _start;
        _bufferOffset += _start;
        _start = 0;
        if (needed > _buffer.Length) Array.Resize(ref _buffer, needed);
        bool any = false;
        while (_filled < _buffer.Length)
        {
            int read = _source.Read(_bufferOffset + _filled, _buffer.AsSpan(_filled));
            if (read == 0) break;
            _filled += read;
            any = true;
        }

        return any && _filled >= needed;
    }

    // Two sections with the same half of a digest: the CIDs in front of the data tell.
    private bool AreSameBlock(BlockPlace first, BlockPlace second)
    {
        Span<byte> firstDigest = stackalloc byte[Sha256.DigestBytes];
        Span<byte> secondDigest = stackalloc byte[Sha256.DigestBytes];
        ReadFully(CarPlaceOf(first).Offset - firstDigest.Length, firstDigest);
        ReadFully(CarPlaceOf(second).Offset - secondDigest.Length, secondDigest);
        return firstDigest.SequenceEqual(secondDigest);
    }
}
