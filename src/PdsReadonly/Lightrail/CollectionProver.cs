using System.Runtime.CompilerServices;
using Atproto.Repo;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>
/// Finds the collections of repos at one host, which is not believed: every way of asking only
/// brings nodes to a <see cref="SparseRepo"/>, and that alone concludes. So a lie or a fault costs
/// requests, or the answer, but never its truth.
/// </summary>
/// <remarks>
/// What the host refuses is remembered in its profile, which all who ask the host share. For one
/// repo at a time, as its client is.
/// </remarks>
internal sealed class CollectionProver(XrpcClient client, HostProfile host)
{
    /// <summary>New commits that are walked to boundary by boundary.</summary>
    internal const int RerootsMax = 3;

    /// <summary>Rounds after that, in which all stale boundaries are asked for at once.</summary>
    internal const int RoundsMax = 8;

    // With the event stream a new commit brings its own nodes: each is a step forward.
    private const int RerootsMaxWithStream = 500;

    // Answers of a replica that lags, or torn by a write, before the host counts as unwilling.
    private const int StalledMax = 3;

    // A smaller repo is fetched whole: that is one request, and few bytes more. Without getBlocks
    // it would take one request for each collection.
    private const long SmallRepoBytes = 512 * 1024;
    private const long SmallRepoBytesProbing = 4 * SmallRepoBytes;

    // One estimate of five is wrong by more than three: a repo that turns out larger is let go.
    private const int EstimateErrorMax = 4;

    private static readonly Strategy[] s_steps =
        [Strategy.Blocks, Strategy.Probe, Strategy.Repo];

    /// <summary>For one repo, over all that is tried.</summary>
    internal int RequestsMax { get; init; } = 20_000;

    /// <summary>Collections of one page of proofs.</summary>
    internal int PageLimit { get; init; } = 1000;

    /// <summary>Bytes of an export.</summary>
    internal long ExportBytesMax { get; init; } = 4L << 30;

    /// <param name="repo">Whose; what it holds already is not asked for again.</param>
    /// <param name="strategy">How to ask.</param>
    /// <param name="stream">The repo's commits while they happen, if they are at hand.</param>
    /// <param name="cancellation">Ends it with an exception.</param>
    internal async Task<CollectionsOutcome> ProveAsync(
        SparseRepo repo, Strategy strategy, CommitInbox? stream, CancellationToken cancellation)
    {
        using var asked = new AskedRepo(repo, client, host, stream, RequestsMax);
        var outcome = strategy switch
        {
            Strategy.Auto => await StepDownAsync(asked, cancellation),
            Strategy.Describe => await DescribeAsync(asked, cancellation),
            _ => await WalkAsync(asked, strategy, ExportBytesMax, cancellation),
        };
        // The repo is there: who never gave a proof of a record minds that there is none.
        if (asked.HasProbed) host.Allow(Strategy.Probe);
        else if (asked.ProbesRefused > 0 && outcome.Proven is not null) host.Deny(Strategy.Probe);
        return outcome with
        {
            Detail = outcome.Reason == Unproven.None ? null : outcome.Detail ?? asked.Detail,
            Requests = asked.Requests,
            Bytes = asked.Bytes,
        };
    }

    private async Task<CollectionsOutcome> StepDownAsync(
        AskedRepo asked, CancellationToken cancellation)
    {
        var refused = new List<Strategy>();
        CollectionsOutcome? last = null;
        bool isMoving = false;
        await foreach (var (strategy, bytesMax) in ListStepsAsync(asked, cancellation))
        {
            last = await WalkAsync(asked, strategy, bytesMax, cancellation);
            if (last.Reason == Unproven.None)
            {
                // The repo is there: whoever did not give it is not able to.
                host.Allow(strategy);
                foreach (var other in refused.Where(other => other != strategy)) host.Deny(other);
            }

            if (last.Reason is not (Unproven.NotGiven or Unproven.Moving)) return last;
            isMoving |= last.Reason == Unproven.Moving;
            bool isCut = bytesMax < ExportBytesMax && strategy == Strategy.Repo;
            if (last.Reason == Unproven.NotGiven && !isCut) refused.Add(strategy);
        }

        last ??= Fail(Unproven.NotGiven, Strategy.Auto);
        return isMoving ? last with { Reason = Unproven.Moving } : last;
    }

