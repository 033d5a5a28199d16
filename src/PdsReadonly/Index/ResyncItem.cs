using Atproto.Syntax;

namespace PdsReadonly.Index;

/// <summary>Why a repo is to be proven; the numbers are stored.</summary>
internal enum ResyncReason
{
    /// <summary>A host listed it, and nothing is known of it yet.</summary>
    Listed = 1,

    /// <summary>An event did not follow from what was known.</summary>
    Unchained = 2,

    /// <summary>A commit's blocks left open whether a collection is still there.</summary>
    Undecided = 3,

    /// <summary>The host said that its state was set anew.</summary>
    Sync = 4,

    /// <summary>The account is at another host now.</summary>
    Moved = 5,

    /// <summary>The account is active again.</summary>
    Reactivated = 6,

    /// <summary>A host lists a later rev than was seen.</summary>
    Behind = 7,

    /// <summary>It was asked for.</summary>
    Asked = 8,

    /// <summary>It was not listed any more for long, and may be gone.</summary>
    Unlisted = 9,
}

/// <summary>What reasons have in common.</summary>
internal static class ResyncReasons
{
    /// <summary>
    /// Whether host and status alone are to be asked for: whatever is known of the repo's
    /// collections holds until then, and an account that is away is asked for too.
    /// </summary>
    internal static bool IsCheck(this ResyncReason reason) =>
        reason is ResyncReason.Moved or ResyncReason.Unlisted;
}

/// <summary>One repo that was taken from the queue and is being proven.</summary>
/// <param name="Did">Which.</param>
/// <param name="HostId">Where; 0 when that has to be found out.</param>
/// <param name="Reason">Why.</param>
/// <param name="Attempts">How often it failed since it was enqueued.</param>
internal sealed record ResyncItem(Did Did, long HostId, ResyncReason Reason, int Attempts);
