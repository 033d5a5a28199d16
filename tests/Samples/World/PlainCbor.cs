using System.Buffers.Binary;
using System.Text;
using Atproto.Multiformats;

namespace Samples.World;

/// <summary>
/// DAG-CBOR written the plain way, and not by the product's writer, so that the two can be held
/// against each other. Null, bool, long, string, byte[], Cid, object?[] and pairs for a map, in any
/// order: https://ipld.io/specs/codecs/dag-cbor/spec/#strictness.
/// </summary>
internal static class PlainCbor
{
    private const int Unsigned = 0;
    private const int Negative = 1;
    private const int Bytes = 2;
    private const int Text = 3;
    private const int Array = 4;
    private const int Map = 5;
    private const int Tag = 6;
    private const ulong LinkTag = 42;

    internal static void Write(Stream output, object? value)
    {
        switch (value)
        {
            case null:
                output.WriteByte(0xf6);
                break;
            case bool flag:
                output.WriteByte(flag ? (byte)0xf5 : (byte)0xf4);
                break;
            case long number:
                if (number < 0) WriteHead(output, Negative, (ulong)(-1 - number));
                else WriteHead(output, Unsigned, (ulong)number);
                break;
            case string text:
                WriteString(output, Text, Encoding.UTF8.GetBytes(text));
                break;
            case byte[] bytes:
                WriteString(output, Bytes, bytes);
                break;
            case Cid cid:
                byte[] link = new byte[1 + Cid.Bytes];
                cid.CopyTo(link.AsSpan(1));
                WriteHead(output, Tag, LinkTag);
                WriteString(output, Bytes, link);
                break;
            case object?[] items:
                WriteHead(output, Array, (ulong)items.Length);
                foreach (object? item in items) Write(output, item);
                break;
            case (string Key, object? Value)[] pairs:
                WriteMap(output, pairs);
                break;
            default:
                throw new ArgumentException($"{value.GetType()} is nothing that is written");
        }
    }

    // The shortest keys first, equally long ones bytewise.
    private static void WriteMap(Stream output, (string Key, object? Value)[] pairs)
    {
        WriteHead(output, Map, (ulong)pairs.Length);
        var sorted = pairs
            .OrderBy(pair => pair.Key.Length)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal);
        foreach (var (key, value) in sorted)
        {
            Write(output, key);
            Write(output, value);
        }
    }

    private static void WriteString(Stream output, int major, byte[] bytes)
    {
        WriteHead(output, major, (ulong)bytes.Length);
        output.Write(bytes);
    }

    private static void WriteHead(Stream output, int major, ulong value)
    {
        Span<byte> head = stackalloc byte[9];
        BinaryPrimitives.WriteUInt64BigEndian(head[1..], value);
        int size = value switch
        {
            < 24 => 0,
            <= byte.MaxValue => 1,
            <= ushort.MaxValue => 2,
            <= uint.MaxValue => 4,
            _ => 8,
        };
        int detail = size switch { 0 => (int)value, 1 => 24, 2 => 25, 4 => 26, _ => 27 };
        output.WriteByte((byte)((major << 5) | detail));
        output.Write(head[(9 - size)..]);
    }
}
