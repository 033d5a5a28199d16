namespace Atproto.Identity;

/// <summary>
/// Why a PLC audit log was not accepted. Those from EntryMalformed on concern one entry.
/// </summary>
public enum PlcLogError
{
    None,

    /// <summary>More than <see cref="PlcAuditLog.BytesMax"/>.</summary>
    TooLarge,

    /// <summary>No JSON, not text, or nested too deeply.</summary>
    NotJson,

    /// <summary>JSON, but not an array with entries.</summary>
    NotALog,

    /// <summary>More entries than <see cref="PlcAuditLog.EntriesMax"/>.</summary>
    TooManyEntries,

    /// <summary>A member of the entry is absent or of a wrong type.</summary>
    EntryMalformed,

    /// <summary>The entry names another DID than the one asked for.</summary>
    WrongDid,

    /// <summary>
    /// The operation lacks a member, has one of a wrong type, or cannot be written as DAG-CBOR.
    /// </summary>
    OperationMalformed,

    /// <summary>
    /// A type of operation that the method does not define, or not in this place.
    /// </summary>
    OperationUnknown,

    /// <summary>More rotation keys than <see cref="PlcAuditLog.RotationKeysMax"/>.</summary>
    TooManyRotationKeys,

    /// <summary>The entry's CID is not the operation's.</summary>
    CidMismatch,

    /// <summary>The same operation twice.</summary>
    EntryRepeated,

    /// <summary>The first operation does not hash to the DID.</summary>
    GenesisMismatch,

    /// <summary>The first operation has a predecessor, or a later one has none.</summary>
    GenesisMisplaced,

    /// <summary>The predecessor is not in the log before this entry.</summary>
    PrevUnknown,

    /// <summary>The predecessor was already replaced by a recovery.</summary>
    PrevNullified,

    /// <summary>Not 64 bytes in unpadded base64url.</summary>
    SignatureMalformed,

    /// <summary>
    /// No rotation key of the predecessor made the signature (or not in low-S form).
    /// </summary>
    SignatureInvalid,

    /// <summary>
    /// A rotation key made it, but not one above the key whose operations it would replace.
    /// </summary>
    KeyLacksAuthority,

    /// <summary>This platform has no secp256k1: nothing can be said.</summary>
    CurveUnavailable,

    /// <summary>An entry is older than the one it follows.</summary>
    TimeNotAscending,

    /// <summary>A recovery more than 72 hours after the first operation it replaces.</summary>
    RecoveryTooLate,

    /// <summary>The entry says that it is nullified and is not, or the reverse.</summary>
    NullifiedWrong,
}
