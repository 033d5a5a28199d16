using Atproto.Syntax;

namespace Samples;

/// <summary>TIDs and dates out of microseconds (https://atproto.com/specs/tid).</summary>
public static class SampleTid
{
    public const int Bytes = Tid.Length;

    /// <summary>Writes 13 characters.</summary>
    public static void Format(long microseconds, int clockId, Span<byte> destination) =>
        At(microseconds, clockId).FormatTo(destination);

    public static string Of(long microseconds, int clockId = 0) =>
        At(microseconds, clockId).ToString();

    /// <summary>Writes the 24 characters of an RFC 3339 date with milliseconds.</summary>
    public static void FormatDate(long microseconds, Span<byte> destination) =>
        DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond).TryFormat(
            destination, out _, "yyyy-MM-ddTHH:mm:ss.fff'Z'", null);

    private static Tid At(long microseconds, int clockId) =>
        new(((ulong)microseconds << 10) | (uint)(clockId & 1023));
}
