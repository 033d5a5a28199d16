namespace Atproto.Crypto;

/// <summary>The two curves of atproto keys (https://atproto.com/specs/cryptography).</summary>
public enum KeyCurve
{
    /// <summary>NIST P-256, also secp256r1; its signatures are ES256.</summary>
    P256,

    /// <summary>
    /// secp256k1; its signatures are ES256K. Not on every platform: macOS lacks it.
    /// </summary>
    Secp256k1,
}
