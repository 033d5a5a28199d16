using System.Buffers;
using System.Runtime.CompilerServices;
using Atproto.Multiformats;
using Atproto.Syntax;
using Http.Connections;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Index;

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

    [SkipLocalsInit]
    internal static XrpcResult Handle(
        in Params p, RepoCatalog catalog, RepoPool pool, TimeProvider time, HttpRequest request,
        HttpResponse response)
    {
        if (!RepoGate.TryFindActive(catalog, p.Repo.Bytes, out var repo))
        {
            return XrpcError.Invalid("Could not locate record");
        }

        // Threads that may block are many and short-lived: they keep nothing.
        if (request.MayBlock) return Read(p, repo, pool, request, response, default);
        Span<byte> room = stackalloc byte[HotCache.KeyBytesMax];
        var hot = new HotRecord(HotCache.OfThisThread(time), WriteKey(room, repo, p), repo);
        if (!hot.TryFind(out var cid, out var json))
        {
            return Read(p, repo, pool, request, response, hot);
        }

        if (!IsWanted(p, cid)) return NotFound(repo, p);
        response.Body.Write(json);
        return Answer(p, repo, cid);
    }

    private static XrpcResult Read(
        in Params p, RepoEntry repo, RepoPool pool, HttpRequest request, HttpResponse response,
        HotRecord hot)
    {
        if (RepoGate.Open(pool, repo, request, out var lease) is { } failure) return failure;
        using (lease)
        {
            var reader = lease.Reader;
            uint? found = reader.Index.FindRecord(
                p.Collection.Bytes, p.Rkey.Bytes, out bool isListed);
            if (found is not { } ordinal) return NotFound(repo, p);
            var location = reader.Index.LocationOf(ordinal);
            if (location.Length > AnswerLimits.RecordBytesMax)
            {
                return isListed ? Stream(p, repo, pool, request, location) : NoForm(repo, p);
            }

            var status = reader.Read(location, out var record, out var cid);
            if (status != ReadStatus.Done) return RepoGate.Unread(status, repo);
            if (!IsWanted(p, cid)) return NotFound(repo, p);
            bool hasForm = reader.Index.IsListingFiltered ? isListed : RecordJson.HasForm(record);
            if (!hasForm) return NoForm(repo, p);
            RecordJson.Write(
                repo.Did, p.Collection.Bytes, p.Rkey.Bytes, cid, record, response.Body);
            request.Turn.Take(response.WrittenBody.Length);
            hot.Keep(cid, response.WrittenBody);
            return Answer(p, repo, cid);
        }
    }

    private static XrpcResult Stream(
        in Params p, RepoEntry repo, RepoPool pool, HttpRequest request, BlockLocation location)
    {
        if (RepoGate.OpenForLong(pool, repo, request, out var lease) is { } failure) return failure;
        var kept = lease;
        try
        {
            var status = RecordJson.TryOpenLarge(lease.Reader, location, out var block);
            if (status != ReadStatus.Done) return RepoGate.Unread(status, repo);
            if (block is null) return NoForm(repo, p);
            if (!IsWanted(p, block.Cid)) return NotFound(repo, p);
            var start = new ArrayBufferWriter<byte>();
            RecordJson.WriteStart(
                repo.Did, p.Collection.Bytes, p.Rkey.Bytes, block.Cid, start);
            var body = new RecordBody(lease, block, start.WrittenSpan.ToArray(), "}"u8.ToArray());
            kept = default;
            bool isOfHead = p.Cid.Bytes.IsEmpty;
            return isOfHead
                ? XrpcResult.StreamedJson(body).Cached(repo.Head, CachePolicy.Revalidate)
                : XrpcResult.StreamedJson(body).Cached(block.Cid, CachePolicy.Content);
        }
        finally
        {
            kept.Dispose();
        }
    }

    private static XrpcError NoForm(RepoEntry repo, in Params p) => XrpcError.Internal(
        $"record {p.Collection.ToString()}/{p.Rkey.ToString()} of {repo.Did} does not decode");

    private static XrpcResult Answer(in Params p, RepoEntry repo, in Cid cid) =>
        p.Cid.Bytes.IsEmpty
            ? XrpcResult.WrittenJson.Cached(repo.Head, CachePolicy.Revalidate)
            : XrpcResult.WrittenJson.Cached(cid, CachePolicy.Content);

    // Only that version is asked for, if any is named.
    private static bool IsWanted(in Params p, in Cid cid) =>
        p.Cid.Bytes.IsEmpty || (Cid.TryParse(p.Cid.Bytes, out var wanted) && wanted == cid);

    // The head says whose record it is and what is in it.
    private static ReadOnlySpan<byte> WriteKey(Span<byte> room, RepoEntry repo, in Params p)
    {
        repo.Head.CopyTo(room);
        int length = Cid.Bytes;
        p.Collection.Bytes.CopyTo(room[length..]);
        length += p.Collection.Bytes.Length;
        room[length++] = (byte)'/';
        p.Rkey.Bytes.CopyTo(room[length..]);
        return room[..(length + p.Rkey.Bytes.Length)];
    }

    private static XrpcError NotFound(RepoEntry repo, in Params p)
    {
        string path = $"{p.Collection.ToString()}/{p.Rkey.ToString()}";
        return new XrpcError(
            400, "RecordNotFound", $"Could not locate record: at://{repo.Did}/{path}");
    }
}
