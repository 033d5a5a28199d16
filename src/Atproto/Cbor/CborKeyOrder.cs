using System.Buffers;

namespace Atproto.Cbor;

/// <summary>The order of map keys in DAG-CBOR: shorter first, then bytewise.</summary>
public static class CborKeyOrder
{
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        left.Length != right.Length ? left.Length - right.Length : left.SequenceCompareTo(right);

    /// <summary>
    /// Whether one key occurs twice among <paramref name="pairCount"/> well-formed pairs. Only maps
    /// whose keys are out of order need this: in ordered ones equal keys are neighbours.
    /// </summary>
    internal static bool HasDuplicates(ReadOnlySpan<byte> pairs, int pairCount)
    {
        // The keys alone are copied: what lies below them may be as large as a block, and is looked
        // at once for every level of nesting.
        var content = new ArrayBufferWriter<byte>();
        var keys = new (int Start, int Length)[pairCount];
        var reader = new CborReader(pairs);
        for (int i = 0; i < pairCount; i++)
        {
            reader.ReadText(out var key);
            keys[i] = (content.WrittenCount, key.Length);
            content.Write(key);
            reader.Skip();
        }

        var copied = content.WrittenMemory;
        Array.Sort(keys, (a, b) => Compare(Key(copied, a), Key(copied, b)));
        for (int i = 1; i < pairCount; i++)
        {
            if (Key(copied, keys[i - 1]).SequenceEqual(Key(copied, keys[i]))) return true;
        }

        return false;
    }

    private static ReadOnlySpan<byte> Key(
        ReadOnlyMemory<byte> copied, (int Start, int Length) key) =>
        copied.Span.Slice(key.Start, key.Length);
}
