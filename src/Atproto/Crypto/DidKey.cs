using System.Buffers;
using SimpleBase;

namespace Atproto.Crypto;

/// <summary>
/// Text forms of public keys: did:key, the multikey inside it, and the bare points of older DID
/// documents (https://atproto.com/specs/cryptography#public-key-encoding,
/// https://atproto.com/specs/did).
/// </summary>
public static class DidKey
{
    private const string Prefix = "did:key:";

    // 65 bytes of an uncompressed point are 89 characters; decoding takes quadratic time.
    private const int MultibaseLengthMax = 96;

    private const int CodecBytes = 2;

    private static readonly SearchValues<char> s_alphabet = SearchValues.Create(
        "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz");

    private static ReadOnlySpan<byte> P256Codec => [0x80, 0x24];

    private static ReadOnlySpan<byte> Secp256k1Codec => [0xe7, 0x01];

    /// <summary>Reads "did:key:z…".</summary>
    public static KeyError TryParse(ReadOnlySpan<char> text, out PublicKey? key)
    {
        key = null;
        return text.StartsWith(Prefix, StringComparison.Ordinal)
            ? TryParseMultikey(text[Prefix.Length..], out key)
            : KeyError.NotDidKey;
    }

    /// <summary>Reads "z…": two bytes of codec and a compressed point.</summary>
    public static KeyError TryParseMultikey(ReadOnlySpan<char> text, out PublicKey? key)
    {
        key = null;
        Span<byte> buffer = stackalloc byte[MultibaseLengthMax];
        if (!TryDecode(text, buffer, out int length)) return KeyError.NotBase58;

        var bytes = buffer[..length];
        KeyCurve curve;
        if (bytes.StartsWith(P256Codec)) curve = KeyCurve.P256;
        else if (bytes.StartsWith(Secp256k1Codec)) curve = KeyCurve.Secp256k1;
        else return KeyError.UnknownCodec;

        var point = bytes[CodecBytes..];
        return point.Length == PublicKey.CompressedBytes
            ? PublicKey.TryRead(curve, point, out key)
            : KeyError.NotAPoint;
    }

    /// <summary>
    /// Reads "z…" of a point without a codec, as the types EcdsaSecp256r1VerificationKey2019 and
    /// EcdsaSecp256k1VerificationKey2019 have it. Compressed and uncompressed ones are in use.
    /// </summary>
    public static KeyError TryParseBarePoint(
        KeyCurve curve, ReadOnlySpan<char> text, out PublicKey? key)
    {
        key = null;
        Span<byte> buffer = stackalloc byte[MultibaseLengthMax];
        return TryDecode(text, buffer, out int length)
            ? PublicKey.TryRead(curve, buffer[..length], out key)
            : KeyError.NotBase58;
    }

    public static string Format(PublicKey key) => Prefix + FormatMultikey(key);

    public static string FormatMultikey(PublicKey key)
    {
        Span<byte> bytes = stackalloc byte[CodecBytes + PublicKey.CompressedBytes];
        (key.Curve == KeyCurve.P256 ? P256Codec : Secp256k1Codec).CopyTo(bytes);
        key.CopyCompressedTo(bytes[CodecBytes..]);
        return "z" + Base58.Bitcoin.Encode(bytes);
    }

    private static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, out int length)
    {
        length = 0;
        // SimpleBase 5.6.4 throws on characters from U+007F on, so it is given none but its own.
        return text.Length is > 1 and <= MultibaseLengthMax && text[0] == 'z'
            && !text.ContainsAnyExcept(s_alphabet)
            && Base58.Bitcoin.TryDecode(text[1..], destination, out length);
    }
}
