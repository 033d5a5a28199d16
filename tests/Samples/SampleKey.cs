using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using SimpleBase;

namespace Samples;

/// <summary>The two curves of https://atproto.com/specs/cryptography.</summary>
public enum SampleCurve
{
    P256,
    K256,
}

/// <summary>
/// A signing key for sample repos. Signatures are deterministic (RFC 6979) so that the same seed
/// gives the same CAR: the platform does the curve's arithmetic, the rest is two lines of numbers.
/// It is not constant in time and signs nothing but test data.
/// </summary>
public sealed class SampleKey : IDisposable
{
    private const int ScalarBytes = 32;

    private readonly CurveFacts _facts;
    private readonly BigInteger _secret;
    private readonly ECDsa _key;

    private SampleKey(SampleCurve curve, BigInteger secret)
    {
        Curve = curve;
        _facts = curve == SampleCurve.P256 ? CurveFacts.P256 : CurveFacts.K256;
        _secret = secret;
        _key = _facts.Import(secret);
        var point = _key.ExportParameters(false).Q;
        byte parity = (byte)(2 + (point.Y![^1] & 1));
        Multibase = "z" + Base58.Bitcoin.Encode([.. _facts.Multicodec, parity, .. point.X!]);
    }

    public SampleCurve Curve { get; }

    /// <summary>The public key: z, base58btc, codec and compressed point.</summary>
    public string Multibase { get; }

    public string DidKey => "did:key:" + Multibase;

    /// <summary>The key a text stands for.</summary>
    public static SampleKey FromSeed(SampleCurve curve, string seed)
    {
        var order = (curve == SampleCurve.P256 ? CurveFacts.P256 : CurveFacts.K256).Order;
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes("sample key " + seed));
        return new SampleKey(curve, (Number(digest) % (order - 1)) + 1);
    }

    public static SampleKey FromSecret(SampleCurve curve, ReadOnlySpan<byte> secret) =>
        new(curve, Number(secret));

    /// <summary>64 bytes, r and s, over the message's SHA-256; s in the lower half.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        byte[] digest = SHA256.HashData(message);
        var order = _facts.Order;
        var nonce = Nonce(digest);
        using var nonceKey = _facts.Import(nonce);
        var r = Number(nonceKey.ExportParameters(false).Q.X) % order;
        var inverse = BigInteger.ModPow(nonce, order - 2, order);
        var s = inverse * (Number(digest) + (r * _secret)) % order;
        if (s > order / 2) s = order - s;
        return [.. Scalar(r), .. Scalar(s)];
    }

    /// <summary>
    /// The same in a tenth of the time, with another nonce each time: for worlds with thousands of
    /// commits.
    /// </summary>
    public byte[] SignQuickly(ReadOnlySpan<byte> message)
    {
        byte[] signature = _key.SignData(message, HashAlgorithmName.SHA256);
        var s = Number(signature.AsSpan(ScalarBytes));
        if (s > _facts.Order / 2) Scalar(_facts.Order - s).CopyTo(signature, ScalarBytes);
        return signature;
    }

    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        _key.VerifyData(message, signature, HashAlgorithmName.SHA256);

    public void Dispose() => _key.Dispose();

    // RFC 6979 section 3.2. The digest and the order both have 256 bits, so bits2octets is a
    // remainder.
    private BigInteger Nonce(byte[] digest)
    {
        byte[] secret = Scalar(_secret);
        byte[] reduced = Scalar(Number(digest) % _facts.Order);
        byte[] v = new byte[ScalarBytes];
        byte[] k = new byte[ScalarBytes];
        v.AsSpan().Fill(1);
        for (byte round = 0; round < 2; round++)
        {
            k = Hmac(k, [.. v, round, .. secret, .. reduced]);
            v = Hmac(k, v);
        }

        while (true)
        {
            v = Hmac(k, v);
            var candidate = Number(v);
            if (!candidate.IsZero && candidate < _facts.Order) return candidate;
            k = Hmac(k, [.. v, 0]);
            v = Hmac(k, v);
        }
    }

    private static byte[] Hmac(byte[] key, byte[] data) => HMACSHA256.HashData(key, data);

    private static BigInteger Number(ReadOnlySpan<byte> bytes) =>
        new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Scalar(BigInteger number)
    {
        byte[] bytes = new byte[ScalarBytes];
        int length = number.GetByteCount(isUnsigned: true);
        number.TryWriteBytes(
            bytes.AsSpan(ScalarBytes - length), out _, isUnsigned: true, isBigEndian: true);
        return bytes;
    }

    private sealed record CurveFacts(ECCurve Curve, BigInteger Order, byte[] Multicodec)
    {
        internal static readonly CurveFacts P256 = new(
            ECCurve.NamedCurves.nistP256,
            Hex("0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"),
            [0x80, 0x24]);

        internal static readonly CurveFacts K256 = new(
            ECCurve.CreateFromFriendlyName("secp256k1"),
            Hex("0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141"),
            [0xe7, 0x01]);

        internal ECDsa Import(BigInteger secret) =>
            ECDsa.Create(new ECParameters { Curve = Curve, D = Scalar(secret) });

        private static BigInteger Hex(string text) =>
            BigInteger.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
