using Atproto.Mst;
using Atproto.Multiformats;
using Atproto.Repo;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>
/// Finds the collections of repos at one host, which is not believed: every way of asking only
/// brings nodes to a <see cref="SparseRepo"/>, and that alone concludes. So a lie or a fault costs
/// requests, or the answer, but never its truth.
/// </summary>
/// <remarks>
/// Remembers from repo to repo what the host has denied. For one thread at a time, and so is its
/// client.
/// </remarks>
internal sealed class CollectionProver(XrpcClient client)
{
    /// <summary>Commits that one way follows before the repo counts as moving.</summary>
    internal const int RerootsMax = 8;

    // A smaller repo is fetched whole: that is one request, and few bytes more.
    private const long SmallRepoBytes = 512 * 1024;
    private const int StaleAnswersMax = 3;
    private const int AnswerBytesMax = 8 * 1024 * 1024;
    private const int RepoBytesMax = 128 * 1024 * 1024;

    // Legal everywhere, and before every other record that is.
    private const string LeastCollection = "A.A.A";
    private const string LeastKey = "-";

    private readonly HashSet<Strategy> _denied = [];
    private int _requestsEnd;

    /// <summary>For one repo, over all that is tried.</summary>
    internal int RequestsMax { get; init; } = 20_000;

    /// <summary>Collections of one page of proofs.</summary>
    internal int PageLimit { get; init; } = 1000;

    /// <summary>What the host is known not to serve.</summary>
    internal IReadOnlySet<Strategy> Denied => _denied;

    internal async Task<CollectionsOutcome> ProveAsync(
        SparseRepo repo, Strategy strategy, CancellationToken cancellation)
    {
        _requestsEnd = client.Requests + RequestsMax;
        if (strategy != Strategy.Auto) return await RunAsync(repo, strategy, cancellation);

        var outcome = new CollectionsOutcome { Reason = Unproven.NotGiven };
        bool isMoving = false;
        Strategy[] order = [Strategy.Proof, Strategy.Blocks, Strategy.Probe, Strategy.Repo];
        foreach (var each in order)
        {
            if (_denied.Contains(each)) continue;
            if (each == Strategy.Blocks)
            {
                // One proof tells how large the repo is, and is needed anyway.
                if (repo.Commit is null) await ProbeAsync(repo, null, cancellation);
                bool isSmall = repo.Commit is not null && !_denied.Contains(Strategy.Repo)
                    && repo.Tree.EstimateBytes() is > 0 and < SmallRepoBytes;
                if (isSmall)
                {
                    outcome = await RunAsync(repo, Strategy.Repo, cancellation);
                    if (IsFinal(outcome)) return outcome;
                }
            }

            outcome = await RunAsync(repo, each, cancellation);
            if (IsFinal(outcome)) return outcome;
            isMoving |= outcome.Reason == Unproven.Moving;
        }

        return isMoving ? outcome with { Reason = Unproven.Moving } : outcome;
    }

    private static bool IsFinal(CollectionsOutcome outcome) =>
        outcome.Reason is Unproven.None or Unproven.Malformed or Unproven.RequestsSpent;

    private async Task<CollectionsOutcome> RunAsync(
        SparseRepo repo, Strategy strategy, CancellationToken cancellation)
    {
        int reroots = 0;
        bool isFirst = true;
        string? after = null;
        while (true)
        {
            var commit = repo.Commit?.Cid;
            MissingNode? missing = null;
            if (commit is not null)
            {
                var result = repo.FindCollections();
                if (result.Proven is { } proven)
                {
                    return new CollectionsOutcome { Proven = proven, Strategy = strategy };
                }

                if (result.Fault is not null) return Fail(Unproven.Malformed, strategy);
                missing = result.Missing;
            }

            if (client.Requests >= _requestsEnd) return Fail(Unproven.RequestsSpent, strategy);
            if (strategy == Strategy.Proof && !isFirst) after = missing?.LastCollection;
            bool isAnswered = strategy switch
            {
                Strategy.Proof => await PageAsync(repo, after, cancellation),
                Strategy.Blocks => await LayerAsync(repo, missing, cancellation),
                Strategy.Probe => await ProbeAsync(repo, missing, cancellation),
                _ => await ExportAsync(repo, cancellation),
            };
            isFirst = false;
            bool hasMoved = commit is not null && repo.Commit!.Cid != commit;
            if (hasMoved && ++reroots > RerootsMax) return Fail(Unproven.Moving, strategy);
            if (!isAnswered && !hasMoved) return Fail(Unproven.NotGiven, strategy);
            // The node that was asked for is there, or there is another commit to walk: else the
            // host would be asked the same for ever.
            bool hasProgress = missing is null || hasMoved || repo.Tree.Holds(missing.Cid);
            if (repo.Commit is null || !hasProgress) return Fail(Unproven.NotGiven, strategy);
        }
    }

