using System.Text.Json.Serialization;
using Atproto.Syntax;
using PdsReadonly.Catalog;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>The commit and rev a repo stands at.</summary>
[XrpcQuery("com.atproto.sync.getLatestCommit")]
internal static class SyncGetLatestCommit
{
    internal readonly ref struct Params
    {
        public required Utf8<Did> Did { get; init; }
    }

    internal sealed record Output(string Cid, string Rev);

    internal static XrpcResult Handle(in Params p, RepoCatalog catalog)
    {
        if (RepoGate.Check(catalog, p.Did.Bytes, out var repo) is { } refusal) return refusal;
        var output = new Output(repo.Head.ToString(), repo.Rev.ToString());
        return XrpcResult.Json(output, SyncGetLatestCommitJson.Default.Output)
            .Cached(repo.Head, CachePolicy.Revalidate);
    }
}

[JsonSerializable(typeof(SyncGetLatestCommit.Output))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class SyncGetLatestCommitJson : JsonSerializerContext;
