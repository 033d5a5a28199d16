using System.Buffers;
using Atproto.Car;
using Atproto.Multiformats;
using Atproto.Mst;
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
        in Params p, RepoCatalog catalog, RepoPool pool, HttpResponse response)
    {
        if (RepoGate.Check(catalog, p.Did.Bytes, out var repo) is { } refusal) return refusal;
        if (RepoGate.Open(pool, repo, out var lease) is { } failure) return failure;
        using (lease)
        {
            Span<byte> key = stackalloc byte[p.Collection.Bytes.Length + 1 + p.Rkey.Bytes.Length];
            p.Collection.Bytes.CopyTo(key);
            key[p.Collection.Bytes.Length] = (byte)'/';
            p.Rkey.Bytes.CopyTo(key[(p.Collection.Bytes.Length + 1)..]);

            response.Body.Write(CarWriter.Header(repo.Head));
            return WriteProof(lease.Reader, key, response.Body)
                ? XrpcResult.WrittenCar.Cached(repo.Head, CachePolicy.Revalidate)
                : RepoGate.Changed(repo);
        }
    }

    private static bool WriteProof(
        RepoReader reader, ReadOnlySpan<byte> key, IBufferWriter<byte> body)
    {
        if (!TryWriteBlock(reader, reader.Index.Head, body, out _)) return false;
        var cid = reader.Index.Data;
        for (int layer = 0; layer < MstLimits.LayersMax; layer++)
        {
            if (!TryWriteBlock(reader, cid, body, out var block)) return false;
            if (reader.Node.Read(block) != MstError.None) return false;
            switch (MstSearch.Next(reader.Node, block, key, out cid))
            {
                case MstStep.Descend: continue;
                case MstStep.Found: return TryWriteBlock(reader, cid, body, out _);
                case MstStep.Absent: return true;
                default: return false;
            }
        }

        return false;
    }

    // What the parent names is found by its whole CID, and hashed again.
    private static bool TryWriteBlock(
        RepoReader reader, Cid cid, IBufferWriter<byte> body, out ReadOnlySpan<byte> block)
    {
        if (!reader.TryRead(cid, out block)) return false;
        CarWriter.WriteSection(body, cid, block);
        return true;
    }
}
