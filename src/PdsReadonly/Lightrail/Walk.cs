using Atproto.Firehose;
using Atproto.Syntax;

namespace PdsReadonly.Lightrail;

/// <summary>
/// A repo that is being proven: what its stream brings meanwhile helps the walk, and is kept to be
/// applied behind what will be proven.
/// </summary>
internal sealed class Walk(Did did)
{
    // A busy repo makes some in the seconds that a walk takes.
    private const int HeldMax = 1000;

    private readonly List<VerifiedCommit> _held = [];

    internal Did Did { get; } = did;

    /// <summary>What the prover reads from.</summary>
    internal CommitInbox Inbox { get; } = new();

    /// <summary>In the order they came in.</summary>
    internal IReadOnlyList<VerifiedCommit> Held => _held;

    /// <summary>Whether a commit could not be kept, so that the chain may have a gap.</summary>
    internal bool IsIncomplete { get; private set; }

    internal void Hold(VerifiedCommit commit, ReadOnlyMemory<byte> blocks)
    {
        Inbox.Offer(blocks);
        if (_held.Count < HeldMax) _held.Add(commit);
        else IsIncomplete = true;
    }

    /// <summary>One came that could not be verified.</summary>
    internal void Miss() => IsIncomplete = true;
}
