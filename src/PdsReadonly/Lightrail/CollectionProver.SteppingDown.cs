using System.Runtime.CompilerServices;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

// The cheapest way that the host is capable of, and the next when it turns out not to be.
internal sealed partial class CollectionProver
{
    // A smaller repo is fetched whole: that is one request, and few bytes more. Without getBlocks
    // it would take one request for each collection.
    private const long SmallRepoBytes = 512 * 1024;
    private const long SmallRepoBytesProbing = 4 * SmallRepoBytes;

    // One estimate of five is wrong by more than three: a repo that turns out larger is let go.
    private const int EstimateErrorMax = 4;

    private const long LargeRepoBytes = 32 * 1024 * 1024;
    private const int RoundsMaxOfOthers = 2;

    private static readonly Strategy[] s_steps =
        [Strategy.Blocks, Strategy.Probe, Strategy.Repo];

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
            bool isTooLarge = step.IsTrial && asked.LastAnswer.Status == XrpcStatus.TooLarge;
            if (last.Reason == Unproven.NotGiven && !isTooLarge) refused.Add(step.Strategy);
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
        bool isExportRefused = false;
        if (isSmall && host.CanTry(Strategy.Repo))
        {
            yield return new(Strategy.Repo, EstimateErrorMax * small);
            isExportRefused = asked.LastAnswer.Status is XrpcStatus.Denied or XrpcStatus.NoMethod;
        }

        // One export costs less than many rounds, unless it is a large one.
        bool isLarge = asked.Repo.Commit is not null
            && asked.Repo.Tree.EstimateBytes() > LargeRepoBytes;
        int rounds = isLarge ? RoundsMax : RoundsMaxOfOthers;
        // Where everything was refused once, nothing is lost by asking again.
        bool isDesperate = !s_steps.Any(host.CanTry);
        foreach (var strategy in s_steps.Where(each => isDesperate || host.CanTry(each)))
        {
            // Both begin with the commit, and fare alike without it.
            bool isVain = strategy switch
            {
                Strategy.Probe => asked.Repo.Commit is null,
                Strategy.Repo => isExportRefused,
                _ => false,
            };
            if (!isVain) yield return new(strategy) { RoundsMax = rounds };
        }
    }
}
