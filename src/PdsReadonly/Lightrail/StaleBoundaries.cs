using Atproto.Mst;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>
/// For a repo that moves on while it is walked: all boundaries that a new commit left without their
/// nodes are probed at once, so that the answers are of nearly the same moment.
/// </summary>
internal sealed class StaleBoundaries : INodeSource
{
    internal static readonly StaleBoundaries Instance = new();

    private const int ProbesMax = 32;

    public async Task<bool> FetchAsync(
        AskedRepo asked, MissingNode? missing, CancellationToken cancellation)
    {
        var stale = new List<MissingNode>();
        asked.Repo.Tree.ListBoundaries(stale, Math.Min(ProbesMax, asked.RequestsLeft));
        string[] records =
            [.. stale.Select(ProbeSource.Parameters).OfType<string>().Distinct()];
        if (records.Length == 0)
        {
            return await ProbeSource.Instance.FetchAsync(asked, missing, cancellation);
        }

        bool isAnyTaken = false;
        var answers = await asked.GetAllAsync("getRecord", records, cancellation);
        foreach (var answer in answers)
        {
            isAnyTaken |= answer.Status == XrpcStatus.Given
                && asked.Take("getRecord", answer.Body.Span);
        }

        return isAnyTaken;
    }
}
