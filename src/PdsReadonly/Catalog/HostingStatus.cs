namespace PdsReadonly.Catalog;

/// <summary>Whether a repo is shown (https://atproto.com/specs/account#hosting-status).</summary>
internal enum HostingStatus
{
    Active,
    Deactivated,
    Suspended,
    Takendown,
    Deleted,
}

/// <summary>The statuses as the protocol spells them.</summary>
internal static class HostingStatusText
{
    /// <summary>Null for an active repo, which has no status.</summary>
    internal static string? Text(this HostingStatus status) => status switch
    {
        HostingStatus.Active => null,
        HostingStatus.Deactivated => "deactivated",
        HostingStatus.Suspended => "suspended",
        HostingStatus.Takendown => "takendown",
        HostingStatus.Deleted => "deleted",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
