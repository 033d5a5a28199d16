using System.Text.Json.Serialization;
using Atproto.Syntax;
using PdsReadonly.Catalog;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>
/// Whether a repo is shown, and if not, why: the one endpoint that answers for inactive repos.
/// </summary>
[XrpcQuery("com.atproto.sync.getRepoStatus")]
internal static class SyncGetRepoStatus
{
    internal readonly ref struct Params
    {
        public required Utf8<Did> Did { get; init; }
    }

    internal sealed record Output(string Did, bool Active, string? Status, string? Rev);

    internal static XrpcResult Handle(in Params p, RepoCatalog catalog)
    {
        if (!catalog.TryFind(p.Did.Bytes, out var repo)) return XrpcError.RepoNotFound(p.Did.Bytes);
        bool active = repo.Status == HostingStatus.Active;
        var output = new Output(
            repo.Did.ToString(), active, repo.Status.Text(), active ? repo.Rev.ToString() : null);
        return XrpcResult.Json(output, SyncGetRepoStatusJson.Default.Output).CachedByBody();
    }
}

[JsonSerializable(typeof(SyncGetRepoStatus.Output))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class SyncGetRepoStatusJson : JsonSerializerContext;
