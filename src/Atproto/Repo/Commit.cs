using Atproto.Cbor;
using Atproto.Crypto;
using Atproto.Multiformats;
using Atproto.Syntax;

namespace Atproto.Repo;

/// <summary>
/// The signed root of a repo (https://atproto.com/specs/repository#commit-objects). Read strictly:
/// the six keys in canonical order and no other, since consumers encode them again to check the
/// signature.
/// </summary>
public sealed record Commit
{
    private const int SignatureBytes = 64;
    private const int KeyCountMax = 6;

    private Commit(Cid cid) => Cid = cid;

    public Cid Cid { get; }

    /// <summary>The whole block, as it was signed and hashed.</summary>
    public ReadOnlyMemory<byte> Block { get; private set; }

    public Did Did { get; private set; }

    /// <summary>
    /// Zero, which is earlier than every repo, in a version 2 commit without one.
    /// </summary>
    public Tid Rev { get; private set; }

    /// <summary>The root node of the tree.</summary>
    public Cid Data { get; private set; }

    /// <summary>3, or 2 in old archives.</summary>
    public int Version { get; private set; }

    /// <summary>Version 2, or without the prev key that version 3 demands.</summary>
    public bool IsLegacy { get; private set; }

    /// <summary>64 bytes: r and s. Whose, and on which curve, only the key tells.</summary>
    public ReadOnlyMemory<byte> Signature { get; private set; }

    /// <summary>SHA-256 of the map without its signature: what was signed.</summary>
    public ReadOnlyMemory<byte> SignedDigest { get; private set; }

    /// <summary>Reads a whole block whose CID was checked.</summary>
    public static CommitError Read(in Cid cid, ReadOnlySpan<byte> block, out Commit? commit)
    {
        commit = null;
        var found = new Commit(cid);
        var error = found.ReadFields(block);
        if (error != CommitError.None) return error;
        found.Block = block.ToArray();
        commit = found;
        return CommitError.None;
    }

    private CommitError ReadFields(ReadOnlySpan<byte> block)
    {
        if (CborCheck.Block(block, CborRules.Strict) != CborError.None)
        {
            return CommitError.CommitMalformed;
        }

        var reader = new CborReader(block);
        if (reader.ReadMap(out int count) != CborError.None) return CommitError.CommitMalformed;
        if (count > KeyCountMax) return CommitError.CommitKeyUnexpected;

        bool hasDid = false, hasData = false, hasPrev = false, hasRev = false;
        int unsignedFrom = 0, unsignedTo = 0;
        for (int i = 0; i < count; i++)
        {
            int pairStart = reader.Offset;
            reader.ReadText(out var key);
            CommitError error;
            if (key.SequenceEqual("did"u8)) error = ReadDid(ref reader, out hasDid);
            else if (key.SequenceEqual("rev"u8)) error = ReadRev(ref reader, out hasRev);
            else if (key.SequenceEqual("sig"u8)) error = ReadSignature(ref reader);
            else if (key.SequenceEqual("data"u8)) error = ReadData(ref reader, out hasData);
            else if (key.SequenceEqual("prev"u8)) error = ReadPrev(ref reader, out hasPrev);
            else if (key.SequenceEqual("version"u8)) error = ReadVersion(ref reader);
            else error = CommitError.CommitKeyUnexpected;
            if (error != CommitError.None) return error;
            if (!key.SequenceEqual("sig"u8)) continue;
            unsignedFrom = pairStart;
            unsignedTo = reader.Offset;
        }

        if (!hasDid || !hasData || Version == 0) return CommitError.CommitIncomplete;
        if (!hasRev && Version == 3) return CommitError.CommitIncomplete;
        if (unsignedTo == 0) return CommitError.CommitUnsigned;
        IsLegacy = Version == 2 || !hasPrev;
        SignedDigest = DigestWithout(block, unsignedFrom, unsignedTo);
        return CommitError.None;
    }

    private CommitError ReadDid(ref CborReader reader, out bool found)
    {
        found = true;
        if (reader.ReadText(out var text) != CborError.None) return CommitError.CommitMalformed;
        if (!Did.TryParse(text, out var did)) return CommitError.CommitDidInvalid;
        Did = did;
        return CommitError.None;
    }

    private CommitError ReadRev(ref CborReader reader, out bool found)
    {
        found = true;
        if (reader.ReadText(out var text) != CborError.None) return CommitError.CommitMalformed;
        if (!Tid.TryParse(text, out var rev)) return CommitError.CommitRevInvalid;
        Rev = rev;
        return CommitError.None;
    }

    private CommitError ReadSignature(ref CborReader reader)
    {
        if (reader.ReadBytes(out var bytes) != CborError.None) return CommitError.CommitMalformed;
        if (bytes.Length != SignatureBytes) return CommitError.CommitSignatureLength;
        Signature = bytes.ToArray();
        return CommitError.None;
    }

    private CommitError ReadData(ref CborReader reader, out bool found)
    {
        found = true;
        if (reader.ReadLink(out var data) != CborError.None) return CommitError.CommitMalformed;
        Data = data;
        return CommitError.None;
    }

    // Practically always null; an old commit may name its predecessor, which is never followed.
    private static CommitError ReadPrev(ref CborReader reader, out bool found)
    {
        found = true;
        if (reader.TryReadNull() || reader.ReadLink(out _) == CborError.None)
        {
            return CommitError.None;
        }
        return CommitError.CommitMalformed;
    }

    private CommitError ReadVersion(ref CborReader reader)
    {
        if (reader.ReadInt32(out int version) != CborError.None) return CommitError.CommitMalformed;
        if (version is not (2 or 3)) return CommitError.CommitVersionUnsupported;
        Version = version;
        return CommitError.None;
    }

    // The signed form is this very map with one pair less: its count stands in the first byte.
    private static byte[] DigestWithout(ReadOnlySpan<byte> block, int from, int to)
    {
        byte[] unsigned = new byte[block.Length - (to - from)];
        block[..from].CopyTo(unsigned);
        block[to..].CopyTo(unsigned.AsSpan(from));
        unsigned[0]--;
        byte[] digest = new byte[Sha256.DigestBytes];
        Sha256.Hash(unsigned, digest);
        return digest;
    }
}
