using System.Buffers;
using System.Globalization;
using System.Text.Json.Nodes;
using Atproto.Cbor;

namespace Conformance.Tests;

/// <summary>JSON to compare with: a block's own, and DAG-JSON in atproto's form.</summary>
internal static class JsonForms
{
    /// <summary>What the product prints for a block.</summary>
    internal static JsonNode? Of(ReadOnlySpan<byte> block)
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.Equal(CborError.None, CborJson.TryWrite(block, output));
        return JsonNode.Parse(output.WrittenSpan);
    }

    /// <summary>
    /// DAG-JSON spells a link {"/": cid} and bytes {"/": {"bytes": base64}}; the rest is the same.
    /// </summary>
    internal static JsonNode? FromDagJson(JsonNode? node)
    {
        switch (node)
        {
            case JsonArray items:
                return new JsonArray([.. items.Select(FromDagJson)]);
            case JsonObject { Count: 1 } map when map["/"] is JsonValue link:
                return new JsonObject { ["$link"] = link.DeepClone() };
            case JsonObject { Count: 1 } map when map["/"] is JsonObject inner
                && inner["bytes"] is JsonValue bytes:
                return new JsonObject { ["$bytes"] = bytes.DeepClone() };
            case JsonObject map:
                return new JsonObject(
                    map.Select(p => KeyValuePair.Create(p.Key, FromDagJson(p.Value))));
            default:
                return node?.DeepClone();
        }
    }

    /// <summary>Integers are compared digit by digit, other numbers by value.</summary>
    internal static bool AreEqual(JsonNode? left, JsonNode? right)
    {
        if (left is JsonArray lefts && right is JsonArray rights)
        {
            return lefts.Count == rights.Count
                && lefts.Zip(rights).All(p => AreEqual(p.First, p.Second));
        }

        if (left is JsonObject leftMap && right is JsonObject rightMap)
        {
            return leftMap.Count == rightMap.Count && leftMap.All(p =>
                rightMap.TryGetPropertyValue(p.Key, out var other) && AreEqual(p.Value, other));
        }

        if (left is not JsonValue || right is not JsonValue) return left is null && right is null;
        string leftText = left.ToJsonString();
        string rightText = right.ToJsonString();
        if (leftText == rightText) return true;
        return (leftText + rightText).AsSpan().IndexOfAny("\"ntf") < 0
            && (leftText + rightText).AsSpan().IndexOfAny(".eE") >= 0
            && double.Parse(leftText, CultureInfo.InvariantCulture)
                == double.Parse(rightText, CultureInfo.InvariantCulture);
    }
}
