using System.Security.Cryptography;

namespace Atproto.Crypto;

/// <summary>
/// A public key made ready for verifying. Making one costs more than a verification does, since the
/// platform checks the key again, so keep it where one key verifies more than once. One thread at a
/// time.
/// </summary>
public sealed class SignatureVerifier : IDisposable
{
    /// <summary>
    /// Length of a signature: r and s, big-endian (https://atproto.com/specs/cryptography).
    /// </summary>
    public const int SignatureBytes = 64;

    private const int ScalarBytes = SignatureBytes / 2;

    private readonly ECDsa _key;
    private readonly CurveParameters _parameters;

    private SignatureVerifier(ECDsa key, CurveParameters parameters)
    {
        _key = key;
        _parameters = parameters;
    }

    /// <summary>
    /// CurveUnavailable, and null, where the platform cannot verify with such keys.
    /// </summary>
    public static SignatureError TryCreate(PublicKey key, out SignatureVerifier? verifier)
    {
        verifier = null;
        try
        {
            // The point is known to be on the curve: what the platform refuses is the curve.
            verifier = new SignatureVerifier(
                ECDsa.Create(key.ToParameters()), CurveParameters.Of(key.Curve));
            return SignatureError.None;
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            return SignatureError.CurveUnavailable;
        }
    }

    /// <summary>Verifies once; the key is not kept.</summary>
    public static SignatureError Verify(
        PublicKey key, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        var error = TryCreate(key, out var verifier);
        using (verifier) return verifier is null ? error : verifier.Verify(digest, signature);
    }

    /// <summary>Verifies a signature over the 32 bytes of a SHA-256 digest.</summary>
    public SignatureError Verify(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(digest.Length, Sha256.DigestBytes);
        if (signature.Length != SignatureBytes) return SignatureError.WrongLength;

        var r = signature[..ScalarBytes];
        var s = signature[ScalarBytes..];
        if (!IsInRange(r) || !IsInRange(s)) return SignatureError.OutOfRange;
        // The platform accepts both halves.
        if (s.SequenceCompareTo(_parameters.HalfOrder) > 0) return SignatureError.HighS;
        return _key.VerifyHash(
            digest, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
            ? SignatureError.None
            : SignatureError.KeyMismatch;
    }

    public void Dispose() => _key.Dispose();

    private bool IsInRange(ReadOnlySpan<byte> scalar) =>
        scalar.ContainsAnyExcept((byte)0) && scalar.SequenceCompareTo(_parameters.Order) < 0;
}
