using System.Buffers.Text;
using System.Text;
using System.Text.Json.Serialization;
using PdsReadonly.Catalog;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>
/// Every repo hosted here, inactive ones included, in order of first sight. The cursor is the last
/// one's time in Unix milliseconds, two colons, and its DID.
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

    internal sealed record Repo(string Did, string Head, string Rev, bool Active, string? Status);

    internal sealed record Output(string? Cursor, IReadOnlyList<Repo> Repos);

    internal static XrpcResult Handle(in Params p, RepoCatalog catalog)
    {
        if (!TryReadCursor(p.Cursor, out long time, out string did))
        {
            return XrpcError.Invalid("Malformed cursor");
        }

        var page = catalog.ListRepos(time, did, p.Limit);
        var repos = page.ConvertAll(repo => new Repo(
            repo.Did.ToString(),
            repo.Head.ToString(),
            repo.Rev.ToString(),
            repo.Status == HostingStatus.Active,
            repo.Status.Text()));
        string? cursor = page.Count == 0 ? null : $"{page[^1].FirstSeen}::{page[^1].Did}";
        return XrpcResult.Json(new Output(cursor, repos), SyncListReposJson.Default.Output)
            .CachedByBody();
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
