using Atproto.Syntax;
using Http.Connections;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>The same as getRepo without since; deprecated, and still asked for.</summary>
[XrpcQuery("com.atproto.sync.getCheckout")]
internal static class SyncGetCheckout
{
    internal readonly ref struct Params
    {
        public required Utf8<Did> Did { get; init; }
    }

    internal static XrpcResult Handle(
        in Params p, RepoCatalog catalog, RepoPool pool, HttpRequest request)
    {
        if (RepoGate.Check(catalog, p.Did.Bytes, out var repo) is { } refusal) return refusal;
        return SyncGetRepo.Export(repo, pool, request, headerOnly: false);
    }
}
