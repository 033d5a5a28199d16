using Atproto.Firehose;
using Atproto.Repo;

namespace PdsReadonly.Lightrail;

/// <summary>What became of a #commit or #sync by itself, before it is judged.</summary>
internal readonly record struct EventVerification
{
    /// <summary>Whether its rev is too far in the future to be looked at.</summary>
    public bool IsAhead { get; init; }

    /// <summary>Whether nothing could be verified, since the account's key is not known.</summary>
    public bool HasNoKey { get; init; }

    public CommitFault Fault { get; init; }

    /// <summary>The #commit, without a fault.</summary>
    public VerifiedCommit? Verified { get; init; }

    /// <summary>The #sync's commit, without a fault.</summary>
    public Commit? Head { get; init; }
}
