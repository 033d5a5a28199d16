using Atproto.Firehose;
using PdsReadonly.Index;

namespace PdsReadonly.Lightrail;

/// <summary>What a message means for a repo that is followed.</summary>
internal enum FollowVerdict
{
    /// <summary>It was the next step: state and collections are those after it.</summary>
    Applied,

    /// <summary>What it tells is known; nothing changes.</summary>
    Duplicate,

    /// <summary>
    /// The repo has to be proven anew: something between was missed, or cannot be told.
    /// </summary>
    Resync,

    /// <summary>
    /// A rev lower than the highest that was ever seen, with another history: to be reported, and
    /// not followed.
    /// </summary>
    Rollback,

    /// <summary>It says nothing that is believed; nothing changes.</summary>
    Ignored,

    /// <summary>The account is deleted, and with it all that is known of its collections.</summary>
    Purge,
}

/// <summary>A message's consequences, to be stored together.</summary>
/// <param name="After">The state from now on.</param>
/// <param name="Verdict">What was concluded.</param>
/// <param name="Changes">
/// What is known now of single collections; with Applied alone, and never Unknown.
/// </param>
internal readonly record struct FollowResult(
    RepoState After, FollowVerdict Verdict, IReadOnlyList<CollectionEffect> Changes)
{
    /// <summary>
    /// Whether the account's key and host are to be looked up again, before anything else.
    /// </summary>
    public bool RefreshesIdentity { get; init; }

    /// <summary>
    /// Whether the commit is to be kept aside until the repo was proven: see
    /// <see cref="HeldCommits"/>.
    /// </summary>
    public bool HoldsCommit { get; init; }
}
