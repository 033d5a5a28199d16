namespace PdsReadonly.Catalog;

/// <summary>What is known about a head's signature.</summary>
internal enum SignatureState
{
    /// <summary>No key of this DID is known.</summary>
    Unchecked,

    /// <summary>Valid under the key its DID document names today.</summary>
    Valid,

    /// <summary>
    /// Valid under an earlier key of the DID: usual for an account that has moved since.
    /// </summary>
    Historical,

    /// <summary>Valid under no known key; served only where the operator said so.</summary>
    Mismatch,
}
