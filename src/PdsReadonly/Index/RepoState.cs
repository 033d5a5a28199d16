using Atproto.Multiformats;
using Atproto.Syntax;

namespace PdsReadonly.Index;

/// <summary>
/// How far a remote repo has been followed: all that the next event is judged by.
/// </summary>
internal sealed record RepoState
{
    public required Did Did { get; init; }

    /// <summary>Of the last commit that was applied or proven; null before the first.</summary>
    public Tid? Rev { get; init; }

    /// <summary>The root of the tree at that rev, which the next commit's has to follow.</summary>
    public Cid? Data { get; init; }

    /// <summary>The highest rev of any verified commit: a lower one is a rollback.</summary>
    public Tid? RevMax { get; init; }

    public AccountStatus Status { get; init; }

    /// <summary>Whether the collections have to be proven anew.</summary>
    public bool NeedsResync { get; init; }
}
