using Atproto.Multiformats;
using Atproto.Repo;
using Atproto.Syntax;

namespace Atproto.Firehose;

/// <summary>
/// A #commit that holds: its commit is the one it names, its operations are in the tree. Holds no
/// bytes of the message but a copy of the commit's block.
/// </summary>
public sealed record VerifiedCommit
{
    public required Commit Commit { get; init; }

    /// <summary>The number of its message.</summary>
    public long Seq { get; init; }

    /// <summary>The rev before, by the host's word; null for a first commit.</summary>
    public Tid? Since { get; init; }

    /// <summary>
    /// The root of the tree before; null for a first commit and from hosts before Sync 1.1.
    /// </summary>
    public Cid? PrevData { get; init; }

    /// <summary>
    /// Whether its operations are proven to be all that lies between the tree before and its own:
    /// undone, they gave <see cref="PrevData"/>, or for a first commit the empty tree.
    /// </summary>
    public bool IsInverted { get; init; }

    /// <summary>Whether the signature was verified, which takes a key.</summary>
    public bool IsSignatureVerified { get; init; }

    /// <summary>One for each collection with an operation.</summary>
    public IReadOnlyList<CollectionEffect> Effects { get; init; } = [];
}
