using System.Text.Json.Serialization;
using Atproto.Syntax;
using PdsReadonly.Catalog;
using PdsReadonly.Index;

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

    internal static XrpcResult Handle(
        in Params p, RepoCatalog catalog, LightrailDatabase? index)
    {
        if (!catalog.TryFind(p.Did.Bytes, out var repo)) return OfRemote(p, catalog, index);
        bool active = repo.Status == HostingStatus.Active;
        var output = new Output(
            repo.Did.ToString(), active, repo.Status.Text(), active ? repo.Rev.ToString() : null);
        return XrpcResult.Json(output, SyncGetRepoStatusJson.Default.Output).CachedByBody();
    }

    private static XrpcResult OfRemote(in Params p, RepoCatalog catalog, LightrailDatabase? index)
    {
        var did = p.Did.Bytes;
        if (index is null || catalog.Knows(did, out _)) return XrpcError.RepoNotFound(did);
        using var reader = index.Readers.Rent();
        if (reader.Find(did) is not { } repo) return XrpcError.RepoNotFound(did);
        var status = repo.State.Status;
        bool active = status == AccountStatus.Active;
        var rev = active ? repo.State.Rev ?? repo.HeadRev : null;
        var output = new Output(
            repo.State.Did.ToString(), active, status.Text(), rev?.ToString());
        return XrpcResult.Json(output, SyncGetRepoStatusJson.Default.Output).CachedByBody();
    }
}

[JsonSerializable(typeof(SyncGetRepoStatus.Output))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class SyncGetRepoStatusJson : JsonSerializerContext;
