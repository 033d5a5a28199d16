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
        var keys = new (int Start, int Length)[pairCount];
        var reader = new CborReader(pairs);
        for (int i = 0; i < pairCount; i++)
        {
            reader.ReadText(out var key);
            keys[i] = (reader.Offset - key.Length, key.Length);
            reader.Skip();
        }

        byte[] content = pairs.ToArray();
        Array.Sort(keys, (a, b) => Compare(
            content.AsSpan(a.Start, a.Length), content.AsSpan(b.Start, b.Length)));
        for (int i = 1; i < pairCount; i++)
        {
            var (start, length) = keys[i];
            var (beforeStart, beforeLength) = keys[i - 1];
            if (pairs.Slice(start, length).SequenceEqual(pairs.Slice(beforeStart, beforeLength)))
            {
                return true;
            }
        }

        return false;
    }
}
