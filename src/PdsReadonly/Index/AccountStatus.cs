namespace PdsReadonly.Index;

/// <summary>
/// What a host says of an account (https://atproto.com/specs/account#hosting-status). The numbers
/// are stored.
/// </summary>
internal enum AccountStatus
{
    /// <summary>The only one that is shown.</summary>
    Active = 0,

    Deactivated = 1,
    Suspended = 2,
    Takendown = 3,

    /// <summary>Nothing of it is kept but that it was there, and the highest rev.</summary>
    Deleted = 4,

    Desynchronized = 5,
    Throttled = 6,

    /// <summary>Not active, and no reason that is known.</summary>
    Inactive = 7,
}

/// <summary>The statuses as the protocol spells them.</summary>
internal static class AccountStatusText
{
    /// <summary>Null where there is none to be told.</summary>
    internal static string? Text(this AccountStatus status) => status switch
    {
        AccountStatus.Active or AccountStatus.Inactive => null,
        AccountStatus.Deactivated => "deactivated",
        AccountStatus.Suspended => "suspended",
        AccountStatus.Takendown => "takendown",
        AccountStatus.Deleted => "deleted",
        AccountStatus.Desynchronized => "desynchronized",
        AccountStatus.Throttled => "throttled",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>What <c>active</c> and <c>status</c> of a message mean together.</summary>
    internal static AccountStatus Of(bool active, string? status)
    {
        if (active) return AccountStatus.Active;
        return status switch
        {
            "deactivated" => AccountStatus.Deactivated,
            "suspended" => AccountStatus.Suspended,
            "takendown" => AccountStatus.Takendown,
            "deleted" => AccountStatus.Deleted,
            "desynchronized" => AccountStatus.Desynchronized,
            "throttled" => AccountStatus.Throttled,
            _ => AccountStatus.Inactive,
        };
    }
}
