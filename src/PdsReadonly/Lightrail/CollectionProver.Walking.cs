namespace PdsReadonly.Lightrail;

// One way of asking, to its end.
internal sealed partial class CollectionProver
{
    /// <summary>New commits that are walked to boundary by boundary.</summary>
    internal const int RerootsMax = 3;

    /// <summary>Rounds after that, in which all stale boundaries are asked for at once.</summary>
    internal const int RoundsMax = 8;

    // With the event stream a new commit brings its own nodes: each is a step forward.
    private const int RerootsMaxWithStream = 500;

    // Answers of a replica that lags, or torn by a write, before the host counts as unwilling.
    private const int StalledMax = 3;

    private async Task<CollectionsOutcome> WalkAsync(
        AskedRepo asked, Step step, CancellationToken cancellation)
    {
        var strategy = step.Strategy;
        var source = SourceOf(step);
        int rerootsMax = asked.HasStream ? RerootsMaxWithStream : RerootsMax + step.RoundsMax;
        int reroots = 0;
        int stalled = 0;
        while (true)
        {
            var found = await asked.FindAsync(cancellation);
            if (found?.Proven is { } proven)
            {
                return new CollectionsOutcome { Proven = proven, Strategy = strategy };
            }

            if (asked.Shortage != Unproven.None) return Fail(asked.Shortage, strategy);
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

    // With a limit of bytes it is a trial, whose failure says nothing about the host.
    private readonly record struct Step(Strategy Strategy, long BytesMax = 0)
    {
        internal bool IsTrial => BytesMax > 0;

        internal int RoundsMax { get; init; } = CollectionProver.RoundsMax;
    }
}
