using System.Buffers;
using System.Text;
using Atproto.Syntax;
using Http.Connections;
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
        using (lease) collections = lease.Reader.Index.ListCollections();

        var claimed = catalog.HandleOf(repo);
        string handle = claimed?.ToString() ?? "handle.invalid";
        var body = response.Body;
        Encoding.ASCII.GetBytes(
            $$"""{"handle":"{{handle}}","did":"{{repo.Did}}","didDoc":""", body);
        byte[]? document = repo.HasDocument ? catalog.DocumentOf(repo.Did) : null;
        body.Write(document ?? LeastDocument(repo, claimed));
        string list = string.Join(',', collections.Select(collection => $"\"{collection}\""));
        string correct = claimed is null ? "false" : "true";
        Encoding.ASCII.GetBytes(
            $$""","collections":[{{list}}],"handleIsCorrect":{{correct}}}""", body);

        // The head says nothing of the document and the handle, so the body itself is the tag.
        return XrpcResult.WrittenJson.CachedByBody();
    }

    private static byte[] LeastDocument(RepoEntry repo, Handle? handle)
    {
        const string Context = "\"@context\":[\"https://www.w3.org/ns/did/v1\"]";
        string alias = handle is null ? "" : $"\"at://{handle}\"";
        return Encoding.ASCII.GetBytes(
            $$"""{{{Context}},"id":"{{repo.Did}}","alsoKnownAs":[{{alias}}]}""");
    }
}
