using Atproto.Crypto;

namespace Atproto.Identity;

/// <summary>
/// The rotation keys met while one log is verified, each made ready once: the same few keys sign
/// nearly all of its operations.
/// </summary>
internal sealed class RotationKeyRing : IDisposable
{
    private readonly Dictionary<string, SignatureVerifier?> _verifiers =
        new(StringComparer.Ordinal);

    /// <summary>
    /// The index of the first key that made the operation's signature; -1 when none did.
    /// </summary>
    internal PlcLogError FindSigner(PlcOperation operation, string[] keys, out int signerIndex)
    {
        signerIndex = -1;
        for (int i = 0; i < keys.Length; i++)
        {
            var error = Find(keys[i], out var verifier);
            if (error != PlcLogError.None) return error;
            // A text that is no key has signed nothing.
            if (verifier is null) continue;
            var verdict = verifier.Verify(operation.UnsignedDigest, operation.Signature);
            if (verdict != SignatureError.None) continue;
            signerIndex = i;
            return PlcLogError.None;
        }

        return PlcLogError.SignatureInvalid;
    }

    public void Dispose()
    {
        foreach (var verifier in _verifiers.Values) verifier?.Dispose();
    }

    private PlcLogError Find(string text, out SignatureVerifier? verifier)
    {
        if (_verifiers.TryGetValue(text, out verifier)) return PlcLogError.None;
        if (DidKey.TryParse(text, out var key) == KeyError.None
            && SignatureVerifier.TryCreate(key!, out verifier) != SignatureError.None)
        {
            return PlcLogError.CurveUnavailable;
        }

        _verifiers.Add(text, verifier);
        return PlcLogError.None;
    }
}
