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

    private const int RoundsMaxOfOthers = 2;
    private const long LargeRepoBytes = 32 * 1024 * 1024;

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
            _ => await WalkAsync(asked, new(strategy), cancellation),
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
        var last = Fail(Unproven.NotGiven, Strategy.Auto);
        bool isMoving = false;
        await foreach (var step in ListStepsAsync(asked, cancellation))
        {
            // Boundaries that move too fast for one way move too fast for another.
            if (isMoving && step.Strategy != Strategy.Repo) continue;
            last = await WalkAsync(asked, step, cancellation);
            if (last.Proven is not null)
            {
                // The repo is there: whoever did not give it is not able to.
                host.Allow(step.Strategy);
                foreach (var other in refused) host.Deny(other);
                return last;
            }

            isMoving |= last.Reason == Unproven.Moving;
            if (last.Reason == Unproven.NotGiven && !step.IsTrial) refused.Add(step.Strategy);
            if (asked.IsHopeless || last.Reason is Unproven.Malformed or Unproven.RequestsSpent)
            {
                break;
            }
        }

        if (asked.IsHopeless) return last with { Reason = ReasonOf(asked) };
        return isMoving ? last with { Reason = Unproven.Moving } : last;
    }

    // Each is worked out when those before it have failed.
    private async IAsyncEnumerable<Step> ListStepsAsync(
        AskedRepo asked, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (host.CanTry(Strategy.Proof)) yield return new(Strategy.Proof);
        // One proof has the commit, tells how large the repo is, and is needed anyway.
        bool isUnknown = asked.Find() is null && asked.RequestsLeft > 0;
        if (isUnknown && ProbeSource.MayAsk(asked)) await asked.ProbeAsync(cancellation);
        if (asked.IsHopeless) yield break;
        if (asked.Find()?.Proven is not null) yield return new(Strategy.Probe);

        // What turns out larger than it was taken for is let go at little cost; where nothing is
        // known of its size it is tried too, since most repos are small.
        long small = host.CanTry(Strategy.Blocks) ? SmallRepoBytes : SmallRepoBytesProbing;
        bool isSmall = asked.Repo.Commit is null || asked.Repo.Tree.EstimateBytes() < small;
        if (isSmall && host.CanTry(Strategy.Repo))
        {
            yield return new(Strategy.Repo, EstimateErrorMax * small);
        }

        // Where everything was refused once, nothing is lost by asking again.
        bool isDesperate = !s_steps.Any(host.CanTry);
        foreach (var strategy in s_steps.Where(each => isDesperate || host.CanTry(each)))
        {
            yield return new(strategy);
        }
    }

    private async Task<CollectionsOutcome> WalkAsync(
        AskedRepo asked, Step step, CancellationToken cancellation)
    {
        var strategy = step.Strategy;
        var source = SourceOf(step);
        int rerootsMax = RerootsMaxOf(asked);
        int reroots = 0;
        int stalled = 0;
        while (true)
        {
            var found = await asked.FindAsync(cancellation);
            if (found?.Proven is { } proven)
            {
                return new CollectionsOutcome { Proven = proven, Strategy = strategy };
            }

            if (asked.IsGone) return Fail(Unproven.NoRepo, strategy);
            if (asked.IsSpent) return Fail(Unproven.RequestsSpent, strategy);
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

            if (hasMoved && ++reroots > rerootsMax) return Fail(Unproven.Moving, strategy);
            bool isHere = found?.Missing is { } missing
                ? asked.Repo.Tree.Holds(missing.Cid)
                : asked.Repo.Commit is not null;
            // Given and of no use: of a replica that lags, or torn by a write. So ask again.
            if (hasMoved || isHere) stalled = 0;
            else stalled = isGiven ? stalled + 1 : StalledMax;
        }
    }

    private INodeSource SourceOf(Step step) => step.Strategy switch
    {
        Strategy.Proof => new ProofSource(PageLimit),
        Strategy.Blocks => BlocksSource.Instance,
        Strategy.Probe => ProbeSource.Instance,
        _ => new ExportSource(step.IsTrial ? step.BytesMax : ExportBytesMax),
    };

    // One export costs less than many rounds, unless it is a large one.
    private static int RerootsMaxOf(AskedRepo asked)
    {
        if (asked.HasStream) return RerootsMaxWithStream;
        bool isLarge = asked.Repo.Commit is not null
            && asked.Repo.Tree.EstimateBytes() > LargeRepoBytes;
        return RerootsMax + (isLarge ? RoundsMax : RoundsMaxOfOthers);
    }

    private static Unproven ReasonOf(AskedRepo asked)
    {
        if (asked.IsGone) return Unproven.NoRepo;
        bool isSilent = asked.LastAnswer.Status is XrpcStatus.Unreachable or XrpcStatus.Busy;
        return isSilent ? Unproven.Unreachable : Unproven.NotGiven;
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

    // With a limit of bytes it is a trial, whose failure says nothing about the host.
    private readonly record struct Step(Strategy Strategy, long BytesMax = 0)
    {
        internal bool IsTrial => BytesMax > 0;
    }
}
