namespace Samples.World;

/// <summary>An account's hosting status, as events and getRepoStatus spell it.</summary>
public enum AccountState
{
    Active,
    Deactivated,
    Suspended,
    Takendown,
    Deleted,
}

/// <summary>Their names on the wire.</summary>
public static class AccountStates
{
    /// <summary>Null for an active one.</summary>
    public static string? Text(this AccountState state) => state switch
    {
        AccountState.Active => null,
        AccountState.Deactivated => "deactivated",
        AccountState.Suspended => "suspended",
        AccountState.Takendown => "takendown",
        _ => "deleted",
    };

    /// <summary>The error's name where its repo is asked for.</summary>
    public static string Error(this AccountState state) => state switch
    {
        AccountState.Deactivated => "RepoDeactivated",
        AccountState.Suspended => "RepoSuspended",
        AccountState.Takendown => "RepoTakendown",
        _ => "RepoNotFound",
    };
}
