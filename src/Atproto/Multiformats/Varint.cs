namespace Atproto.Multiformats;

/// <summary>
/// Unsigned LEB128 in its shortest form (https://github.com/multiformats/unsigned-varint).
/// </summary>
public static class Varint
{
    /// <summary>The specification's own limit: 63 bits.</summary>
    public const int BytesMax = 9;

    /// <summary>
    /// False when the bytes end inside the number, or it is over-long or not shortest.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ulong value, out int consumed) =>
        Read(source, BytesMax, out value, out consumed) == VarintStatus.Done;

    /// <summary>
    /// Reads one number of at most <paramref name="bytesMax"/> bytes. NeedMoreData consumes
    /// nothing.
    /// </summary>
    public static VarintStatus Read(
        ReadOnlySpan<byte> source, int bytesMax, out ulong value, out int consumed)
    {
        value = 0;
        consumed = 0;
        for (int i = 0; i < bytesMax; i++)
        {
            if (i == source.Length) return VarintStatus.NeedMoreData;
            byte b = source[i];
            value |= (ulong)(b & 0x7f) << (7 * i);
            if (b >= 0x80) continue;
            // A last byte of zero adds nothing: the number has a shorter form.
            if (b == 0 && i > 0) return VarintStatus.NotShortest;
            consumed = i + 1;
            return VarintStatus.Done;
        }

        return VarintStatus.TooLong;
    }

    /// <summary>Writes the number and returns how many bytes it took (at most 10).</summary>
    public static int Write(Span<byte> destination, ulong value)
    {
        int at = 0;
        while (value >= 0x80)
        {
            destination[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[at++] = (byte)value;
        return at;
    }

    /// <summary>How many bytes <see cref="Write"/> takes for the number.</summary>
    public static int Length(ulong value)
    {
        int length = 1;
        for (; value >= 0x80; value >>= 7) length++;
        return length;
    }
}

/// <summary>What <see cref="Varint.Read"/> found.</summary>
public enum VarintStatus
{
    Done,
    NeedMoreData,
    NotShortest,
    TooLong,
}
