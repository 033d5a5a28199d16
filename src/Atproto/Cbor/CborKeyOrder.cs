namespace Atproto.Cbor;

/// <summary>The order of map keys in DAG-CBOR: shorter first, then bytewise.</summary>
public static class CborKeyOrder
{
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        left.Length != right.Length ? left.Length - right.Length : left.SequenceCompareTo(right);
}
