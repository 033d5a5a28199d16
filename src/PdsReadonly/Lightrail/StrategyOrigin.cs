using PdsReadonly.Index;

namespace PdsReadonly.Lightrail;

/// <summary>How the index names what a strategy brought.</summary>
internal static class StrategyOrigin
{
    /// <summary>Claimed for any that proves nothing.</summary>
    internal static CollectionOrigin Origin(this Strategy strategy) => strategy switch
    {
        Strategy.Proof => CollectionOrigin.Proof,
        Strategy.Blocks => CollectionOrigin.Blocks,
        Strategy.Probe => CollectionOrigin.Probe,
        Strategy.Repo => CollectionOrigin.Repo,
        _ => CollectionOrigin.Claimed,
    };
}
