namespace PdsReadonly.Xrpc;

/// <summary>What a cache may do with an answer (RFC 9111 §5.2).</summary>
internal enum CachePolicy
{
    /// <summary>Nothing is said.</summary>
    None,

    /// <summary>
    /// Named by its CID: kept five minutes, then asked again, so that a takedown bites.
    /// </summary>
    Content,

    /// <summary>
    /// Named by its CID and never asked again; only where the operator gives up takedowns.
    /// </summary>
    Immutable,

    /// <summary>Depends on a head or on other state: kept, and asked again every time.</summary>
    Revalidate,
}
