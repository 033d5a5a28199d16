using PdsReadonly.Cli;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Cli;

public sealed class ProgressBarTests
{
    [Test]
    public void Draw_AsTimeGoesOn_IsDrawnOverAndCleared()
    {
        var time = new FakeTime(DateTimeOffset.UnixEpoch);
        var output = new StringWriter();
        var bar = new ProgressBar(output, time);

        bar.Draw(1, 100, "too early");
        bar.Clear();
        Assert.Equal("", output.ToString());

        time.Now += TimeSpan.FromMilliseconds(100);
        bar.Draw(50, 100, "a.car");
        bar.Draw(51, 100, "too early again");
        bar.Clear();
        bar.Clear();

        Assert.Equal(
            "\r[###############...............] 50 % a.car\u001b[K\r\u001b[K", output.ToString());
    }
}
