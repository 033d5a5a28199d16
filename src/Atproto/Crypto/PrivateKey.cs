using System.Security.Cryptography;

namespace Atproto.Crypto;

/// <summary>
/// A key that signs, for sample repositories and tests: the server never signs anything. One thread
/// at a time.
/// </summary>
public sealed class PrivateKey : IDisposable
{
    private readonly ECDsa _key;
    private readonly CurveParameters _parameters;

    private PrivateKey(ECDsa key, KeyCurve curve)
    {
        _key = key;
        _parameters = CurveParameters.Of(curve);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        _ = PublicKey.TryRead(curve, [4, .. point.X!, .. point.Y!], out var publicKey);
        PublicKey = publicKey!;
    }

    public PublicKey PublicKey { get; }

    /// <summary>Makes a new one. Throws where the platform lacks the curve.</summary>
    public static PrivateKey Generate(KeyCurve curve) =>
        new(ECDsa.Create(CurveParameters.Of(curve).Curve), curve);

    /// <summary>
    /// The key of a 32-byte big-endian scalar, which must be in range (CryptographicException).
    /// </summary>
    public static PrivateKey FromScalar(KeyCurve curve, ReadOnlySpan<byte> scalar)
    {
        var parameters = new ECParameters
        {
            Curve = CurveParameters.Of(curve).Curve,
            D = scalar.ToArray(),
        };
        return new PrivateKey(ECDsa.Create(parameters), curve);
    }

    /// <summary>Signs a SHA-256 digest: 64 bytes, low-S.</summary>
    public byte[] Sign(ReadOnlySpan<byte> digest)
    {
        var signature = _key.SignHash(
            digest.ToArray(), DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        var s = signature.AsSpan(SignatureVerifier.SignatureBytes / 2);
        if (s.SequenceCompareTo(_parameters.HalfOrder) > 0) _parameters.Negate(s).CopyTo(s);
        return signature;
    }

    public void Dispose() => _key.Dispose();
}
