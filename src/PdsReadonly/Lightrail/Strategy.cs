namespace PdsReadonly.Lightrail;

/// <summary>How a repo's collections are found.</summary>
internal enum Strategy
{
    /// <summary>The cheapest that the host can do, and the next when it cannot.</summary>
    Auto,

    /// <summary>Pages of com.atproto.sync.getRepoCollections.</summary>
    Proof,

    /// <summary>One proof of a record, then sync.getBlocks, layer by layer.</summary>
    Blocks,

    /// <summary>Proofs of records, there or not, whose keys lie where a node is missing.</summary>
    Probe,

    /// <summary>The whole export.</summary>
    Repo,

    /// <summary>What repo.describeRepo claims, which is believed and proves nothing.</summary>
    Describe,
}
