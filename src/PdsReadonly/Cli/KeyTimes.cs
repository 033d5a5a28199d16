using System.Globalization;
using Atproto.Syntax;

namespace PdsReadonly.Cli;

/// <summary>
/// The earliest and the latest of record keys that are TIDs (https://atproto.com/specs/tid). What
/// they say is what their writer said: nobody checks it.
/// </summary>
internal record struct KeyTimes
{
    internal Tid? Earliest { get; private set; }

    internal Tid? Latest { get; private set; }

    internal void Add(ReadOnlySpan<byte> rkey)
    {
        if (!Tid.TryParse(rkey, out var tid)) return;
        if (Earliest is not { } earliest || tid < earliest) Earliest = tid;
        if (Latest is not { } latest || tid > latest) Latest = tid;
    }

    internal void Add(KeyTimes other)
    {
        if (other.Earliest is not { } from || other.Latest is not { } to) return;
        if (Earliest is not { } earliest || from < earliest) Earliest = from;
        if (Latest is not { } latest || to > latest) Latest = to;
    }

    /// <summary>RFC 3339 with milliseconds.</summary>
    internal static string Text(Tid tid) => Format(tid, "yyyy-MM-ddTHH:mm:ss.fffZ");

    /// <summary>The day alone.</summary>
    internal static string Day(Tid tid) => Format(tid, "yyyy-MM-dd");

    private static string Format(Tid tid, string format) =>
        DateTime.UnixEpoch.AddTicks(tid.Microseconds * TimeSpan.TicksPerMicrosecond)
            .ToString(format, CultureInfo.InvariantCulture);
}
