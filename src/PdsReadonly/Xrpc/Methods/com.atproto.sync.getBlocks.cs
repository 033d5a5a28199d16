using Atproto.Car;
using Atproto.Multiformats;
using Atproto.Syntax;
using Http.Connections;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Index;
using PdsReadonly.Xrpc.Parameters;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>
/// Blocks of the current tree by CID, as a CAR without roots, each once, in the order asked for. If
/// one is missing nothing is sent.
/// </summary>
[XrpcQuery("com.atproto.sync.getBlocks")]
internal static class SyncGetBlocks
{
    /// <summary>More than a URL has room for: a bound on the work of one request.</summary>
    private const int CidsMax = 500;

    internal readonly ref struct Params
    {
        public required Utf8<Did> Did { get; init; }

        public required Utf8List<Cid> Cids { get; init; }
    }

    internal static XrpcResult Handle(
        in Params p, RepoCatalog catalog, RepoPool pool, HttpRequest request)
    {
        if (RepoGate.Check(catalog, p.Did.Bytes, out var repo) is { } refusal) return refusal;
        if (p.Cids.Count > CidsMax) return XrpcError.Invalid($"Too many cids. Max: {CidsMax}");
        if (RepoGate.OpenForLong(pool, repo, request, out var lease) is { } failure) return failure;

        // Given on to the body when there is one; on every other way out it is ours to give back.
        var kept = lease;
        try
        {
            var refused = Find(p, lease.Reader, out var found, out long length);
            if (refused is { } result) return result;
            byte[] header = CarWriter.Header();
            var body = new CarBody(lease, header, (uint)found.Count, i => found[(int)i]);
            kept = default;
            return XrpcResult.Car(body, header.Length + length)
                .Cached(repo.Head, CachePolicy.Revalidate);
        }
        finally
        {
            kept.Dispose();
        }
    }

    private static XrpcResult? Find(
        in Params p, RepoReader reader, out List<BlockLocation> found, out long length)
    {
        found = new List<BlockLocation>(p.Cids.Count);
        length = 0;
        var seen = new HashSet<Cid>();
        List<string>? missing = null;
        foreach (var text in p.Cids)
        {
            // The index knows half of each digest; whether it is this block, its bytes tell.
            bool here = Cid.TryParse(text.Bytes, out var cid)
                & reader.Index.TryFind(cid, out var location);
            if (here)
            {
                var status = reader.Read(location, out _, out var actual);
                if (status != ReadStatus.Done) return RepoGate.Unread(status, reader.Entry);
                here = actual == cid;
            }

            if (!here)
            {
                (missing ??= []).Add(text.ToString());
            }
            else if (seen.Add(cid))
            {
                found.Add(location);
                length += CarLength.Section(location.Length);
            }
        }

        if (missing is null) return null;
        string list = string.Join(',', missing.Distinct(StringComparer.Ordinal));
        return new XrpcError(400, "BlockNotFound", $"Could not find cids: {list}");
    }
}
