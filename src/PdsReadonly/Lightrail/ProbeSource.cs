using Atproto.Mst;

namespace PdsReadonly.Lightrail;

/// <summary>
/// Proofs of records, there or not, each of which brings the way to where a node is missing. Where
/// no key can be asked for, or the host refuses the proof, the node alone by its CID.
/// </summary>
internal sealed class ProbeSource : INodeSource
{
    // One key can be too strange for a host; after several it is the absence that it minds.
    internal const int RefusalsMax = 2;

    internal static readonly ProbeSource Instance = new();

    public async Task<bool> FetchAsync(
        AskedRepo asked, MissingNode? missing, CancellationToken cancellation)
    {
        if (missing is null) return await HeadSource.Instance.FetchAsync(asked, null, cancellation);
        if (MayAsk(asked) && Parameters(missing) is { } record)
        {
            if (await asked.ProbeAsync(record, cancellation)) return true;
            if (asked.IsHopeless) return false;
        }

        return await BlocksSource.FetchAsync(asked, [missing.Cid], missing, cancellation);
    }

    /// <summary>Whether a proof is worth asking for.</summary>
    internal static bool MayAsk(AskedRepo asked) =>
        asked.ProbesRefused < RefusalsMax && asked.Host.CanTry(Strategy.Probe);

    /// <summary>Which record to ask for; null when none will do.</summary>
    internal static string? Parameters(MissingNode missing) =>
        ProbeKey.TryChoose(missing, out var collection, out var rkey)
            ? $"&collection={AskedRepo.Escape(collection.ToString())}"
                + $"&rkey={AskedRepo.Escape(rkey.ToString())}"
            : null;
}
