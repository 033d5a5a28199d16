using Atproto.Multiformats;
using Atproto.Syntax;

namespace Atproto.Firehose;

/// <summary>
/// A message of <c>com.atproto.sync.subscribeRepos</c>
/// (https://atproto.com/specs/sync#event-types). Bytes in it are those of the frame it was read
/// from, not copies.
/// </summary>
public abstract record StreamEvent
{
    private protected StreamEvent()
    {
    }

    /// <summary>Its number, greater than zero; zero for those that have none.</summary>
    public long Seq { get; init; }
}

/// <summary>A message about an account.</summary>
public abstract record AccountEvent : StreamEvent
{
    private protected AccountEvent()
    {
    }

    public required Did Did { get; init; }

    /// <summary>As the host wrote it, checked for nothing; empty when it did not.</summary>
    public string Time { get; init; } = "";
}

/// <summary>
/// A #commit: what it claims. Nothing of it is true before <see cref="CommitVerifier"/> says so.
/// </summary>
public sealed record StreamCommit : AccountEvent
{
    /// <summary>What already speaks against it; the fields may then have no meaning.</summary>
    public CommitFault Defect { get; init; }

    public Cid Commit { get; init; }

    public Tid Rev { get; init; }

    /// <summary>The rev before; null for a repo's first commit.</summary>
    public Tid? Since { get; init; }

    /// <summary>
    /// The root of the tree before; null for a repo's first commit and from old hosts.
    /// </summary>
    public Cid? PrevData { get; init; }

    /// <summary>The CAR slice.</summary>
    public ReadOnlyMemory<byte> Blocks { get; init; }

    public IReadOnlyList<CommitOp> Ops { get; init; } = [];
}

/// <summary>A #sync: the repo is at this commit now, however it came there.</summary>
public sealed record StreamSync : AccountEvent
{
    /// <inheritdoc cref="StreamCommit.Defect"/>
    public CommitFault Defect { get; init; }

    public Tid Rev { get; init; }

    /// <summary>A CAR with the commit.</summary>
    public ReadOnlyMemory<byte> Blocks { get; init; }
}

/// <summary>A #identity: handle, host or key may have changed.</summary>
public sealed record StreamIdentity : AccountEvent
{
    /// <summary>As the host wrote it, checked for nothing; null when it did not.</summary>
    public string? Handle { get; init; }
}

/// <summary>A #account: whether its host shows it.</summary>
public sealed record StreamAccount : AccountEvent
{
    public required bool IsActive { get; init; }

    /// <summary>Why not, in the host's word; null when it gave none.</summary>
    public string? Status { get; init; }
}

/// <summary>A #info: no event, but the stream's own word.</summary>
public sealed record StreamInfo : StreamEvent
{
    /// <summary>Some events were skipped: they are older than what the host keeps.</summary>
    public const string OutdatedCursor = "OutdatedCursor";

    public required string Name { get; init; }

    public string? Message { get; init; }
}

/// <summary>The last message of a stream that is refused or ended.</summary>
public sealed record StreamError : StreamEvent
{
    /// <summary>The cursor asked for is beyond the host's last event.</summary>
    public const string FutureCursor = "FutureCursor";

    /// <summary>Events came faster than they were taken.</summary>
    public const string ConsumerTooSlow = "ConsumerTooSlow";

    public required string Name { get; init; }

    public string? Message { get; init; }
}

/// <summary>A message of a type that is not known, to be passed over.</summary>
public sealed record StreamOther : StreamEvent
{
    /// <summary>As the header has it; empty where there is none.</summary>
    public required string Type { get; init; }
}
