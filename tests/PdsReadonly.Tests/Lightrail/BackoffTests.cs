using PdsReadonly.Lightrail;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>How pauses grow.</summary>
public sealed class BackoffTests
{
    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 10)]
    [InlineData(2, 20)]
    [InlineData(4, 80)]
    [InlineData(5, 100)]
    [InlineData(64, 100)]
    [InlineData(int.MaxValue, 100)]
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