    // Each is worked out when those before it have failed.
    private async IAsyncEnumerable<(Strategy Strategy, long BytesMax)> ListStepsAsync(
        AskedRepo asked, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (host.CanTry(Strategy.Proof)) yield return (Strategy.Proof, 0);
        // The commit and what comes with it tell how large the repo is, and are needed anyway.
        if (asked.Find() is null && !asked.IsGone && asked.RequestsLeft > 0)
        {
            await HeadSource.Instance.FetchAsync(asked, null, cancellation);
        }

        long bytes = asked.Repo.Commit is null ? 0 : asked.Repo.Tree.EstimateBytes();
        bool canBlocks = host.CanTry(Strategy.Blocks);
        long small = canBlocks ? SmallRepoBytes : SmallRepoBytesProbing;
        bool isSmall = bytes > 0 && bytes < small && host.CanTry(Strategy.Repo);
        if (isSmall) yield return (Strategy.Repo, EstimateErrorMax * small);
        // Where everything was refused once, nothing is lost by asking again.
        bool isHopeless = !s_steps.Any(host.CanTry);
        foreach (var step in s_steps)
        {
            bool isPointless = asked.Repo.Commit is null && step != Strategy.Repo;
            if (!isPointless && (isHopeless || host.CanTry(step)))
            {
                yield return (step, ExportBytesMax);
            }
        }
    }

    private async Task<CollectionsOutcome> WalkAsync(
        AskedRepo asked, Strategy strategy, long bytesMax, CancellationToken cancellation)
    {
        var source = SourceOf(strategy, bytesMax);
        int reroots = 0;
        int stalled = 0;
        while (true)
        {
            var found = asked.Find();
            if (found?.Proven is { } proven)
            {
                return new CollectionsOutcome { Proven = proven, Strategy = strategy };
            }

            if (asked.IsGone) return Fail(Unproven.NoRepo, strategy);
            if (asked.RequestsLeft <= 0) return Fail(Unproven.RequestsSpent, strategy);
            if (stalled == StalledMax) return Fail(ReasonOf(asked), strategy);
            // A commit whose tree is none is lost: there may be a newer one, with a sound tree.
            bool isRound = reroots >= RerootsMax && !asked.HasStream
                && strategy != Strategy.Repo && ProbeSource.MayAsk(asked);
            var way = found?.Fault is not null ? HeadSource.Instance
                : isRound ? StaleBoundaries.Instance
                : source;
            var before = asked.Repo.Commit;
            bool isGiven = await way.FetchAsync(asked, found?.Missing, cancellation);
            bool hasMoved = before is not null && asked.Repo.Commit!.Cid != before.Cid;
            if (!hasMoved && found?.Fault is { } fault)
            {
                return Fail(Unproven.Malformed, strategy) with { Detail = fault.ToString() };
            }

            int rerootsMax = asked.HasStream ? RerootsMaxWithStream : RerootsMax + RoundsMax;
            if (hasMoved && ++reroots > rerootsMax) return Fail(Unproven.Moving, strategy);
            bool isHere = found?.Missing is { } missing
                ? asked.Repo.Tree.Holds(missing.Cid)
                : asked.Repo.Commit is not null;
            // Given and of no use: of a replica that lags, or torn by a write. So ask again.
            if (hasMoved || isHere) stalled = 0;
            else stalled = isGiven ? stalled + 1 : StalledMax;
        }
    }

    private INodeSource SourceOf(Strategy strategy, long bytesMax) => strategy switch
    {
        Strategy.Proof => new ProofSource(PageLimit),
        Strategy.Blocks => BlocksSource.Instance,
        Strategy.Probe => ProbeSource.Instance,
        _ => new ExportSource(bytesMax),
    };

    private static Unproven ReasonOf(AskedRepo asked)
    {
        if (asked.IsGone) return Unproven.NoRepo;
        return asked.IsHopeless ? Unproven.Unreachable : Unproven.NotGiven;
    }

    private static async Task<CollectionsOutcome> DescribeAsync(
        AskedRepo asked, CancellationToken cancellation)
    {
        var claimed = await asked.DescribeAsync(cancellation);
        var reason = claimed is null ? ReasonOf(asked) : Unproven.Claimed;
        return Fail(reason, Strategy.Describe) with { Claimed = claimed };
    }

    private static CollectionsOutcome Fail(Unproven reason, Strategy strategy) =>
        new() { Reason = reason, Strategy = strategy };
}
