namespace EndToEnd.Tests.Harness;

/// <summary>Waits for what happens inside the server, seen from outside.</summary>
internal static class PdsWaits
{
    private static readonly TimeSpan s_pollEvery = TimeSpan.FromMilliseconds(20);

    /// <summary>Looks at the process until it is as wanted; an error after a minute.</summary>
    public static async Task<ProcessReadings> ReadingsUntilAsync(
        this PdsProcess pds, Func<ProcessReadings, bool> wanted)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var tick = new PeriodicTimer(s_pollEvery);
        while (true)
        {
            var readings = pds.Readings();
            if (wanted(readings)) return readings;
            if (late.IsCancellationRequested) Assert.Fail($"a minute later: {readings}");
            await tick.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
