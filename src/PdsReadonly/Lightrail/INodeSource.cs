using Atproto.Mst;

namespace PdsReadonly.Lightrail;

/// <summary>A way to ask a host for nodes of a repo. It concludes nothing.</summary>
internal interface INodeSource
{
    /// <summary>
    /// Asks for the node that a walk lacks, with as much else as comes cheaply; for the newest
    /// commit where nothing is missing yet. False when the host did not give anything of use.
    /// </summary>
    Task<bool> FetchAsync(
        AskedRepo asked, MissingNode? missing, CancellationToken cancellation);
}
