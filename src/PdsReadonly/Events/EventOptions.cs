namespace PdsReadonly.Events;

/// <summary>What the event stream says.</summary>
internal sealed record EventOptions
{
    /// <summary>
    /// Identities are only announced of repos whose document names this host; null announces all.
    /// </summary>
    public string? Hostname { get; init; }

    /// <summary>Announce every head with its records, as commits that create them.</summary>
    public bool Replays { get; init; }
}
