using System.Globalization;
using System.Net.Http;

namespace PdsReadonly.Upstream;

/// <summary>What a host says about its pace: Retry-After and RateLimit-*.</summary>
internal static class RateHeaders
{
    // A number of seconds that is larger is a time since 1970, as the reference PDS has it; drafts
    // have the seconds that are left.
    private const long SecondsMax = 1_000_000_000;

    /// <summary>For how long the host wants to be left alone; zero when it does not say.</summary>
    internal static TimeSpan PauseOf(HttpResponseMessage response, DateTimeOffset now)
    {
        var retry = response.Headers.RetryAfter;
        var pause = retry?.Delta ?? (retry?.Date - now) ?? TimeSpan.Zero;
        if (Read(response, "RateLimit-Remaining") == 0
            && Read(response, "RateLimit-Reset") is { } reset)
        {
            if (reset > SecondsMax) reset -= now.ToUnixTimeSeconds();
            long seconds = Math.Clamp(reset, 0, (long)HostPace.HoldMax.TotalSeconds);
            pause = TimeSpan.FromSeconds(Math.Max(seconds, pause.TotalSeconds));
        }

        return pause > TimeSpan.Zero ? pause : TimeSpan.Zero;
    }

    private static long? Read(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values)
        && long.TryParse(
            values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : null;
}
