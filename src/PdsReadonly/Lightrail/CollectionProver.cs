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
internal sealed partial class CollectionProver(XrpcClient client, HostProfile host)
{
    /// <summary>For one repo, over all that is tried.</summary>
    internal int RequestsMax { get; init; } = 20_000;

    /// <summary>Collections of one page of proofs.</summary>
    internal int PageLimit { get; init; } = 1000;

    /// <summary>Bytes of an export.</summary>
    internal long ExportBytesMax { get; init; } = 4L << 30;

    /// <summary>For answers; the repo's nodes take from it too if it was made so.</summary>
    internal WalkRoom Room { get; init; } = new();

    /// <param name="repo">Whose; what it holds already is not asked for again.</param>
    /// <param name="strategy">How to ask.</param>
    /// <param name="stream">The repo's commits while they happen, if they are at hand.</param>
    /// <param name="cancellation">Ends it with an exception.</param>
    internal async Task<CollectionsOutcome> ProveAsync(
        SparseRepo repo, Strategy strategy, CommitInbox? stream, CancellationToken cancellation)
    {
        using var asked = new AskedRepo(repo, client, host, Room, stream, RequestsMax);
        var outcome = strategy switch
        {
            Strategy.Auto => await StepDownAsync(asked, cancellation),
            Strategy.Describe => await DescribeAsync(asked, cancellation),
            _ => await WalkAsync(asked, new(strategy), cancellation),
        };
        // Only of a repo that turned out to be there does a refusal say anything.
        if (asked.HasProbed) host.Allow(Strategy.Probe);
        else if (asked.IsProbingVain && outcome.Proven is not null) host.Deny(Strategy.Probe);
        return outcome with
        {
            Detail = outcome.Reason == Unproven.None ? null : outcome.Detail ?? asked.Detail,
            Requests = asked.Requests,
            Bytes = asked.Bytes,
        };
    }

    private static Unproven ReasonOf(AskedRepo asked)
    {
        if (asked.Shortage != Unproven.None) return asked.Shortage;
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
}
