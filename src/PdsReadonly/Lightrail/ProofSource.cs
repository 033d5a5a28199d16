using Atproto.Mst;

namespace PdsReadonly.Lightrail;

/// <summary>Pages of com.atproto.sync.getRepoCollections: one is enough for most repos.</summary>
internal sealed class ProofSource(int pageLimit) : INodeSource
{
    public Task<bool> FetchAsync(
        AskedRepo asked, MissingNode? missing, CancellationToken cancellation)
    {
        // The next page begins where the walk stands.
        string after = missing?.LastCollection is { } last
            ? $"&after={AskedRepo.Escape(last)}"
            : "";
        return asked.AskAsync("getRepoCollections", $"&limit={pageLimit}{after}", cancellation);
    }
}
