using System.Buffers;
using System.Text;
using Atproto.Cbor;
using Atproto.Multiformats;

namespace Samples;

/// <summary>
/// Records out of plain values, in canonical DAG-CBOR. Null, bool, int, long and string mean
/// themselves; a Cid is a link, a byte[] bytes, an object?[] an array, and an array of pairs a map,
/// whose keys may stand in any order.
/// </summary>
public static class SampleRecord
{
    /// <summary>A record that is a map of these pairs.</summary>
    public static byte[] Encode(params (string Key, object? Value)[] pairs)
    {
        var output = new ArrayBufferWriter<byte>();
        Write(new CborWriter(output), pairs);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A map inside a record.</summary>
    public static (string Key, object? Value)[] Map(
        params (string Key, object? Value)[] pairs) => pairs;

    /// <summary>An array inside a record.</summary>
    public static object?[] List(params object?[] items) => items;

    /// <summary>
    /// A blob reference in its current form (https://atproto.com/specs/data-model).
    /// </summary>
    public static (string Key, object? Value)[] Blob(in Cid cid, string mimeType, int size) => Map(
        ("$type", "blob"), ("ref", cid), ("mimeType", mimeType), ("size", size));

    /// <summary>What likes, reposts and replies point with.</summary>
    public static (string Key, object? Value)[] StrongRef(string uri, in Cid cid) =>
        Map(("uri", uri), ("cid", cid.ToString()));

    private static void Write(in CborWriter cbor, object? value)
    {
        switch (value)
        {
            case null:
                cbor.WriteNull();
                break;
            case bool boolean:
                cbor.WriteBoolean(boolean);
                break;
            case int number:
                cbor.WriteInteger(number);
                break;
            case long number:
                cbor.WriteInteger(number);
                break;
            case string text:
                cbor.WriteText(Encoding.UTF8.GetBytes(text));
                break;
            case byte[] bytes:
                cbor.WriteBytes(bytes);
                break;
            case Cid cid:
                cbor.WriteLink(cid);
                break;
            case (string Key, object? Value)[] pairs:
                WriteMap(cbor, pairs);
                break;
            case object?[] items:
                cbor.WriteArray(items.Length);
                foreach (object? item in items) Write(cbor, item);
                break;
            default:
                throw new ArgumentException($"{value.GetType()} is nothing a record holds");
        }
    }

    private static void WriteMap(in CborWriter cbor, (string Key, object? Value)[] pairs)
    {
        cbor.WriteMap(pairs.Length);
        var sorted = pairs.Select(p => (Key: Encoding.UTF8.GetBytes(p.Key), p.Value)).ToArray();
        Array.Sort(sorted, (a, b) => CborKeyOrder.Compare(a.Key, b.Key));
        foreach (var (key, value) in sorted)
        {
            cbor.WriteText(key);
            Write(cbor, value);
        }
    }
}
