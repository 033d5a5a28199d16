namespace PdsReadonly.Index;

/// <summary>
/// What is worth being told of and counted over restarts; the numbers are stored.
/// </summary>
internal enum NoteKind
{
    /// <summary>A rev lower than one that was seen.</summary>
    Rollback = 1,

    /// <summary>A collection that was claimed, and is proven not to be there.</summary>
    ClaimDisproved = 2,

    /// <summary>A collection that is there, and was left out of a claim.</summary>
    ClaimIncomplete = 3,

    /// <summary>A host gave what is malformed, or belongs to another.</summary>
    HostFault = 4,

    /// <summary>An event whose signature or proof is wrong.</summary>
    BadEvent = 5,
}

/// <summary>One of the last notes.</summary>
/// <param name="At">Unix milliseconds.</param>
/// <param name="Kind">What is told.</param>
/// <param name="About">A DID, or a host's URL.</param>
/// <param name="Detail">In words.</param>
internal sealed record Note(long At, NoteKind Kind, string About, string Detail);
