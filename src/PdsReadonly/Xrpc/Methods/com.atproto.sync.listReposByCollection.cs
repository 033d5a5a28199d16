using System.Buffers;
using System.Text;
using Atproto.Syntax;
using Http.Connections;
using Http.Work;
using PdsReadonly.Catalog;
using PdsReadonly.Index;
using PdsReadonly.Xrpc.Parameters;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>
/// The active repos that hold records of a collection, by DID; the cursor is the last DID. Where an
/// index of remote repos is kept, those in it too, for any of several collections, and all active
/// repos where none is named.
/// </summary>
[XrpcQuery("com.atproto.sync.listReposByCollection")]
internal static class SyncListReposByCollection
{
    internal readonly ref struct Params
    {
        public Utf8List<Nsid> Collection { get; init; }

        [XrpcInteger(1, 2000, Default = 500)]
        public int Limit { get; init; }

        public ReadOnlySpan<byte> Cursor { get; init; }
    }

    // Each is one more place in the index to read from at once.
    private const int CollectionsMax = 100;

    // More rows are read where others do not wait for it.
    private const int RowsAtOnceMax = 2000;

    internal static XrpcResult Handle(
        in Params p, RepoCatalog catalog, LightrailDatabase? index, HttpRequest request,
        HttpResponse response)
    {
        if (index is null) return FromCatalog(p, catalog, request, response.Body);
        if (p.Collection.Count > CollectionsMax)
        {
            return XrpcError.Invalid($"Too many collections. Max: {CollectionsMax}");
        }

        bool isLong = catalog.Count > 0 || p.Collection.Count * p.Limit > RowsAtOnceMax;
        if (isLong && !request.MayBlock) return XrpcResult.Postponed;
        using var reader = index.Readers.Rent();
        var merge = Merge(p, catalog, reader, request.Turn);
        return Write(merge, catalog, p.Limit, request.Turn, response.Body);
    }

    // The lexicon has one collection, which is required.
    private static XrpcResult FromCatalog(
        in Params p, RepoCatalog catalog, HttpRequest request, IBufferWriter<byte> body)
    {
        string collection = "";
        foreach (var item in p.Collection)
        {
            if (p.Collection.Count > 1) return Refusal(RepeatedIssue(p.Collection));
            collection = item.ToString();
        }

        if (collection.Length == 0) return Refusal(ParameterIssue.Missing("collection"));
        if (!request.MayBlock) return XrpcResult.Postponed;
        string after = Encoding.UTF8.GetString(p.Cursor);
        var merge = new DidMerge();
        merge.Add(ListOf(catalog, collection, after, request.Turn));
        return Write(merge, catalog, p.Limit, request.Turn, body);
    }

    private static DidMerge Merge(
        in Params p, RepoCatalog catalog, LightrailReader reader, Turn turn)
    {
        string after = Encoding.UTF8.GetString(p.Cursor);
        var merge = new DidMerge();
        if (p.Collection.Count == 0)
        {
            merge.Add(reader.OpenActive(p.Cursor));
            if (catalog.Count > 0) merge.Add(new DidList(after, catalog.ListByDid, turn));
        }

        int index = 0;
        foreach (var collection in p.Collection)
        {
            merge.Add(reader.OpenCollection(collection.Bytes, p.Cursor, index++));
            if (catalog.Count == 0) continue;
            merge.Add(ListOf(catalog, collection.ToString(), after, turn));
        }

        return merge;
    }

    private static DidList ListOf(
        RepoCatalog catalog, string collection, string after, Turn turn) =>
        new(after, (did, limit) => catalog.ListByCollection(collection, did, limit), turn);

    // No byte of a DID needs an escape. A page ends early when the turn is over: the cursor leads
    // on from there.
    private static XrpcResult Write(
        DidMerge merge, RepoCatalog catalog, int limit, Turn turn, IBufferWriter<byte> body)
    {
        Span<byte> last = stackalloc byte[Did.LengthMax];
        int lastBytes = 0;
        body.Write("""{"repos":["""u8);
        for (int count = 0; count < limit && merge.Read(out var did);)
        {
            // What is hidden here is hidden, whatever other hosts say of it.
            if (catalog.Knows(did, out bool isActive) && !isActive) continue;
            body.Write(count++ == 0 ? "{\"did\":\""u8 : ",{\"did\":\""u8);
            body.Write(did);
            body.Write("\"}"u8);
            did.CopyTo(last);
            lastBytes = did.Length;
            turn.Take(merge.Cost);
            if (turn.IsOver) break;
        }

        body.Write("]"u8);
        if (lastBytes > 0)
        {
            body.Write(",\"cursor\":\""u8);
            body.Write(last[..lastBytes]);
            body.Write("\""u8);
        }

        body.Write("}"u8);
        return XrpcResult.WrittenJson.CachedByBody();
    }

    private static XrpcError Refusal(string issue) => XrpcError.Invalid(
        $"Invalid com.atproto.sync.listReposByCollection params: {issue}");

    private static string RepeatedIssue(Utf8List<Nsid> collections)
    {
        var items = collections.GetEnumerator();
        items.MoveNext();
        byte[] first = items.Text.ToArray();
        items.MoveNext();
        return ParameterIssue.RepeatedText(first, items.Text, collections.Count);
    }
}
