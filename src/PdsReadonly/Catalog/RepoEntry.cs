using Atproto.Multiformats;
using Atproto.Syntax;

namespace PdsReadonly.Catalog;

/// <summary>
/// One repo as it is served now. Never changed: a new head or status is a new entry.
/// </summary>
internal sealed record RepoEntry
{
    public required Did Did { get; init; }

    public required Tid Rev { get; init; }

    /// <summary>The commit's CID.</summary>
    public required Cid Head { get; init; }

    public required HostingStatus Status { get; init; }

    public required SignatureState Signature { get; init; }

    /// <summary>
    /// Unix milliseconds; no two repos share one, and later repos have later ones.
    /// </summary>
    public required long FirstSeen { get; init; }

    /// <summary>The file it was loaded from, as given.</summary>
    public required string SourcePath { get; init; }

    /// <summary>The CAR that blocks are read from: the source, or its unpacked form.</summary>
    public required string CarPath { get; init; }

    public required string IndexPath { get; init; }

    public required long IndexBytes { get; init; }

    /// <summary>As the repo's own document claims it; null when none does.</summary>
    public Handle? Handle { get; init; }

    /// <summary>Whether a DID document is stored.</summary>
    public bool HasDocument { get; init; }
}
