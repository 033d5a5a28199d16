namespace Atproto.Crypto;

/// <summary>Why bytes or text are no public key.</summary>
public enum KeyError
{
    None,

    /// <summary>Does not start with "did:key:".</summary>
    NotDidKey,

    /// <summary>Not a "z" and base58btc, or longer than any key.</summary>
    NotBase58,

    /// <summary>A multicodec other than those of P-256 and secp256k1 public keys.</summary>
    UnknownCodec,

    /// <summary>
    /// Neither 33 bytes of a compressed point nor, where allowed, 65 of a full one.
    /// </summary>
    NotAPoint,

    /// <summary>A point's form with numbers that are not on the curve.</summary>
    NotOnCurve,
}
