using Atproto.Syntax;
using PdsReadonly.Catalog;

namespace PdsReadonly.Archive;

/// <summary>What the files beside a CAR say of whose it is.</summary>
internal sealed record RepoIdentity
{
    public required SignatureState Signature { get; init; }

    /// <summary>Why the repo must not be served; null when it may.</summary>
    public string? Fault { get; init; }

    /// <summary>Something wrong beside the CAR that does not keep it from being served.</summary>
    public string? Warning { get; init; }

    /// <summary>
    /// Whether a file beside it could not be read, which may be otherwise next time.
    /// </summary>
    public bool IsIncomplete { get; init; }

    public Handle? Handle { get; init; }

    /// <summary>The DID document as minified JSON.</summary>
    public byte[]? Document { get; init; }

    /// <summary>The host that document or log name as the repo's PDS.</summary>
    public string? PdsHost { get; init; }
}
