using Atproto.Syntax;

namespace PdsReadonly.Catalog;

/// <summary>Judges revs by the clock, when the clock can be trusted.</summary>
internal static class RevClock
{
    private static readonly TimeSpan Drift = TimeSpan.FromMinutes(5);

    // A machine without a battery starts in 1970: a clock before this program was made says
    // nothing.
    private static readonly DateTimeOffset ClockTrustedFrom =
        new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Whether a rev lies more than five minutes ahead (https://atproto.com/specs/repository).
    /// Never, by a clock that is older than this program.
    /// </summary>
    internal static bool IsInFuture(Tid rev, DateTimeOffset now) =>
        now >= ClockTrustedFrom
        && rev.Microseconds > (now + Drift).ToUnixTimeMilliseconds() * 1000;
}
