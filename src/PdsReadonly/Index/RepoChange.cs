using Atproto.Firehose;
using Atproto.Multiformats;

namespace PdsReadonly.Index;

/// <summary>What one event changes; all of it is stored, or nothing.</summary>
internal sealed record RepoChange
{
    /// <summary>
    /// As it is after the event. Where something later was proven since the event was looked at,
    /// that stays; and a resync that was asked for is not called off by this.
    /// </summary>
    public required RepoState After { get; init; }

    /// <summary>Unknown ones change nothing: who follows the stream asks for a resync.</summary>
    public IReadOnlyList<CollectionEffect> Collections { get; init; } = [];

    /// <summary>The commit that proves the effects; required where there are any.</summary>
    public Cid? Commit { get; init; }

    /// <summary>The repo's host, where it is learned by this; 0 leaves what is known.</summary>
    public long HostId { get; init; }

    /// <summary>
    /// The account is gone: nothing is kept but its highest rev. So it is too where the state
    /// after is deleted, whatever else is said.
    /// </summary>
    public bool IsPurge { get; init; }

    /// <summary>
    /// Why the repo is to be proven anew, even if it is being proven now. Null does not call for
    /// it, unless the state does so and did not before.
    /// </summary>
    public ResyncReason? Resync { get; init; }

    /// <summary>Where a repo waits that is new, and whose account has to be looked up.</summary>
    public long LookUpQueue { get; init; }

    /// <summary>Not to be resynced before that, in Unix milliseconds.</summary>
    public long NotBefore { get; init; }

    /// <summary>Set to have it counted, with what there is to say of it.</summary>
    public (NoteKind Kind, string Detail)? Note { get; init; }
}
