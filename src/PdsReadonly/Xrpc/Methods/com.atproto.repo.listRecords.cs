using System.Buffers;
using System.Text;
using Atproto.Syntax;
using Http.Connections;
using Http.Work;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Index;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>
/// A page of a collection, newest first unless reversed; the cursor is the last record's key.
/// Records without a JSON form are not listed. A page ends early when it is long enough, and a
/// large record has one of its own, so that an empty page still means the end.
/// </summary>
[XrpcQuery("com.atproto.repo.listRecords")]
internal static class RepoListRecords
{
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

    // Room for the last key is left.
    private const int PageBytesMax = AnswerLimits.HeldBytesMax - 1024;

    private static ReadOnlySpan<byte> Start => "{\"records\":["u8;

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
            body.Write(Start);
            var status = WriteRecords(
                p, repo, lease.Reader, response, out byte[]? last, out var large);
            if (status != ReadStatus.Done) return RepoGate.Unread(status, repo);
            if (large is { } record)
            {
                response.Reset();
                return Stream(p, repo, pool, request, response, record);
            }

            WriteEnd(last, body);
            return XrpcResult.WrittenJson.Cached(repo.Head, CachePolicy.Revalidate);
        }
    }

    private static ReadStatus WriteRecords(
        in Params p, RepoEntry repo, RepoReader reader, HttpResponse response, out byte[]? last,
        out RecordRow? large)
    {
        last = null;
        large = null;
        var (body, turn) = (response.Body, reader.Turn);
        var rows = new List<RecordRow>(p.Limit);
        turn.Take((long)p.Limit * Turn.RowCost);
        bool isFiltered = reader.Index.IsListingFiltered;
        reader.Index.ListRecords(p.Collection.Bytes, p.Cursor, p.Reverse, p.Limit, rows);
        foreach (var row in rows)
        {
            var location = reader.Index.LocationOf(row.Ordinal);
            if (location.Length > AnswerLimits.RecordBytesMax)
            {
                if (last is null) large = row;
                return ReadStatus.Done;
            }

            // The cursor goes on from here: a page need not be full, but must not be huge.
            int before = response.WrittenBody.Length;
            if (last is not null && before + RecordJson.LengthOf(location) > PageBytesMax)
            {
                return ReadStatus.Done;
            }

            var status = reader.Read(location, out var record, out var cid);
            if (status != ReadStatus.Done) return status;
            if (!isFiltered && !RecordJson.HasForm(record)) continue;
            if (last is not null) body.Write(","u8);
            RecordJson.Write(repo.Did, p.Collection.Bytes, row.Rkey, cid, record, body);
            last = row.Rkey;
            turn.Take(response.WrittenBody.Length - before);
        }

        // An index of the layout before lists what has no JSON form too: until it is built again
        // the cursor leads on from a page of nothing else.
        if (!isFiltered && rows.Count == p.Limit) last ??= rows[^1].Rkey;
        return ReadStatus.Done;
    }

    private static XrpcResult Stream(
        in Params p, RepoEntry repo, RepoPool pool, HttpRequest request, HttpResponse response,
        RecordRow row)
    {
        if (RepoGate.OpenForLong(pool, repo, request, out var lease) is { } failure) return failure;
        var kept = lease;
        try
        {
            var location = lease.Reader.Index.LocationOf(row.Ordinal);
            var status = RecordJson.TryOpenLarge(lease.Reader, location, out var block);
            if (status != ReadStatus.Done) return RepoGate.Unread(status, repo);
            if (block is null)
            {
                // As above, with an index of the layout before.
                response.Body.Write(Start);
                WriteEnd(row.Rkey, response.Body);
                return XrpcResult.WrittenJson.Cached(repo.Head, CachePolicy.Revalidate);
            }

            var before = new ArrayBufferWriter<byte>();
            before.Write(Start);
            RecordJson.WriteStart(repo.Did, p.Collection.Bytes, row.Rkey, block.Cid, before);
            var after = new ArrayBufferWriter<byte>();
            after.Write("}"u8);
            WriteEnd(row.Rkey, after);
            var body = new RecordBody(
                lease, block, before.WrittenSpan.ToArray(), after.WrittenSpan.ToArray());
            kept = default;
            return XrpcResult.StreamedJson(body).Cached(repo.Head, CachePolicy.Revalidate);
        }
        finally
        {
            kept.Dispose();
        }
    }

    private static void WriteEnd(byte[]? last, IBufferWriter<byte> body)
    {
        body.Write("]"u8);
        if (last is not null)
        {
            body.Write(",\"cursor\":\""u8);
            body.Write(last);
            body.Write("\""u8);
        }

        body.Write("}"u8);
    }
}
