using Atproto.Multiformats;
using Atproto.Syntax;

namespace PdsReadonly.Index;

/// <summary>One remote repo as it is stored.</summary>
internal sealed record LightrailRepo
{
    /// <summary>
    /// Its number: Unix milliseconds of first sight. No two share one, later ones have later ones.
    /// </summary>
    public required long FirstSeen { get; init; }

    public required RepoState State { get; init; }

    /// <summary>The host it is asked at; 0 when none is known.</summary>
    public long HostId { get; init; }

    /// <summary>The newest commit that is known, if only by a host's word.</summary>
    public Cid? Head { get; init; }

    /// <summary>The rev of <see cref="Head"/>.</summary>
    public Tid? HeadRev { get; init; }

    /// <summary>How all of its collections were learned last.</summary>
    public CollectionOrigin Origin { get; init; }

    /// <summary>The commit they were proven at; null when they are claimed or unknown.</summary>
    public Cid? ProvenCommit { get; init; }

    public Tid? ProvenRev { get; init; }

    /// <summary>When they were learned, in Unix milliseconds.</summary>
    public long LearnedAt { get; init; }

    /// <summary>Whether the commit was verified with a key of the account.</summary>
    public bool IsSigned { get; init; }

    /// <summary>Whether all collections are proven, and nothing is known to be missing.</summary>
    internal bool IsProven => ProvenCommit is not null && !State.NeedsResync;
}

/// <summary>A collection of a repo, and how that is known.</summary>
/// <param name="Name">As the repo spells it.</param>
/// <param name="Origin">How it is known.</param>
/// <param name="Rev">The rev at which it was proven; null for a claim.</param>
/// <param name="Commit">The commit at which it was proven; null for a claim.</param>
internal sealed record HeldCollection(string Name, CollectionOrigin Origin, Tid? Rev, Cid? Commit);

/// <summary>One repo as a host lists it.</summary>
internal sealed record ListedRepo(Did Did, Tid Rev, Cid Head, AccountStatus Status);
