using Atproto.Mst;
using Atproto.Syntax;

namespace Atproto.Repo;

/// <summary>
/// Exactly the collections that a repo holds at one commit, or those of a range; made by a walk
/// over verified nodes and by nothing else.
/// </summary>
/// <remarks>
/// In the order of the repo's keys, which is that of the name with a slash behind it: "a.b.c-d" and
/// "a.b.c.d" come before "a.b.c". Names are as the repo spells them, and need not be NSIDs where a
/// host let others in.
/// </remarks>
public sealed record ProvenCollections
{
    internal ProvenCollections()
    {
    }

    /// <summary>The commit that this holds for.</summary>
    public required Commit Commit { get; init; }

    /// <summary>Whether the commit's signature was verified with a key of the account.</summary>
    public required bool IsSignatureVerified { get; init; }

    public required IReadOnlyList<string> Collections { get; init; }

    /// <summary>
    /// The range begins behind this collection; null when it begins before everything.
    /// </summary>
    public string? After { get; init; }

    /// <summary>
    /// Whether there is no further collection; else the range ends with the last one found.
    /// </summary>
    public bool ReachesEnd { get; init; }

    public Tid Rev => Commit.Rev;

    /// <summary>Whether these are all collections of the repo.</summary>
    public bool IsComplete => After is null && ReachesEnd;
}

/// <summary>Where the search for all collections stands: exactly one of the three is set.</summary>
public readonly record struct CollectionsResult
{
    /// <summary>They are known.</summary>
    public ProvenCollections? Proven { get; init; }

    /// <summary>This node has to be fetched first.</summary>
    public MissingNode? Missing { get; init; }

    /// <summary>The tree is malformed and proves nothing; asking again changes nothing.</summary>
    public RepoFault? Fault { get; init; }
}
