using System.Text.Json.Serialization;
using Atproto.Syntax;
using PdsReadonly.Catalog;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>The commit a repo stands at; deprecated, and still asked for.</summary>
[XrpcQuery("com.atproto.sync.getHead")]
internal static class SyncGetHead
{
    internal readonly ref struct Params
    {
        public required Utf8<Did> Did { get; init; }
    }

    internal sealed record Output(string Root);

    internal static XrpcResult Handle(in Params p, RepoCatalog catalog)
    {
        if (RepoGate.Check(catalog, p.Did.Bytes, out var repo) is { } refusal) return refusal;
        return XrpcResult.Json(new Output(repo.Head.ToString()), SyncGetHeadJson.Default.Output)
            .Cached(repo.Head, CachePolicy.Revalidate);
    }
}

[JsonSerializable(typeof(SyncGetHead.Output))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class SyncGetHeadJson : JsonSerializerContext;
