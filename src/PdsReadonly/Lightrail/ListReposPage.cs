using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Atproto.Multiformats;
using Atproto.Syntax;
using PdsReadonly.Index;

namespace PdsReadonly.Lightrail;

/// <summary>A page of another host's com.atproto.sync.listRepos.</summary>
/// <param name="Repos">Those that can be understood.</param>
/// <param name="Cursor">Where the next page begins; null at the end.</param>
internal sealed record ListReposPage(IReadOnlyList<ListedRepo> Repos, string? Cursor)
{
    /// <summary>A cursor beyond that is not sent back.</summary>
    internal const int CursorCharsMax = 1024;

    /// <summary>Null when it is no such page.</summary>
    internal static ListReposPage? Read(ReadOnlySpan<byte> json)
    {
        ListReposOutput? output;
        try
        {
            output = JsonSerializer.Deserialize(json, ListReposJson.Default.ListReposOutput);
        }
        catch (JsonException)
        {
            return null;
        }

        if (output?.Repos is null || output.Cursor?.Length > CursorCharsMax) return null;
        var repos = new List<ListedRepo>(output.Repos.Count);
        foreach (var each in output.Repos)
        {
            if (Read(each) is { } repo) repos.Add(repo);
        }

        return new ListReposPage(repos, string.IsNullOrEmpty(output.Cursor) ? null : output.Cursor);
    }

    private static ListedRepo? Read(ListedRepoOutput? repo)
    {
        if (repo is null || !Did.TryParse(repo.Did, out var did)) return null;
        if (!Tid.TryParse(repo.Rev, out var rev)) return null;
        if (!Cid.TryParse(Encoding.UTF8.GetBytes(repo.Head ?? ""), out var head)) return null;
        // Hosts of before the field have active repos alone.
        var status = AccountStatusText.Of(repo.Active ?? true, repo.Status);
        return new ListedRepo(did, rev, head, status);
    }
}

internal sealed record ListedRepoOutput(
    string? Did, string? Head, string? Rev, bool? Active, string? Status);

internal sealed record ListReposOutput(string? Cursor, List<ListedRepoOutput?>? Repos);

[JsonSerializable(typeof(ListReposOutput))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class ListReposJson : JsonSerializerContext;
