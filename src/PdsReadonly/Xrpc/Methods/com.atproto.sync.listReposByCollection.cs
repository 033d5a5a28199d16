using System.Text;
using System.Text.Json.Serialization;
using Atproto.Syntax;
using Http.Connections;
using PdsReadonly.Catalog;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>
/// The active repos that hold records of a collection, by DID; the cursor is the last DID.
/// </summary>
[XrpcQuery("com.atproto.sync.listReposByCollection")]
internal static class SyncListReposByCollection
{
    internal readonly ref struct Params
    {
        public required Utf8<Nsid> Collection { get; init; }

        [XrpcInteger(1, 2000, Default = 500)]
        public int Limit { get; init; }

        public ReadOnlySpan<byte> Cursor { get; init; }
    }

    internal sealed record Repo(string Did);

    internal sealed record Output(string? Cursor, IReadOnlyList<Repo> Repos);

    internal static XrpcResult Handle(in Params p, RepoCatalog catalog, HttpRequest request)
    {
        if (!request.MayBlock) return XrpcResult.Postponed;
        string after = Encoding.UTF8.GetString(p.Cursor);
        var dids = catalog.ListByCollection(p.Collection.ToString(), after, p.Limit);
        var output = new Output(
            dids.Count == 0 ? null : dids[^1], dids.ConvertAll(did => new Repo(did)));
        return XrpcResult.Json(output, SyncListReposByCollectionJson.Default.Output)
            .CachedByBody();
    }
}

[JsonSerializable(typeof(SyncListReposByCollection.Output))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class SyncListReposByCollectionJson : JsonSerializerContext;
