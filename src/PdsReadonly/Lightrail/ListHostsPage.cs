using System.Text.Json;
using System.Text.Json.Serialization;

namespace PdsReadonly.Lightrail;

/// <summary>A page of a relay's com.atproto.sync.listHosts.</summary>
/// <param name="Hosts">Names, some with a port.</param>
/// <param name="Cursor">Where the next page begins; null at the end.</param>
internal sealed record ListHostsPage(IReadOnlyList<string> Hosts, string? Cursor)
{
    /// <summary>Null when it is no such page.</summary>
    internal static ListHostsPage? Read(ReadOnlySpan<byte> json)
    {
        ListHostsOutput? output;
        try
        {
            output = JsonSerializer.Deserialize(json, ListHostsJson.Default.ListHostsOutput);
        }
        catch (JsonException)
        {
            return null;
        }

        if (output?.Hosts is null || output.Cursor?.Length > ListReposPage.CursorCharsMax)
        {
            return null;
        }

        var names = output.Hosts
            .Where(host => host?.Hostname is { Length: > 0 } && host.Status is not "banned")
            .Select(host => host!.Hostname!)
            .ToList();
        return new ListHostsPage(names, string.IsNullOrEmpty(output.Cursor) ? null : output.Cursor);
    }
}

internal sealed record ListedHostOutput(string? Hostname, string? Status);

internal sealed record ListHostsOutput(string? Cursor, List<ListedHostOutput?>? Hosts);

[JsonSerializable(typeof(ListHostsOutput))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class ListHostsJson : JsonSerializerContext;
