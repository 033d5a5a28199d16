using System.Buffers;
using System.Text;
using Atproto.Syntax;
using Http.Connections;
using PdsReadonly.Catalog;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>
/// The stored DID document of a repo hosted here; one we would have to make up is none.
/// </summary>
[XrpcQuery("com.atproto.identity.resolveDid")]
internal static class IdentityResolveDid
{
    internal readonly ref struct Params
    {
        public required Utf8<Did> Did { get; init; }
    }

    internal static XrpcResult Handle(
        in Params p, RepoCatalog catalog, HttpRequest request, HttpResponse response)
    {
        if (!request.MayBlock) return XrpcResult.Postponed;
        byte[]? document = catalog.TryFind(p.Did.Bytes, out var repo)
            ? catalog.DocumentOf(repo.Did)
            : null;
        if (document is null) return NotFound(p.Did.Bytes);
        response.Body.Write("{\"didDoc\":"u8);
        response.Body.Write(document);
        response.Body.Write("}"u8);
        return XrpcResult.WrittenJson.CachedByBody();
    }

    internal static XrpcError NotFound(ReadOnlySpan<byte> did) =>
        new(400, "DidNotFound", $"DID not found: {Encoding.UTF8.GetString(did)}");
}
