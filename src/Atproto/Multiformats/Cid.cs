using System.Buffers.Binary;
using Atproto.Crypto;
using Atproto.Syntax;

namespace Atproto.Multiformats;

/// <summary>
/// A blessed CID: version 1, raw or dag-cbor, SHA-256. 36 bytes in binary, 59 characters as text
/// (https://atproto.com/specs/data-model#link-and-cid-formats). Other CIDs occur inside records and
/// are kept there as bytes; they never become a value of this type.
/// </summary>
public readonly struct Cid : IEquatable<Cid>, ISyntax<Cid>
{
    /// <summary>Length of the binary form.</summary>
    public const int Bytes = 36;

    /// <summary>Length of the text form: "b" and 58 base32 characters.</summary>
    public const int TextBytes = 59;

    private const int PrefixBytes = 4;

    // The digest, as four big-endian words: comparing them compares the bytes.
    private readonly ulong _digest0;
    private readonly ulong _digest1;
    private readonly ulong _digest2;
    private readonly ulong _digest3;

    public Cid(CidCodec codec, ReadOnlySpan<byte> digest)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(digest.Length, Sha256.DigestBytes);
        Codec = codec;
        _digest0 = BinaryPrimitives.ReadUInt64BigEndian(digest);
        _digest1 = BinaryPrimitives.ReadUInt64BigEndian(digest[8..]);
        _digest2 = BinaryPrimitives.ReadUInt64BigEndian(digest[16..]);
        _digest3 = BinaryPrimitives.ReadUInt64BigEndian(digest[24..]);
    }

    /// <summary>Zero in a default value, which is no CID.</summary>
    public CidCodec Codec { get; }

    /// <summary>The first 16 bytes of the digest, as the index keeps them.</summary>
    public UInt128 DigestPrefix => new(_digest0, _digest1);

    /// <summary>The other 16 bytes of the digest.</summary>
    internal UInt128 DigestSuffix => new(_digest2, _digest3);

    public static Cid Of(CidCodec codec, ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[Sha256.DigestBytes];
        Sha256.Hash(data, digest);
        return new Cid(codec, digest);
    }

    /// <summary>Reads exactly the 36 bytes of a blessed CID; false for every other.</summary>
    public static bool TryRead(ReadOnlySpan<byte> binary, out Cid cid)
    {
        cid = default;
        if (binary.Length != Bytes || binary[0] != 1 || binary[2] != 0x12 || binary[3] != 0x20)
        {
            return false;
        }

        if (binary[1] is not ((byte)CidCodec.Raw or (byte)CidCodec.DagCbor)) return false;
        cid = new Cid((CidCodec)binary[1], binary[PrefixBytes..]);
        return true;
    }

    /// <summary>
    /// Reads the canonical text form; false for every other CID (protocol: "not found").
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out Cid cid)
    {
        Span<byte> binary = stackalloc byte[Bytes];
        cid = default;
        return text.Length == TextBytes && text[0] == 'b'
            && Base32.TryDecode(text[1..], binary, out int written)
            && TryRead(binary[..written], out cid);
    }

    /// <summary>
    /// Whether the text is a CID of version 1 in canonical lower-case base32, of any codec and
    /// hash: what a request may name.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<byte> text) => CidText.IsCanonical(text);

    /// <summary>Whether the digest is these 32 bytes.</summary>
    public bool HasDigest(ReadOnlySpan<byte> digest) =>
        BinaryPrimitives.ReadUInt64BigEndian(digest) == _digest0
        && BinaryPrimitives.ReadUInt64BigEndian(digest[8..]) == _digest1
        && BinaryPrimitives.ReadUInt64BigEndian(digest[16..]) == _digest2
        && BinaryPrimitives.ReadUInt64BigEndian(digest[24..]) == _digest3;

    /// <summary>Writes the 36-byte binary form.</summary>
    public void CopyTo(Span<byte> destination)
    {
        destination[0] = 1;
        destination[1] = (byte)Codec;
        destination[2] = 0x12;
        destination[3] = 0x20;
        CopyDigestTo(destination[PrefixBytes..]);
    }

    public void CopyDigestTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _digest0);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _digest1);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _digest2);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _digest3);
    }

    /// <summary>Writes the 59 characters of the text form.</summary>
    public void FormatTo(Span<byte> destination)
    {
        Span<byte> binary = stackalloc byte[Bytes];
        CopyTo(binary);
        destination[0] = (byte)'b';
        Base32.Encode(binary, destination[1..TextBytes]);
    }

    public bool Equals(Cid other) =>
        _digest0 == other._digest0 && _digest1 == other._digest1
        && _digest2 == other._digest2 && _digest3 == other._digest3 && Codec == other.Codec;

    public override bool Equals(object? obj) => obj is Cid other && Equals(other);

    public override int GetHashCode() => (int)(
        (31 * DigestHash.Of(_digest0, _digest1)) + DigestHash.Of(_digest2, _digest3));

    public override string ToString() =>
        string.Create(TextBytes, this, static (chars, cid) =>
        {
            Span<byte> text = stackalloc byte[TextBytes];
            cid.FormatTo(text);
            for (int i = 0; i < chars.Length; i++) chars[i] = (char)text[i];
        });

    public static bool operator ==(Cid left, Cid right) => left.Equals(right);

    public static bool operator !=(Cid left, Cid right) => !left.Equals(right);
}
