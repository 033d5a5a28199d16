namespace PdsReadonly.Lightrail;

/// <summary>
/// How long to wait after failures in a row: twice as long each time, up to a limit.
/// </summary>
internal static class Backoff
{
    private const int DoublingsMax = 20;

    /// <summary>
    /// Between half and the whole of it, so that those that failed together part.
    /// </summary>
    /// <param name="failures">In a row, this one included.</param>
    /// <param name="first">After the first.</param>
    /// <param name="most">The limit.</param>
    internal static TimeSpan After(int failures, TimeSpan first, TimeSpan most)
    {
        var pause = first * Math.Pow(2, Math.Clamp(failures - 1, 0, DoublingsMax));
        if (pause > most) pause = most;
        return pause * (0.5 + (Random.Shared.NextDouble() / 2));
    }
}