    private async Task<bool> PageAsync(
        SparseRepo repo, string? after, CancellationToken cancellation)
    {
        string query = $"com.atproto.sync.getRepoCollections?did={Escape(repo.Did.ToString())}"
            + $"&limit={PageLimit}";
        if (after is not null) query += $"&after={Escape(after)}";
        return await TakeAsync(repo, query, AnswerBytesMax, Strategy.Proof, cancellation);
    }

    private async Task<bool> ProbeAsync(
        SparseRepo repo, MissingNode? missing, CancellationToken cancellation)
    {
        string collection = LeastCollection;
        string rkey = LeastKey;
        if (missing is not null)
        {
            if (!ProbeKey.TryChoose(missing, out var nsid, out var recordKey))
            {
                return await BlocksAsync(repo, [missing.Cid], missing, cancellation);
            }

            collection = nsid.ToString();
            rkey = recordKey.ToString();
        }

        string query = $"com.atproto.sync.getRecord?did={Escape(repo.Did.ToString())}"
            + $"&collection={Escape(collection)}&rkey={Escape(rkey)}";
        return await TakeAsync(repo, query, AnswerBytesMax, Strategy.Probe, cancellation);
    }

    private async Task<bool> LayerAsync(
        SparseRepo repo, MissingNode? missing, CancellationToken cancellation)
    {
        if (missing is null) return await ProbeAsync(repo, null, cancellation);
        var cids = new List<Cid>();
        // A malformed tree is told by the walk; here the node that it lacks is enough.
        var error = repo.Tree.ListBoundaryNodes(cids, out _, SparseTree.CidsPerRequestMax - 1);
        if (error != MstError.None) cids.Clear();
        if (!cids.Contains(missing.Cid)) cids.Add(missing.Cid);
        return await BlocksAsync(repo, cids, missing, cancellation);
    }

    private async Task<bool> BlocksAsync(
        SparseRepo repo, List<Cid> cids, MissingNode missing, CancellationToken cancellation)
    {
        string query = $"com.atproto.sync.getBlocks?did={Escape(repo.Did.ToString())}"
            + string.Concat(cids.Select(cid => $"&cids={cid}"));
        var answer = await client.GetAsync(query, AnswerBytesMax, cancellation);
        bool isTaken = answer.Status == XrpcStatus.Given && repo.TakeBlocks(answer.Body) is null;
        if (isTaken && repo.Tree.Holds(missing.Cid)) return true;
        // Either the host does not give blocks, or these are no longer its own: its commit tells.
        var before = repo.Commit!.Cid;
        await ProbeAsync(repo, null, cancellation);
        return repo.Commit.Cid != before;
    }

    private Task<bool> ExportAsync(SparseRepo repo, CancellationToken cancellation) => TakeAsync(
        repo, $"com.atproto.sync.getRepo?did={Escape(repo.Did.ToString())}", RepoBytesMax,
        Strategy.Repo, cancellation);

    private async Task<bool> TakeAsync(
        SparseRepo repo, string query, int bytesMax, Strategy strategy,
        CancellationToken cancellation)
    {
        for (int attempt = 0; attempt < StaleAnswersMax; attempt++)
        {
            var answer = await client.GetAsync(query, bytesMax, cancellation);
            // Only that the host has no such method holds for other repos too. A record that is
            // absent looks the same at some hosts, so that of proofs of records nothing is learnt.
            bool isForGood = strategy is Strategy.Proof or Strategy.Repo;
            if (answer.Status == XrpcStatus.NoMethod && isForGood) _denied.Add(strategy);
            if (answer.Status != XrpcStatus.Given) return false;
            var status = repo.Take(answer.Body, out _);
            // An older commit is that of a replica that lags: another may answer the next time.
            if (status != TakeStatus.Older) return status != TakeStatus.Refused;
        }

        return false;
    }

    private static string Escape(string text) => Uri.EscapeDataString(text);

    private static CollectionsOutcome Fail(Unproven reason, Strategy strategy) =>
        new() { Reason = reason, Strategy = strategy };
}
