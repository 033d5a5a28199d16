using System.Buffers;
using System.Text;
using Atproto.Syntax;
using Http.Connections;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Index;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>
/// A page of a collection, newest first unless reversed; the cursor is the last record's key.
/// Records without a JSON form are skipped, and the page is filled up behind them, so that an empty
/// page still means the end.
/// </summary>
[XrpcQuery("com.atproto.repo.listRecords")]
internal static class RepoListRecords
{
    // Pages of honest records stay far below; records of megabytes come a few at a time.
    private const int BodyBytesMax = 1 << 20;

    internal readonly ref struct Params
    {
        public required Utf8<AtIdentifier> Repo { get; init; }

        public required Utf8<Nsid> Collection { get; init; }

        [XrpcInteger(1, 100, Default = 50)]
        public int Limit { get; init; }

        public ReadOnlySpan<byte> Cursor { get; init; }

        [XrpcBoolean]
        public bool Reverse { get; init; }
    }

    internal static XrpcResult Handle(
        in Params p, RepoCatalog catalog, RepoPool pool, HttpRequest request,
        HttpResponse response)
    {
        if (!RepoGate.TryFindActive(catalog, p.Repo.Bytes, out var repo))
        {
            string id = Encoding.UTF8.GetString(p.Repo.Bytes);
            return XrpcError.Invalid($"Could not find repo: {id}");
        }

        if (RepoGate.Open(pool, repo, request, out var lease) is { } failure) return failure;
        using (lease)
        {
            var body = response.Body;
            body.Write("{\"records\":["u8);
            var status = WriteRecords(p, repo, lease.Reader, response, out byte[]? last);
            if (status != ReadStatus.Done) return RepoGate.Unread(status, repo);

            body.Write("]"u8);
            if (last is not null)
            {
                body.Write(",\"cursor\":\""u8);
                body.Write(last);
                body.Write("\""u8);
            }

            body.Write("}"u8);
            return XrpcResult.WrittenJson.Cached(repo.Head, CachePolicy.Revalidate);
        }
    }

    private static ReadStatus WriteRecords(
        in Params p, RepoEntry repo, RepoReader reader, HttpResponse response, out byte[]? last)
    {
        last = null;
        var body = response.Body;
        var rows = new List<RecordRow>(p.Limit);
        var beyond = p.Cursor;
        int written = 0;
        while (written < p.Limit)
        {
            int wanted = p.Limit - written;
            reader.Index.ListRecords(p.Collection.Bytes, beyond, p.Reverse, wanted, rows);
            foreach (var row in rows)
            {
                var location = reader.Index.LocationOf(row.Ordinal);
                var status = reader.Read(location, out var record, out var cid);
                if (status != ReadStatus.Done) return status;
                if (!RecordJson.HasForm(record)) continue;
                if (written > 0) body.Write(","u8);
                RecordJson.Write(repo.Did, p.Collection.Bytes, row.Rkey, cid, record, body);
                written++;
                last = row.Rkey;
                // The cursor goes on from here: a page need not be full, but must not be huge.
                if (response.WrittenBody.Length > BodyBytesMax) return ReadStatus.Done;
            }

            if (rows.Count < wanted) break;
            beyond = rows[^1].Rkey;
        }

        return ReadStatus.Done;
    }
}
