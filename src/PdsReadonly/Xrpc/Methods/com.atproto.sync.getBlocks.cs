using System.Buffers;
using Atproto.Car;
using Atproto.Multiformats;
using Atproto.Syntax;
using Http.Connections;
using Http.Messages;
using Http.Work;
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
        in Params p, RepoCatalog catalog, RepoPool pool, HttpRequest request,
        HttpResponse response)
    {
        if (RepoGate.Check(catalog, p.Did.Bytes, out var repo) is { } refusal) return refusal;
        if (p.Cids.Count > CidsMax) return XrpcError.Invalid($"Too many cids. Max: {CidsMax}");
        if (RepoGate.Open(pool, repo, request, out var lease) is { } failure) return failure;
        List<AskedBlock> asked;
        long length;
        using (lease)
        {
            request.Turn.Take((long)p.Cids.Count * Turn.RowCost);
            asked = Find(p, lease.Reader);
            if (MissingOf(asked, p) is { } missing) return missing;
            length = CarWriter.Header().Length
                + asked.Sum(block => (long)CarLength.Section(block.Location.Length));
            // HEAD needs the length alone.
            if (length <= AnswerLimits.HeldBytesMax && request.Method is not HttpMethod.Head)
            {
                var status = Write(asked, lease.Reader, response.Body);
                if (status != ReadStatus.Done) return RepoGate.Unread(status, repo);
                if (MissingOf(asked, p) is { } foreign) return foreign;
                return XrpcResult.WrittenCar.Cached(repo.Head, CachePolicy.Revalidate);
            }
        }

        return Stream(asked, length, repo, pool, request);
    }

    // Each once, in the order of the request.
    private static List<AskedBlock> Find(in Params p, RepoReader reader)
    {
        var asked = new List<AskedBlock>(p.Cids.Count);
        var seen = new HashSet<Cid>();
        int index = 0;
        foreach (var text in p.Cids)
        {
            bool isOurs = Cid.TryParse(text.Bytes, out var cid);
            if (!isOurs || seen.Add(cid))
            {
                var location = default(BlockLocation);
                bool isHere = isOurs && reader.Index.TryFind(cid, out location);
                asked.Add(new AskedBlock(index, cid, location) { IsHere = isHere });
            }

            index++;
        }

        return asked;
    }

    private static XrpcError? MissingOf(List<AskedBlock> asked, in Params p)
    {
        if (asked.TrueForAll(static block => block.IsHere)) return null;
        var missing = asked.Where(static block => !block.IsHere).Select(static block => block.Index)
            .ToHashSet();
        var names = new List<string>();
        int index = 0;
        foreach (var text in p.Cids)
        {
            if (missing.Contains(index++)) names.Add(text.ToString());
        }

        string list = string.Join(',', names.Distinct(StringComparer.Ordinal));
        return new XrpcError(400, "BlockNotFound", $"Could not find cids: {list}");
    }

    // The index knows half of each digest; whether it is this block, its bytes tell.
    private static ReadStatus Write(
        List<AskedBlock> asked, RepoReader reader, IBufferWriter<byte> body)
    {
        body.Write(CarWriter.Header());
        foreach (var block in asked)
        {
            var status = reader.Read(block.Location, out var bytes, out var found);
            if (status != ReadStatus.Done) return status;
            block.IsHere = found == block.Cid;
            CarWriter.WriteSection(body, found, bytes);
        }

        return ReadStatus.Done;
    }

    // A block whose CID differs from the one asked for in what the index does not know breaks the
    // transfer: to find that out before would be to read all of them twice.
    private static XrpcResult Stream(
        List<AskedBlock> asked, long length, RepoEntry repo, RepoPool pool, HttpRequest request)
    {
        if (RepoGate.OpenForLong(pool, repo, request, out var lease) is { } failure) return failure;
        var body = new BlocksBody(lease, asked.ConvertAll(static block => block.Cid));
        return XrpcResult.Car(body, length).Cached(repo.Head, CachePolicy.Revalidate);
    }

    private sealed record AskedBlock(int Index, Cid Cid, BlockLocation Location)
    {
        internal bool IsHere { get; set; }
    }
}
