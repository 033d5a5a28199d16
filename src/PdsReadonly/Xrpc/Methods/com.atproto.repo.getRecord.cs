using Atproto.Multiformats;
using Atproto.Syntax;
using Http.Connections;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>
/// One record as JSON. Only the current version exists: asked for another CID, there is none.
/// </summary>
[XrpcQuery("com.atproto.repo.getRecord")]
internal static class RepoGetRecord
{
    internal readonly ref struct Params
    {
        public required Utf8<AtIdentifier> Repo { get; init; }

        public required Utf8<Nsid> Collection { get; init; }

        public required Utf8<RecordKey> Rkey { get; init; }

        public Utf8<Cid> Cid { get; init; }
    }

    internal static XrpcResult Handle(
        in Params p, RepoCatalog catalog, RepoPool pool, HttpResponse response)
    {
        if (!RepoGate.TryFindActive(catalog, p.Repo.Bytes, out var repo))
        {
            return XrpcError.Invalid("Could not locate record");
        }

        if (RepoGate.Open(pool, repo, out var lease) is { } failure) return failure;
        using (lease)
        {
            var reader = lease.Reader;
            if (reader.Index.FindRecord(p.Collection.Bytes, p.Rkey.Bytes) is not { } ordinal)
            {
                return NotFound(repo, p);
            }

            var location = reader.Index.LocationOf(ordinal);
            if (reader.Read(location, out var record, out var cid) != ReadStatus.Done)
            {
                return RepoGate.Changed(repo);
            }

            bool named = !p.Cid.Bytes.IsEmpty;
            if (named && !(Cid.TryParse(p.Cid.Bytes, out var wanted) && wanted == cid))
            {
                return NotFound(repo, p);
            }

            if (!RecordJson.HasForm(record))
            {
                return XrpcError.Internal($"record {cid} of {repo.Did} does not decode");
            }

            RecordJson.Write(
                repo.Did, p.Collection.Bytes, p.Rkey.Bytes, cid, record, response.Body);
            return named
                ? XrpcResult.WrittenJson.Cached(cid, CachePolicy.Content)
                : XrpcResult.WrittenJson.Cached(repo.Head, CachePolicy.Revalidate);
        }
    }

    private static XrpcError NotFound(RepoEntry repo, in Params p)
    {
        string path = $"{p.Collection.ToString()}/{p.Rkey.ToString()}";
        return new XrpcError(
            400, "RecordNotFound", $"Could not locate record: at://{repo.Did}/{path}");
    }
}
