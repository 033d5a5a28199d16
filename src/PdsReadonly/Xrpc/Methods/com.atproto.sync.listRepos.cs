using System.Buffers.Text;
using System.Text;
using System.Text.Json.Serialization;
using Http.Connections;
using PdsReadonly.Catalog;
using PdsReadonly.Index;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>
/// Every repo hosted here, inactive ones included, in order of first sight, and those of the index
/// of remote repos where one is kept. The cursor is the last one's time in Unix milliseconds, two
/// colons, and its DID.
/// </summary>
[XrpcQuery("com.atproto.sync.listRepos")]
internal static class SyncListRepos
{
    internal readonly ref struct Params
    {
        [XrpcInteger(1, 1000, Default = 500)]
        public int Limit { get; init; }

        public ReadOnlySpan<byte> Cursor { get; init; }
    }

    // The range of dates of the software whose cursor this is.
    private const long TimeMax = 8_640_000_000_000_000;

    // More are told of where others do not wait for it.
    private const int ReposBesideOthersMax = 500;

    internal sealed record Repo(string Did, string Head, string Rev, bool Active, string? Status);

    internal sealed record Output(string? Cursor, IReadOnlyList<Repo> Repos);

    internal static XrpcResult Handle(
        in Params p, RepoCatalog catalog, LightrailDatabase? index, HttpRequest request)
    {
        bool isLong = index is not null || p.Limit > ReposBesideOthersMax;
        if (isLong && !request.MayBlock) return XrpcResult.Postponed;
        if (!TryReadCursor(p.Cursor, out long time, out string did))
        {
            return XrpcError.Invalid("Malformed cursor");
        }

        var page = catalog.ListRepos(time, did, p.Limit)
            .ConvertAll(repo => (repo.FirstSeen, RepoOf(repo)));
        if (index is not null)
        {
            page.AddRange(Remote(index, catalog, time, did, p.Limit));
            page.Sort(static (a, b) => a.FirstSeen != b.FirstSeen
                ? a.FirstSeen.CompareTo(b.FirstSeen)
                : string.CompareOrdinal(a.Item2.Did, b.Item2.Did));
            if (page.Count > p.Limit) page.RemoveRange(p.Limit, page.Count - p.Limit);
        }

        string? cursor = page.Count == 0 ? null : $"{page[^1].FirstSeen}::{page[^1].Item2.Did}";
        var output = new Output(cursor, page.ConvertAll(item => item.Item2));
        return XrpcResult.Json(output, SyncListReposJson.Default.Output).CachedByBody();
    }

    private static Repo RepoOf(RepoEntry repo) => new(
        repo.Did.ToString(),
        repo.Head.ToString(),
        repo.Rev.ToString(),
        repo.Status == HostingStatus.Active,
        repo.Status.Text());

    private static Repo RepoOf(LightrailRepo repo) => new(
        repo.State.Did.ToString(),
        repo.Head.ToString()!,
        repo.HeadRev.ToString()!,
        repo.State.Status == AccountStatus.Active,
        repo.State.Status.Text());

    // Those that are hosted here too are told of as they are here.
    private static List<(long FirstSeen, Repo)> Remote(
        LightrailDatabase index, RepoCatalog catalog, long time, string did, int limit)
    {
        using var reader = index.Readers.Rent();
        var page = new List<(long, Repo)>();
        while (page.Count < limit)
        {
            var repos = reader.ListRepos(time, did, limit - page.Count);
            if (repos.Count == 0) break;
            foreach (var repo in repos)
            {
                (time, did) = (repo.FirstSeen, repo.State.Did.ToString());
                if (catalog.Knows(Encoding.ASCII.GetBytes(did), out _)) continue;
                page.Add((time, RepoOf(repo)));
            }
        }

        return page;
    }

    // A DID may hold two colons in a row itself, so the first ones part the cursor.
    private static bool TryReadCursor(ReadOnlySpan<byte> cursor, out long time, out string did)
    {
        time = long.MinValue;
        did = "";
        if (cursor.IsEmpty) return true;
        int mark = cursor.IndexOf("::"u8);
        if (mark <= 0 || mark + 2 == cursor.Length) return false;
        did = Encoding.UTF8.GetString(cursor[(mark + 2)..]);
        return Utf8Parser.TryParse(cursor[..mark], out time, out int used) && used == mark
            && time is >= -TimeMax and <= TimeMax;
    }
}

[JsonSerializable(typeof(SyncListRepos.Output))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class SyncListReposJson : JsonSerializerContext;
