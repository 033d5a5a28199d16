using PdsReadonly.Catalog;

namespace PdsReadonly.Archive;

/// <summary>Which signatures a repo must have to be served.</summary>
internal enum SignaturePolicy
{
    /// <summary>
    /// Valid under a key of the DID, today's or an earlier one; repos without a key pass.
    /// </summary>
    Historical,

    /// <summary>Valid under a key of the DID; repos without a key are refused.</summary>
    Require,

    /// <summary>All are served, and marked.</summary>
    Any,
}

/// <summary>How CARs are loaded.</summary>
internal sealed record LoadOptions
{
    // Raised when this program begins to judge files differently.
    private const int JudgementVersion = 2;

    /// <summary>Files, folders and patterns.</summary>
    public required IReadOnlyList<string> Cars { get; init; }

    /// <summary>Holds the catalog, the indexes and what was unpacked.</summary>
    public required string DataFolder { get; init; }

    public SignaturePolicy Signatures { get; init; } = SignaturePolicy.Historical;

    /// <summary>Serve version 2 commits and those without prev.</summary>
    public bool AllowLegacy { get; init; }

    /// <summary>Files loaded side by side.</summary>
    public int Parallelism { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 4);

    /// <summary>
    /// Of a source as these options judge it: what was refused or served under others is read
    /// again.
    /// </summary>
    internal string FingerprintOf(string path, string? did, DateTimeOffset now) =>
        FileFingerprint.OfSource(path, did, now) + Judged(JudgementVersion);

    /// <summary>
    /// Whether a source is as it was when it was read, so that what came of it still holds. A sound
    /// one also where the version before judged it: this one refuses nothing more.
    /// </summary>
    internal bool IsUnchanged(SourceRecord source, DateTimeOffset now, HashSet<string> present)
    {
        string files = FileFingerprint.OfSource(source.Path, source.Did, now, present);
        return source.Fingerprint == files + Judged(JudgementVersion)
            || (source.Fault is null && source.Fingerprint == files + Judged(JudgementVersion - 1));
    }

    private string Judged(int version) => $" {version} {Signatures} {AllowLegacy}";

    internal string IndexFolder => Path.Combine(DataFolder, "indexes");

    internal string UnpackFolder => Path.Combine(DataFolder, "unpacked");
}
