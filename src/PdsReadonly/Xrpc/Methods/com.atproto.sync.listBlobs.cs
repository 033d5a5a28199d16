using System.Text.Json.Serialization;
using Atproto.Syntax;
using Http.Connections;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>
/// The blobs that current records reference, whether their bytes are here or not, by CID as text.
/// </summary>
[XrpcQuery("com.atproto.sync.listBlobs")]
internal static class SyncListBlobs
{
    internal readonly ref struct Params
    {
        public required Utf8<Did> Did { get; init; }

        public Utf8<Tid> Since { get; init; }

        [XrpcInteger(1, 1000, Default = 500)]
        public int Limit { get; init; }

        public ReadOnlySpan<byte> Cursor { get; init; }
    }

    internal sealed record Output(string? Cursor, IReadOnlyList<string> Cids);

    internal static XrpcResult Handle(
        in Params p, RepoCatalog catalog, RepoPool pool, HttpRequest request)
    {
        if (RepoGate.Check(catalog, p.Did.Bytes, out var repo) is { } refusal) return refusal;
        // A CAR has no history by block: either nothing is newer, or everything may be.
        bool nothingNewer = !p.Since.Bytes.IsEmpty && Tid.From(p.Since) >= repo.Rev;
        List<string> cids = [];
        if (!nothingNewer)
        {
            var failure = RepoGate.Open(pool, repo, request, out var lease);
            if (failure is { } result) return result;
            using (lease) cids = lease.Reader.Index.ListBlobs(p.Cursor, p.Limit);
        }

        var output = new Output(cids.Count == 0 ? null : cids[^1], cids);
        return XrpcResult.Json(output, SyncListBlobsJson.Default.Output)
            .Cached(repo.Head, CachePolicy.Revalidate);
    }
}

[JsonSerializable(typeof(SyncListBlobs.Output))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class SyncListBlobsJson : JsonSerializerContext;
