using Atproto.Repo;

namespace PdsReadonly.Lightrail;

/// <summary>The collections, proven; or why they are not.</summary>
internal sealed record CollectionsOutcome
{
    internal ProvenCollections? Proven { get; init; }

    /// <summary>
    /// What the host says, by <see cref="Strategy.Describe"/> and by nothing else: believed.
    /// </summary>
    internal IReadOnlyList<string>? Claimed { get; init; }

    /// <summary>None if they are proven.</summary>
    internal Unproven Reason { get; init; }

    /// <summary>What was asked and answered when it went wrong, for people.</summary>
    internal string? Detail { get; init; }

    /// <summary>The one that came to this outcome, the last of those tried.</summary>
    internal Strategy Strategy { get; init; }

    /// <summary>Requests that it took, over all that was tried.</summary>
    internal int Requests { get; init; }

    /// <summary>Bytes of their answers.</summary>
    internal long Bytes { get; init; }
}
