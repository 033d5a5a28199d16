using System.Collections.Concurrent;
using System.Security.Cryptography;
using Atproto.Crypto;
using Atproto.Multiformats;
using PdsReadonly.Index;

namespace PdsReadonly.Archive;

/// <summary>
/// A block too large to be held for as long as a client takes. It is hashed once as a whole, and
/// each piece with it; from then on pieces are read alone, each compared with its own digest, so
/// that nothing leaves that was not verified. The digests of pieces follow from the block's CID, so
/// they are good for whatever file it lies in.
/// </summary>
internal sealed class LargeBlock
{
    /// <summary>What is read at once.</summary>
    internal const int PieceBytes = 64 * 1024;

    /// <summary>
    /// A block of this length is read whole: with its head in a CAR it fits a piece.
    /// </summary>
    internal const int WholeBytesMax = PieceBytes - 64;

    // A block of 8 MB, the largest, has 4 KB of digests.
    private const int KnownMax = 256;

    private static readonly ConcurrentDictionary<(UInt128 Prefix, int Length, CidCodec Codec),
        LargeBlock> s_known = new();

    private readonly BlockLocation _location;
    private readonly byte[] _digests;

    private LargeBlock(in BlockLocation location, in Cid cid, byte[] digests)
    {
        _location = location;
        _digests = digests;
        Cid = cid;
    }

    /// <summary>Made from what was read.</summary>
    internal Cid Cid { get; }

    internal int Length => _location.Length;

    internal int PieceCount => (Length + PieceBytes - 1) / PieceBytes;

    /// <summary>
    /// Hashes the block, unless that was done lately. Its digest begins as its place says; whether
    /// it is the one that is wanted, its CID tells.
    /// </summary>
    internal static ReadStatus TryOpen(
        RepoReader reader, in BlockLocation location, out LargeBlock block)
    {
        var key = (location.DigestPrefix, location.Length, location.Codec);
        if (s_known.TryGetValue(key, out var known))
        {
            block = new LargeBlock(location, known.Cid, known._digests);
            return ReadStatus.Done;
        }

        block = null!;
        // Every byte is hashed twice.
        if (!reader.Turn.TryTake(2L * location.Length)) return ReadStatus.Blocked;
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int pieces = (location.Length + PieceBytes - 1) / PieceBytes;
        byte[] digests = new byte[pieces * Sha256.DigestBytes];
        byte[] buffer = new byte[PieceBytes];
        for (int i = 0; i < pieces; i++)
        {
            int start = i * PieceBytes;
            var piece = buffer.AsSpan(0, Math.Min(PieceBytes, location.Length - start));
            var status = reader.ReadFile(location.Offset + start, piece);
            if (status != ReadStatus.Done) return status;
            whole.AppendData(piece);
            Sha256.Hash(piece, digests.AsSpan(i * Sha256.DigestBytes));
        }

        Span<byte> digest = stackalloc byte[Sha256.DigestBytes];
        whole.GetHashAndReset(digest);
        var cid = new Cid(location.Codec, digest);
        if (cid.DigestPrefix != location.DigestPrefix) return reader.FoundChanged();
        block = new LargeBlock(location, cid, digests);
        if (s_known.Count >= KnownMax) s_known.Clear();
        s_known[key] = block;
        return ReadStatus.Done;
    }

    /// <summary>How long a piece is: all but the last are equally long.</summary>
    internal int LengthOf(int piece) => Math.Min(PieceBytes, Length - (piece * PieceBytes));

    /// <summary>Reads one piece into memory of exactly its length.</summary>
    internal ReadStatus Read(RepoReader reader, int piece, Span<byte> target)
    {
        var status = reader.ReadRange(_location.Offset + ((long)piece * PieceBytes), target);
        if (status != ReadStatus.Done) return status;
        Span<byte> digest = stackalloc byte[Sha256.DigestBytes];
        Sha256.Hash(target, digest);
        var expected = _digests.AsSpan(piece * Sha256.DigestBytes, Sha256.DigestBytes);
        return digest.SequenceEqual(expected) ? ReadStatus.Done : reader.FoundChanged();
    }
}
