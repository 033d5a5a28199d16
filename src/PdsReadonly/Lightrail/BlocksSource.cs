using Atproto.Multiformats;
using Atproto.Mst;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>
/// com.atproto.sync.getBlocks, layer by layer: each time all nodes that stand between the root and
/// a boundary and are known by CID alone.
/// </summary>
internal sealed class BlocksSource : INodeSource
{
    private const string Method = "getBlocks";

    internal static readonly BlocksSource Instance = new();

    public async Task<bool> FetchAsync(
        AskedRepo asked, MissingNode? missing, CancellationToken cancellation)
    {
        if (missing is null) return await HeadSource.Instance.FetchAsync(asked, null, cancellation);
        var cids = new List<Cid>();
        // A malformed tree is told by the walk; here the node that it lacks is enough.
        var tree = asked.Repo.Tree;
        var error = tree.ListBoundaryNodes(cids, out _, SparseTree.CidsPerRequestMax - 1);
        if (error != MstError.None) cids.Clear();
        if (!cids.Contains(missing.Cid)) cids.Add(missing.Cid);
        return await FetchAsync(asked, cids, missing, cancellation);
    }

    internal static async Task<bool> FetchAsync(
        AskedRepo asked, List<Cid> cids, MissingNode missing, CancellationToken cancellation)
    {
        bool isHere = await AskAsync(asked, cids, asked.Host.CommaCids, missing, cancellation);
        if (isHere) return true;
        if (asked.IsHopeless) return false;

        // Either the host does not give blocks so, or these are its own no more: its commit tells.
        var before = asked.Repo.Commit!.Cid;
        await HeadSource.Instance.FetchAsync(asked, null, cancellation);
        if (asked.Repo.Commit.Cid != before || asked.Repo.Tree.Holds(missing.Cid)) return true;
        if (cids.Count == 1) return false;

        // Some want one parameter with commas, and know no other form.
        bool commas = !asked.Host.CommaCids;
        if (await AskAsync(asked, cids, commas, missing, cancellation))
        {
            asked.Host.CommaCids = commas;
            return true;
        }

        return await AskAsync(asked, [missing.Cid], commas, missing, cancellation);
    }

    private static async Task<bool> AskAsync(
        AskedRepo asked, List<Cid> cids, bool commas, MissingNode missing,
        CancellationToken cancellation)
    {
        string parameters = commas
            ? $"&cids={string.Join(',', cids)}"
            : string.Concat(cids.Select(cid => $"&cids={cid}"));
        var answer = await asked.GetAsync(Method, parameters, cancellation);
        if (answer.Status != XrpcStatus.Given) return false;
        if (asked.Repo.TakeBlocks(answer.Body.Span) is { } fault) asked.Blame(Method, fault);
        return asked.Repo.Tree.Holds(missing.Cid);
    }
}
