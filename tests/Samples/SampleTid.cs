namespace Samples;

/// <summary>TIDs and dates out of microseconds (https://atproto.com/specs/tid).</summary>
public static class SampleTid
{
    public const int Bytes = 13;

    private static ReadOnlySpan<byte> Alphabet => "234567abcdefghijklmnopqrstuvwxyz"u8;

    /// <summary>Writes 13 characters.</summary>
    public static void Format(long microseconds, int clockId, Span<byte> destination)
    {
        ulong value = ((ulong)microseconds << 10) | (uint)(clockId & 1023);
        for (int i = Bytes - 1; i >= 0; i--, value >>= 5) destination[i] = Alphabet[(int)value & 31];
    }

    public static string Of(long microseconds, int clockId = 0)
    {
        Span<byte> text = stackalloc byte[Bytes];
        Format(microseconds, clockId, text);
        return System.Text.Encoding.ASCII.GetString(text);
    }

    /// <summary>Writes the 24 characters of an RFC 3339 date with milliseconds.</summary>
    public static void FormatDate(long microseconds, Span<byte> destination) =>
        DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond).TryFormat(
            destination, out _, "yyyy-MM-ddTHH:mm:ss.fff'Z'", null);
}
