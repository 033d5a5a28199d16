namespace Atproto.Crypto;

/// <summary>Why a signature was not accepted.</summary>
public enum SignatureError
{
    None,

    /// <summary>Not exactly 64 bytes; DER ends here.</summary>
    WrongLength,

    /// <summary>r or s is zero, or not below the order of the curve.</summary>
    OutOfRange,

    /// <summary>
    /// s is in the upper half of its range: a valid signature that anyone could have changed.
    /// </summary>
    HighS,

    /// <summary>Well formed, but not made by this key over this digest.</summary>
    KeyMismatch,

    /// <summary>This platform has no secp256k1; nothing was checked.</summary>
    CurveUnavailable,
}
