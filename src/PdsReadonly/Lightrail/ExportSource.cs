using Atproto.Mst;

namespace PdsReadonly.Lightrail;

/// <summary>com.atproto.sync.getRepo: the whole repo, of which only nodes are kept.</summary>
internal sealed class ExportSource(long bytesMax) : INodeSource
{
    private bool _isCutOff;

    public async Task<bool> FetchAsync(
        AskedRepo asked, MissingNode? missing, CancellationToken cancellation)
    {
        // What was too large, or broken to the last attempt, is not asked for again.
        if (_isCutOff) return false;
        _isCutOff = !await asked.ExportAsync(bytesMax, cancellation);
        return !_isCutOff;
    }
}
