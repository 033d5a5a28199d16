using System.Text.Json.Serialization;
using Atproto.Syntax;
using PdsReadonly.Catalog;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>
/// The DID behind a handle of a repo hosted here. Handles of others are not looked up, and one that
/// several repos claim is nobody's.
/// </summary>
[XrpcQuery("com.atproto.identity.resolveHandle")]
internal static class IdentityResolveHandle
{
    internal readonly ref struct Params
    {
        public required Utf8<Handle> Handle { get; init; }
    }

    internal sealed record Output(string Did);

    internal static XrpcResult Handle(in Params p, RepoCatalog catalog)
    {
        bool found = catalog.TryFindByHandle(
            Atproto.Syntax.Handle.From(p.Handle), activeOnly: true, out var repo);
        if (!found) return new XrpcError(400, "HandleNotFound", "Unable to resolve handle");
        var output = new Output(repo.Did.ToString());
        return XrpcResult.Json(output, IdentityResolveHandleJson.Default.Output).CachedByBody();
    }
}

[JsonSerializable(typeof(IdentityResolveHandle.Output))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class IdentityResolveHandleJson : JsonSerializerContext;
