using Atproto.Repo;

namespace PdsReadonly.Lightrail;

/// <summary>Why a repo's collections are not proven.</summary>
internal enum Unproven
{
    None,

    /// <summary>The host did not give what it takes, or nothing that proves anything.</summary>
    NotGiven,

    /// <summary>The repo changed faster than it could be walked.</summary>
    Moving,

    /// <summary>The tree that the commit names is malformed: no other way will help.</summary>
    Malformed,

    /// <summary>It takes more requests than were allowed.</summary>
    RequestsSpent,
}

/// <summary>The collections, proven; or why they are not.</summary>
internal sealed record CollectionsOutcome
{
    internal ProvenCollections? Proven { get; init; }

    /// <summary>None if they are proven.</summary>
    internal Unproven Reason { get; init; }

    /// <summary>The one that came to this outcome, the last of those tried.</summary>
    internal Strategy Strategy { get; init; }
}
