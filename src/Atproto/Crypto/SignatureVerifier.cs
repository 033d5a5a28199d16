namespace Atproto.Crypto;

/// <summary>
/// A public key made ready for verifying. Chosen once: OpenSSL's own functions where they can be
/// called directly, where a key costs next to nothing to make ready; the platform's elsewhere,
/// where that costs more than a verification. Any thread.
/// </summary>
public sealed partial class SignatureVerifier : IDisposable
{
    /// <summary>
    /// Length of a signature: r and s, big-endian (https://atproto.com/specs/cryptography).
    /// </summary>
    public const int SignatureBytes = 64;

    private const int ScalarBytes = SignatureBytes / 2;

    private readonly Twin _twin;
    private readonly CurveParameters _parameters;

    private SignatureVerifier(Twin twin, CurveParameters parameters)
    {
        _twin = twin;
        _parameters = parameters;
    }

    /// <summary>
    /// CurveUnavailable, and null, where the platform cannot verify with such keys.
    /// </summary>
    public static SignatureError TryCreate(PublicKey key, out SignatureVerifier? verifier) =>
        TryCreate(key, UsesLibCrypto(key.Curve), out verifier);

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
        // OpenSSL accepts both halves.
        if (s.SequenceCompareTo(_parameters.HalfOrder) > 0) return SignatureError.HighS;
        return _twin.Verify(digest, signature) ? SignatureError.None : SignatureError.KeyMismatch;
    }

    public void Dispose() => _twin.Dispose();

    /// <summary>Which twin keys of a curve get.</summary>
    internal static bool UsesLibCrypto(KeyCurve curve) => LibCrypto.Has(curve);

    /// <summary>The twin that is asked for; both are tested.</summary>
    internal static SignatureError TryCreate(
        PublicKey key, bool usesLibCrypto, out SignatureVerifier? verifier)
    {
        Twin? twin = usesLibCrypto ? new LibCrypto(key) : Plain.TryCreate(key);
        verifier = twin is null
            ? null
            : new SignatureVerifier(twin, CurveParameters.Of(key.Curve));
        return twin is null ? SignatureError.CurveUnavailable : SignatureError.None;
    }

    private bool IsInRange(ReadOnlySpan<byte> scalar) =>
        scalar.ContainsAnyExcept((byte)0) && scalar.SequenceCompareTo(_parameters.Order) < 0;

    /// <summary>One key, in one of two ways; r and s were checked to be in range.</summary>
    private abstract class Twin : IDisposable
    {
        internal abstract bool Verify(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature);

        public abstract void Dispose();
    }
}
