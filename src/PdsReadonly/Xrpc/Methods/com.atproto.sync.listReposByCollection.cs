using System.Buffers;
using System.Text;
using Atproto.Syntax;
using Http.Connections;
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

    // With what stands between two: most are of PLC, 32 bytes long.
    private const int BytesPerDid = 48;

    // No byte of a DID needs an escape.
    private static ReadOnlySpan<byte> Separator => """
        "},{"did":"
        """u8;

    internal static XrpcResult Handle(
        in Params p, RepoCatalog catalog, LightrailDatabase? index, HttpRequest request,
        HttpResponse response)
    {
        if (index is null) return FromCatalog(p, catalog, request, response.Body);
        if (p.Collection.Count > CollectionsMax)
        {
            return XrpcError.Invalid($"Too many collections. Max: {CollectionsMax}");
        }

        // What is merged is read row by row.
        bool isLong = catalog.Count > 0 || p.Collection.Count > 1;
        if (isLong && !request.MayBlock) return XrpcResult.Postponed;
        using var reader = index.Readers.Rent();
        if (isLong)
        {
            WriteMerged(p, catalog, reader, response.Body);
        }
        else
        {
            ReadOnlySpan<byte> collection = default;
            foreach (var item in p.Collection) collection = item.Bytes;
            using var page = reader.ReadPage(collection, p.Cursor, p.Limit, Separator);
            Write(page.Text, page.Last, response.Body);
        }

        return XrpcResult.WrittenJson.CachedByBody();
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
        merge.Add(new DidList(catalog.ListByCollection(collection, after, p.Limit)));
        Write(merge, catalog, p.Limit, body);
        return XrpcResult.WrittenJson.CachedByBody();
    }

    private static void WriteMerged(
        in Params p, RepoCatalog catalog, LightrailReader reader, IBufferWriter<byte> body)
    {
        string after = Encoding.UTF8.GetString(p.Cursor);
        var merge = new DidMerge();
        if (p.Collection.Count == 0)
        {
            merge.Add(reader.OpenCursor(default, p.Cursor, 0));
            merge.Add(new DidList(catalog.ListByDid(after, p.Limit)));
        }

        int index = 0;
        foreach (var collection in p.Collection)
        {
            merge.Add(reader.OpenCursor(collection.Bytes, p.Cursor, index++));
            if (catalog.Count == 0) continue;
            merge.Add(new DidList(
                catalog.ListByCollection(collection.ToString(), after, p.Limit)));
        }

        Write(merge, catalog, p.Limit, body);
    }

    private static void Write(
        DidMerge merge, RepoCatalog catalog, int limit, IBufferWriter<byte> body)
    {
        var text = new ArrayBufferWriter<byte>(limit * BytesPerDid);
        int lastBytes = 0;
        for (int count = 0; count < limit && merge.Read(out var did);)
        {
            // What is hidden here is hidden, whatever other hosts say of it.
            if (catalog.Knows(did, out bool isActive) && !isActive) continue;
            if (count++ > 0) text.Write(Separator);
            text.Write(did);
            lastBytes = did.Length;
        }

        Write(text.WrittenSpan, text.WrittenSpan[^lastBytes..], body);
    }

    private static void Write(
        ReadOnlySpan<byte> dids, ReadOnlySpan<byte> last, IBufferWriter<byte> body)
    {
        if (dids.IsEmpty)
        {
            body.Write("""{"repos":[]}"""u8);
            return;
        }

        body.Write("""
            {"cursor":"
            """u8);
        body.Write(last);
        body.Write("""
            ","repos":[{"did":"
            """u8);
        body.Write(dids);
        body.Write("""
            "}]}
            """u8);
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
