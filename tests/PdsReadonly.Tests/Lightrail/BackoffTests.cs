using PdsReadonly.Lightrail;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>How pauses grow.</summary>
public sealed class BackoffTests
{
    [Test]
    [Arguments(0, 10)]
    [Arguments(1, 10)]
    [Arguments(2, 20)]
    [Arguments(4, 80)]
    [Arguments(5, 100)]
    [Arguments(64, 100)]
    [Arguments(int.MaxValue, 100)]
    public void After_Failures_IsHalfToTheWhole(int failures, int seconds)
    {
        var whole = TimeSpan.FromSeconds(seconds);
        var pauses = new HashSet<TimeSpan>();
        for (int i = 0; i < 1000; i++)
        {
            var pause = Backoff.After(
                failures, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(100));
            Assert.InRange(pause, whole / 2, whole);
            pauses.Add(pause);
        }

        // Those that failed together part.
        Assert.True(pauses.Count > 100);
    }
}
