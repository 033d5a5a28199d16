using PdsReadonly.Cli;

namespace PdsReadonly.Tests.Cli;

public sealed class LogRepeatsTests
{
    private readonly LogRepeats _repeats = new();

    [Test]
    public void Admit_SameLineAgain_IsCountedUntilTheSweep()
    {
        Assert.True(_repeats.Admit("a"));
        Assert.True(_repeats.Admit("b"));
        Assert.False(_repeats.Admit("a"));
        Assert.False(_repeats.Admit("a"));

        Assert.Equal(["a (2 times more)"], _repeats.Sweep());
        Assert.True(_repeats.Admit("a"));
        Assert.Empty(_repeats.Sweep());
    }

    [Test]
    public void Admit_MoreLinesThanAreToldApart_AreCountedTogether()
    {
        for (int i = 0; i < LogRepeats.LinesMax; i++) Assert.True(_repeats.Admit($"line {i}"));

        Assert.False(_repeats.Admit("one more"));
        Assert.False(_repeats.Admit("line 0"));

        Assert.Equal(
            ["line 0 (1 time more)", "warning: 1 further line within a minute left out"],
            _repeats.Sweep());
    }
}
