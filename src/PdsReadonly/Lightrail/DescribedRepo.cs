using System.Text.Json;
using Atproto.Syntax;

namespace PdsReadonly.Lightrail;

/// <summary>com.atproto.repo.describeRepo's list of collections: a claim.</summary>
internal static class DescribedRepo
{
    private const int CollectionsMax = 100_000;

    /// <summary>
    /// The collections claimed, in order and each once; null when the body makes no claim about
    /// this repo.
    /// </summary>
    internal static IReadOnlyList<string>? Read(ReadOnlyMemory<byte> body, Did did)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            bool isClaim = root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("did", out var about)
                && about.ValueKind == JsonValueKind.String
                && about.ValueEquals(did.ToString())
                && root.TryGetProperty("collections", out var list)
                && list.ValueKind == JsonValueKind.Array
                && list.GetArrayLength() <= CollectionsMax;
            if (!isClaim) return null;
            var claimed = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var item in root.GetProperty("collections").EnumerateArray())
            {
                bool isNsid = item.ValueKind == JsonValueKind.String
                    && Nsid.TryParse(item.GetString()!, out _);
                if (isNsid) claimed.Add(item.GetString()!);
            }

            return [.. claimed];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
