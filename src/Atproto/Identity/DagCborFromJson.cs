using System.Buffers;
using System.Text;
using System.Text.Json;
using Atproto.Cbor;

namespace Atproto.Identity;

/// <summary>
/// Writes plain JSON as DAG-CBOR, as PLC operations are hashed and signed
/// (https://web.plc.directory/spec/v0.1/did-plc): text stays text, also where it spells a CID. The
/// JSON's depth was limited by whoever parsed it.
/// </summary>
internal static class DagCborFromJson
{
    /// <summary>
    /// False for numbers that are not 64-bit integers, and for keys that repeat. Of the outermost
    /// object <paramref name="omittedKey"/> is left out.
    /// </summary>
    internal static bool TryWrite(
        JsonElement element, IBufferWriter<byte> output, string? omittedKey = null)
    {
        var writer = new CborWriter(output);
        switch (element.ValueKind)
        {
            case JsonValueKind.Null:
                writer.WriteNull();
                return true;
            case JsonValueKind.True or JsonValueKind.False:
                writer.WriteBoolean(element.GetBoolean());
                return true;
            case JsonValueKind.Number:
                if (!element.TryGetInt64(out long number)) return false;
                writer.WriteInteger(number);
                return true;
            case JsonValueKind.String:
                writer.WriteText(Encoding.UTF8.GetBytes(element.GetString()!));
                return true;
            case JsonValueKind.Array:
                writer.WriteArray(element.GetArrayLength());
                foreach (var item in element.EnumerateArray())
                {
                    if (!TryWrite(item, output)) return false;
                }

                return true;
            default:
                return TryWriteMap(element, output, omittedKey);
        }
    }

    private static bool TryWriteMap(
        JsonElement element, IBufferWriter<byte> output, string? omittedKey)
    {
        var pairs = element.EnumerateObject()
            .Where(pair => pair.Name != omittedKey)
            .Select(static pair => (Key: Encoding.UTF8.GetBytes(pair.Name), pair.Value))
            .ToArray();
        Array.Sort(pairs, static (left, right) => Compare(left.Key, right.Key));

        var writer = new CborWriter(output);
        writer.WriteMap(pairs.Length);
        for (int i = 0; i < pairs.Length; i++)
        {
            if (i > 0 && Compare(pairs[i - 1].Key, pairs[i].Key) == 0) return false;
            writer.WriteText(pairs[i].Key);
            if (!TryWrite(pairs[i].Value, output)) return false;
        }

        return true;
    }

    /// <summary>Shorter keys first, then by bytes.</summary>
    private static int Compare(byte[] left, byte[] right) =>
        left.Length != right.Length
            ? left.Length.CompareTo(right.Length)
            : left.AsSpan().SequenceCompareTo(right);
}
