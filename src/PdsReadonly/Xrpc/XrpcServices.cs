using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Events;
using PdsReadonly.Index;

namespace PdsReadonly.Xrpc;

/// <summary>
/// Everything a handler may ask for: further parameters of <c>Handle</c> are matched by type with
/// the public properties of this class. Made once, in Program.
/// </summary>
internal sealed class XrpcServices
{
    public required ServerOptions Options { get; init; }

    public required RepoCatalog Catalog { get; init; }

    public required RepoPool Repos { get; init; }

    public required BlobDirectory Blobs { get; init; }

    public required TimeProvider Time { get; init; }

    public required EventLog Events { get; init; }

    /// <summary>The index of remote repos; null where none is kept.</summary>
    public LightrailDatabase? Lightrail { get; init; }
}
