using System.Text.Json;

namespace Atproto.Identity;

/// <summary>
/// Reads members of JSON objects that may be absent or of another type: then there is none.
/// </summary>
internal static class JsonText
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xef, 0xbb, 0xbf];

    /// <summary>The file without the mark that some editors put in front of UTF-8.</summary>
    internal static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> json) =>
        json.Span.StartsWith(ByteOrderMark) ? json[ByteOrderMark.Length..] : json;

    internal static string? Find(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String
            ? member.GetString()
            : null;

    internal static IEnumerable<string> Texts(JsonElement parent, string name) =>
        Items(parent, name, JsonValueKind.String).Select(static item => item.GetString()!);

    internal static IEnumerable<JsonElement> Objects(JsonElement parent, string name) =>
        Items(parent, name, JsonValueKind.Object);

    private static IEnumerable<JsonElement> Items(
        JsonElement parent, string name, JsonValueKind kind) =>
        parent.TryGetProperty(name, out var array) && array.ValueKind == JsonValueKind.Array
            ? array.EnumerateArray().Where(item => item.ValueKind == kind)
            : [];
}
