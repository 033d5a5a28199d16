using System.Buffers;
using Atproto.Multiformats;
using Atproto.Syntax;
using Http.Connections;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>
/// The proof of which collections a repo holds, a page of them at a time: the commit, then the
/// nodes on the ways to every boundary between two. No one's method yet but ours: the README has
/// its lexicon.
/// </summary>
[XrpcQuery("com.atproto.sync.getRepoCollections")]
internal static class SyncGetRepoCollections
{
    internal readonly ref struct Params
    {
        public required Utf8<Did> Did { get; init; }

        public Utf8<Nsid> After { get; init; }

        [XrpcInteger(1, 10_000, Default = 1000)]
        public int Limit { get; init; }

        public Utf8<Cid> Commit { get; init; }
    }

    // Of an answer that is made before it is sent, and so has a length: twice what a repo of a
    // million records and twenty collections takes. Larger ones are made while they are sent.
    private const int HeldBytesMax = 256 << 10;

    // A body source is never given less room.
    private const int PieceBytes = 64 << 10;

    internal static XrpcResult Handle(
        in Params p, RepoCatalog catalog, RepoPool pool, HttpRequest request,
        HttpResponse response)
    {
        if (RepoGate.Check(catalog, p.Did.Bytes, out var repo) is { } refusal) return refusal;
        bool isOfHead = p.Commit.Bytes.IsEmpty
            || (Cid.TryParse(p.Commit.Bytes, out var commit) && commit == repo.Head);
        if (!isOfHead) return XrpcError.CommitChanged(repo.Head);

        if (RepoGate.Open(pool, repo, request, out var lease) is { } failure) return failure;
        using (var held = new CollectionsBody(lease, p.After.Bytes, p.Limit))
        {
            switch (Hold(held, request.MayBlock, response.Body))
            {
                case BodyStatus.End:
                    return XrpcResult.WrittenCar.Cached(repo.Head, CachePolicy.Revalidate);
                case BodyStatus.Blocked: return RepoGate.Unread(ReadStatus.Blocked, repo);
                case BodyStatus.Failed: return RepoGate.Unread(ReadStatus.Changed, repo);
            }
        }

        response.Reset();
        var refused = RepoGate.OpenForLong(pool, repo, request, out lease);
        if (refused is { } result) return result;
        return XrpcResult.Car(new CollectionsBody(lease, p.After.Bytes, p.Limit), length: null)
            .Cached(repo.Head, CachePolicy.Revalidate);
    }

    private static BodyStatus Hold(
        CollectionsBody source, bool mayBlock, IBufferWriter<byte> body)
    {
        var status = BodyStatus.More;
        for (int held = 0; status == BodyStatus.More && held < HeldBytesMax;)
        {
            status = source.Read(body.GetSpan(PieceBytes)[..PieceBytes], mayBlock, out int written);
            body.Advance(written);
            held += written;
        }

        return status;
    }
}
