namespace PdsReadonly.Index;

/// <summary>
/// How it is known that a repo holds a collection, or all of its collections; the numbers are
/// stored.
/// </summary>
internal enum CollectionOrigin
{
    /// <summary>Nothing is known.</summary>
    None = 0,

    /// <summary>The host says so and nothing proves it.</summary>
    Claimed = 1,

    /// <summary>A verified commit of the event stream, or a chain of them.</summary>
    Stream = 2,

    /// <summary>A proof by com.atproto.sync.getRepoCollections.</summary>
    Proof = 3,

    /// <summary>A walk over nodes from sync.getBlocks.</summary>
    Blocks = 4,

    /// <summary>A walk over the proofs of records.</summary>
    Probe = 5,

    /// <summary>A verified export.</summary>
    Repo = 6,
}
