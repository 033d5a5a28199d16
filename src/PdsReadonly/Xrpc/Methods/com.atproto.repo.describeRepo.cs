using System.Buffers;
using System.Text;
using Atproto.Multiformats;
using Atproto.Syntax;
using Http.Connections;
using Http.Work;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>
/// What a repo is and holds. The document is the stored one, or the least one that can be said.
/// </summary>
[XrpcQuery("com.atproto.repo.describeRepo")]
internal static class RepoDescribeRepo
{
    internal readonly ref struct Params
    {
        public required Utf8<AtIdentifier> Repo { get; init; }
    }

    internal static XrpcResult Handle(
        in Params p, RepoCatalog catalog, RepoPool pool, HttpRequest request,
        HttpResponse response)
    {
        if (RepoGate.Check(catalog, p.Repo.Bytes, out var repo) is { } refusal) return refusal;
        // A stored document comes out of the database.
        if (repo.HasDocument && !request.MayBlock) return XrpcResult.Postponed;
        if (RepoGate.Open(pool, repo, request, out var lease) is { } failure) return failure;
        List<string> collections;
        request.Turn.Take(CollectionListBody.PageMax * Turn.RowCost);
        using (lease)
        {
            collections = lease.Reader.Index.ListCollections("", CollectionListBody.PageMax);
        }

        var claimed = catalog.HandleOf(repo);
        string handle = claimed?.ToString() ?? "handle.invalid";
        string correct = claimed is null ? "false" : "true";
        byte[] document = (repo.HasDocument ? catalog.DocumentOf(repo.Did) : null)
            ?? LeastDocument(repo, claimed);
        var start = new ArrayBufferWriter<byte>();
        Encoding.ASCII.GetBytes(
            $$"""{"handle":"{{handle}}","did":"{{repo.Did}}","didDoc":""", start);
        start.Write(document);
        start.Write(",\"collections\":["u8);
        byte[] end = Encoding.ASCII.GetBytes($$"""],"handleIsCorrect":{{correct}}}""");
        var tag = TagOf(repo, start.WrittenSpan);
        if (collections.Count < CollectionListBody.PageMax)
        {
            response.Body.Write(start.WrittenSpan);
            string list = string.Join(',', collections.Select(nsid => $"\"{nsid}\""));
            Encoding.ASCII.GetBytes(list, response.Body);
            response.Body.Write(end);
            return XrpcResult.WrittenJson.Cached(tag, CachePolicy.Revalidate);
        }

        if (RepoGate.OpenForLong(pool, repo, request, out lease) is { } refused) return refused;
        var body = new CollectionListBody(lease, start.WrittenSpan.ToArray(), end);
        return XrpcResult.StreamedJson(body).Cached(tag, CachePolicy.Revalidate);
    }

    // The head names the collections, and nothing of the document and the handle.
    private static Cid TagOf(RepoEntry repo, ReadOnlySpan<byte> start)
    {
        byte[] content = new byte[Cid.Bytes + start.Length];
        repo.Head.CopyTo(content);
        start.CopyTo(content.AsSpan(Cid.Bytes));
        return Cid.Of(CidCodec.Raw, content);
    }

    private static byte[] LeastDocument(RepoEntry repo, Handle? handle)
    {
        const string Context = "\"@context\":[\"https://www.w3.org/ns/did/v1\"]";
        string alias = handle is null ? "" : $"\"at://{handle}\"";
        return Encoding.ASCII.GetBytes(
            $$"""{{{Context}},"id":"{{repo.Did}}","alsoKnownAs":[{{alias}}]}""");
    }
}
