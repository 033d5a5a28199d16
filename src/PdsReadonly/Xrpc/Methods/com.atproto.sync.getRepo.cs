using System.Text;
using Atproto.Car;
using Atproto.Syntax;
using Http.Connections;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>
/// The whole repo as a CAR: the commit, then node before entries, every block once
/// (https://atproto.com/specs/repository#car-file-serialization).
/// </summary>
[XrpcQuery("com.atproto.sync.getRepo")]
internal static class SyncGetRepo
{
    // With rev and ending still a name that every file system takes.
    private const int NameCharactersMax = 200;

    internal readonly ref struct Params
    {
        public required Utf8<Did> Did { get; init; }

        public Utf8<Tid> Since { get; init; }
    }

    internal static XrpcResult Handle(
        in Params p, RepoCatalog catalog, RepoPool pool, HttpRequest request,
        HttpResponse response)
    {
        if (RepoGate.Check(catalog, p.Did.Bytes, out var repo) is { } refusal) return refusal;
        // A CAR has no history by block: nothing is newer than the head, and before it all may be.
        bool nothingNewer = !p.Since.Bytes.IsEmpty && Tid.From(p.Since) >= repo.Rev;
        var export = Export(repo, pool, request, nothingNewer);
        response.AddHeader("Content-Disposition"u8, Disposition(repo));
        return export;
    }

    /// <summary>The name that a client may keep it under: HANDLE-or-DID.REV.car.</summary>
    internal static byte[] Disposition(RepoEntry repo)
    {
        // A handle is letters, digits, dots and hyphens; a DID is spelled as names of files are.
        string name = repo.Handle?.ToString() ?? repo.Did.ToString();
        var safe = name.Take(NameCharactersMax)
            .Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_');
        return Encoding.ASCII.GetBytes(
            $"attachment; filename=\"{string.Concat(safe)}.{repo.Rev}.car\"");
    }

    /// <summary>The whole export, or its header alone.</summary>
    internal static XrpcResult Export(
        RepoEntry repo, RepoPool pool, HttpRequest request, bool headerOnly)
    {
        if (RepoGate.OpenForLong(pool, repo, request, out var lease) is { } failure) return failure;
        byte[] header = CarWriter.Header(repo.Head);
        var index = lease.Reader.Index;
        uint count = headerOnly ? 0 : index.BlockCount;
        long length = headerOnly ? header.Length : index.ExportBytes;
        var body = new CarBody(lease, header, count, index.LocationOf);
        return XrpcResult.Car(body, length).Cached(repo.Head, CachePolicy.Revalidate);
    }
}
