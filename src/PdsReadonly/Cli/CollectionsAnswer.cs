using Atproto.Repo;
using Atproto.Syntax;
using PdsReadonly.Lightrail;

namespace PdsReadonly.Cli;

/// <summary>How a commit's signature was found.</summary>
internal enum CommitSignature
{
    /// <summary>There is no key to check it with, or no commit.</summary>
    Unknown,

    Valid,

    Invalid,
}

/// <param name="Missing">Proven, and not among the host's.</param>
/// <param name="Invented">The host's, and not among those proven.</param>
internal sealed record CollectionsAudit(
    IReadOnlyList<string> Missing, IReadOnlyList<string> Invented)
{
    internal bool Agrees => Missing.Count == 0 && Invented.Count == 0;
}

/// <summary>All that collections has found out.</summary>
internal sealed record CollectionsAnswer
{
    internal required Did Did { get; init; }

    internal required Uri Pds { get; init; }

    internal required CollectionsOutcome Outcome { get; init; }

    /// <summary>The newest commit seen, proven or not.</summary>
    internal Commit? Commit { get; init; }

    internal CommitSignature Signature { get; init; }

    /// <summary>Null when it was not asked for, or the host does not say.</summary>
    internal CollectionsAudit? Audit { get; init; }

    internal bool IsProven =>
        Outcome.Proven is not null && Signature != CommitSignature.Invalid;

    /// <summary>Those proven, those claimed, or none to be had.</summary>
    internal IReadOnlyList<string>? Collections =>
        IsProven ? Outcome.Proven!.Collections : Outcome.Claimed;

    /// <summary>Why they are not proven: one word for programs; null when they are.</summary>
    internal string? Reason =>
        IsProven ? null
        : Outcome.Proven is not null ? "signatureInvalid"
        : char.ToLowerInvariant(Outcome.Reason.ToString()[0]) + Outcome.Reason.ToString()[1..];

    /// <summary>The same in words.</summary>
    internal string Words => Outcome.Proven is not null
        ? "the commit is not signed with the account's key"
        : Outcome.Reason.Describe();
}
