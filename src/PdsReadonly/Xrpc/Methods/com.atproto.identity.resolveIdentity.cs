using System.Buffers;
using System.Text;
using Atproto.Syntax;
using Http.Connections;
using PdsReadonly.Catalog;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>
/// DID, handle and DID document of a repo hosted here, by either name. The handle is
/// <c>handle.invalid</c> unless the document names it.
/// </summary>
[XrpcQuery("com.atproto.identity.resolveIdentity")]
internal static class IdentityResolveIdentity
{
    internal readonly ref struct Params
    {
        public required Utf8<AtIdentifier> Identifier { get; init; }
    }

    internal static XrpcResult Handle(
        in Params p, RepoCatalog catalog, HttpRequest request, HttpResponse response)
    {
        if (!request.MayBlock) return XrpcResult.Postponed;
        bool byDid = p.Identifier.Bytes.StartsWith("did:"u8);
        // Identity data of an inactive repo may still be told, but a handle leads to active ones.
        bool found = byDid
            ? catalog.TryFind(p.Identifier.Bytes, out var repo)
            : RepoGate.TryFindActive(catalog, p.Identifier.Bytes, out repo);
        if (!found)
        {
            return byDid
                ? IdentityResolveDid.NotFound(p.Identifier.Bytes)
                : new XrpcError(400, "HandleNotFound", "Unable to resolve handle");
        }

        byte[]? document = catalog.DocumentOf(repo.Did);
        if (document is null)
        {
            return IdentityResolveDid.NotFound(Encoding.ASCII.GetBytes(repo.Did.ToString()));
        }
        string handle = catalog.HandleOf(repo)?.ToString() ?? "handle.invalid";
        var body = response.Body;
        Encoding.ASCII.GetBytes(
            $$"""{"did":"{{repo.Did}}","handle":"{{handle}}","didDoc":""", body);
        body.Write(document);
        body.Write("}"u8);
        return XrpcResult.WrittenJson.CachedByBody();
    }
}
