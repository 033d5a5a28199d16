using System.Buffers;
using Atproto.Car;
using Atproto.Syntax;
using Http.Connections;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>
/// The proof that a record is in a repo, or is not: the commit, the nodes on the way to its key,
/// and the record if there is one. Absence is an answer, not an error.
/// </summary>
[XrpcQuery("com.atproto.sync.getRecord")]
internal static class SyncGetRecord
{
    internal readonly ref struct Params
    {
        public required Utf8<Did> Did { get; init; }

        public required Utf8<Nsid> Collection { get; init; }

        public required Utf8<RecordKey> Rkey { get; init; }
    }

    internal static XrpcResult Handle(
        in Params p, RepoCatalog catalog, RepoPool pool, TimeProvider time, HttpRequest request,
        HttpResponse response)
    {
        if (RepoGate.Check(catalog, p.Did.Bytes, out var repo) is { } refusal) return refusal;
        if (RepoGate.Open(pool, repo, request, out var lease) is { } failure) return failure;
        using (lease)
        {
            Span<byte> key = stackalloc byte[p.Collection.Bytes.Length + 1 + p.Rkey.Bytes.Length];
            p.Collection.Bytes.CopyTo(key);
            key[p.Collection.Bytes.Length] = (byte)'/';
            p.Rkey.Bytes.CopyTo(key[(p.Collection.Bytes.Length + 1)..]);

            response.Body.Write(CarWriter.Header(repo.Head));
            // Threads that may block are many and short-lived: they keep nothing.
            var proof = new ProofWriter(
                lease.Reader, response.Body, request.MayBlock ? null : HotCache.OfThisThread(time));
            var status = proof.Write(key);
            if (status == ReadStatus.Done)
            {
                return XrpcResult.WrittenCar.Cached(repo.Head, CachePolicy.Revalidate);
            }

            if (!proof.IsTooLarge) return RepoGate.Unread(status, repo);
            response.Reset();
            return Stream(repo, pool, request, key);
        }
    }

    private static XrpcResult Stream(
        RepoEntry repo, RepoPool pool, HttpRequest request, ReadOnlySpan<byte> key)
    {
        if (RepoGate.OpenForLong(pool, repo, request, out var lease) is { } failure) return failure;
        return XrpcResult.Car(new ProofBody(lease, key), length: null)
            .Cached(repo.Head, CachePolicy.Revalidate);
    }
}
