using Atproto.Syntax;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>
/// A repo that is being proven: what its stream brings meanwhile helps the walk, and is kept to be
/// applied behind what will be proven.
/// </summary>
internal sealed class Walk(Did did, RoomShare? memory)
{
    internal Did Did { get; } = did;

    /// <summary>What the prover reads from.</summary>
    internal CommitInbox Inbox { get; } = new(memory);

    /// <summary>
    /// Whether a commit is not among those kept, so that the chain may have a gap.
    /// </summary>
    internal bool IsIncomplete { get; set; }

    /// <summary>
    /// Whether a #sync came, so that what is proven may be of before without being a rollback.
    /// </summary>
    internal bool IsOvertaken { get; set; }
}
