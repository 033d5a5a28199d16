using System.Buffers;
using Atproto.Multiformats;
using Atproto.Syntax;
using Http.Connections;
using Http.Work;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Index;

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

    // A body source is never given less room.
    private const int PieceBytes = 64 << 10;

    internal static XrpcResult Handle(
        in Params p, RepoCatalog catalog, RepoPool pool, LightrailDatabase? index,
        HttpRequest request, HttpResponse response)
    {
        if (index is not null && !catalog.Knows(p.Did.Bytes, out _))
        {
            return Kept(p, index, request, response);
        }

        if (RepoGate.Check(catalog, p.Did.Bytes, out var repo) is { } refusal) return refusal;
        bool isOfHead = p.Commit.Bytes.IsEmpty
            || (Cid.TryParse(p.Commit.Bytes, out var commit) && commit == repo.Head);
        if (!isOfHead) return XrpcError.CommitChanged(repo.Head);

        if (RepoGate.Open(pool, repo, request, out var lease) is { } failure) return failure;
        using (var held = new CollectionsBody(lease, p.After.Bytes, p.Limit))
        {
            // Twice what a repo of a million records and twenty collections takes is held, and so
            // has a length.
            switch (Hold(held, request.Turn, response.Body))
            {
                case BodyStatus.End:
                    return XrpcResult.WrittenCar.Cached(repo.Head, CachePolicy.Revalidate);
                case BodyStatus.Blocked when !request.MayBlock: return XrpcResult.Postponed;
                case BodyStatus.Failed: return RepoGate.Unread(ReadStatus.Changed, repo);
            }
        }

        response.Reset();
        var refused = RepoGate.OpenForLong(pool, repo, request, out lease);
        if (refused is { } result) return result;
        return XrpcResult.Car(new CollectionsBody(lease, p.After.Bytes, p.Limit), length: null)
            .Cached(repo.Head, CachePolicy.Revalidate);
    }

    // The proof of a remote repo, whole whatever the page: more nodes do no harm.
    private static XrpcResult Kept(
        in Params p, LightrailDatabase index, HttpRequest request, HttpResponse response)
    {
        if (!request.MayBlock) return XrpcResult.Postponed;
        using var reader = index.Readers.Rent();
        var repo = reader.Find(p.Did.Bytes);
        switch (repo?.State.Status)
        {
            case AccountStatus.Active: break;
            case AccountStatus.Takendown: return XrpcError.RepoTakendown(p.Did.Bytes);
            case AccountStatus.Suspended: return XrpcError.RepoSuspended(p.Did.Bytes);
            case AccountStatus.Deactivated: return XrpcError.RepoDeactivated(p.Did.Bytes);
            default: return XrpcError.RepoNotFound(p.Did.Bytes);
        }

        if (reader.FindProof(repo.FirstSeen) is not { } proof)
        {
            return XrpcError.RepoNotFound(p.Did.Bytes);
        }

        bool isOfCommit = p.Commit.Bytes.IsEmpty
            || (Cid.TryParse(p.Commit.Bytes, out var commit) && commit == proof.Commit);
        if (!isOfCommit) return XrpcError.CommitChanged(proof.Commit);
        response.Body.Write(proof.Car);
        return XrpcResult.WrittenCar.Cached(proof.Commit, CachePolicy.Revalidate);
    }

    private static BodyStatus Hold(
        CollectionsBody source, Turn turn, IBufferWriter<byte> body)
    {
        var status = BodyStatus.More;
        for (int held = 0; status == BodyStatus.More && held < AnswerLimits.HeldBytesMax;)
        {
            status = source.Read(body.GetSpan(PieceBytes)[..PieceBytes], turn, out int written);
            body.Advance(written);
            held += written;
        }

        return status;
    }
}
