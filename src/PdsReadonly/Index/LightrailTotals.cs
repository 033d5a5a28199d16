namespace PdsReadonly.Index;

/// <summary>
/// How many there are of what: kept in step with the rows, since counting millions takes seconds.
/// </summary>
internal readonly record struct LightrailTotals
{
    /// <summary>Deleted ones are not counted.</summary>
    public long Repos { get; init; }

    public long ActiveRepos { get; init; }

    public long ProvenRepos { get; init; }

    /// <summary>Repos whose collections are claimed.</summary>
    public long ClaimedRepos { get; init; }

    public long Pairs { get; init; }

    public long ClaimedPairs { get; init; }

    /// <summary>Repos to be proven, those under way included.</summary>
    public long Queued { get; init; }

    public long Proofs { get; init; }

    public long ProofBytes { get; init; }

    public long Rollbacks { get; init; }

    public long ClaimsDisproved { get; init; }

    public long ClaimsIncomplete { get; init; }

    public long HostFaults { get; init; }

    public long BadEvents { get; init; }

    internal const int Count = 14;

    internal void CopyTo(Span<long> values)
    {
        ReadOnlySpan<long> all =
        [
            Repos, ActiveRepos, ProvenRepos, ClaimedRepos, Pairs, ClaimedPairs, Queued, Proofs,
            ProofBytes, Rollbacks, ClaimsDisproved, ClaimsIncomplete, HostFaults, BadEvents,
        ];
        all.CopyTo(values);
    }

    /// <summary>From the same order.</summary>
    internal static LightrailTotals From(ReadOnlySpan<long> values) => new()
    {
        Repos = values[0],
        ActiveRepos = values[1],
        ProvenRepos = values[2],
        ClaimedRepos = values[3],
        Pairs = values[4],
        ClaimedPairs = values[5],
        Queued = values[6],
        Proofs = values[7],
        ProofBytes = values[8],
        Rollbacks = values[9],
        ClaimsDisproved = values[10],
        ClaimsIncomplete = values[11],
        HostFaults = values[12],
        BadEvents = values[13],
    };

    internal LightrailTotals With(NoteKind kind, long count) => kind switch
    {
        NoteKind.Rollback => this with { Rollbacks = Rollbacks + count },
        NoteKind.ClaimDisproved => this with { ClaimsDisproved = ClaimsDisproved + count },
        NoteKind.ClaimIncomplete => this with { ClaimsIncomplete = ClaimsIncomplete + count },
        NoteKind.HostFault => this with { HostFaults = HostFaults + count },
        NoteKind.BadEvent => this with { BadEvents = BadEvents + count },
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
