using System.Text;
using Microsoft.Extensions.Logging;
using PdsReadonly.Cli;

namespace PdsReadonly.Tests.Cli;

public sealed class LogWriterTests
{
    [Test]
    public void Report_NothingReads_NeverWaitsAndSaysHowMuchIsMissing()
    {
        using var pipe = new FullPipe();
        const int Lines = 2000;
        string padding = new('x', 1000);
        using (var log = new LogWriter(pipe, TimeProvider.System))
        {
            log.Report("first");
            pipe.WaitUntilStuck();
            for (int i = 0; i < Lines; i++) log.Report($"{i} {padding}");
            pipe.ReadOn();
        }

        string[] written = LinesOf(pipe.Text);
        Assert.Equal("first", written[0]);
        Assert.Equal("0 " + padding, written[1]);
        // A thousand lines that differ are told apart; what is beyond is in the count of the sweep.
        Assert.Equal(LogRepeats.LinesMax + 1, written.Length);
        Assert.Equal("warning: 1,001 further lines within a minute left out", written[^1]);
    }

    [Test]
    public void WriteLine_QueueIsFull_TheGapIsCountedWhereItIs()
    {
        using var pipe = new FullPipe();
        string padding = new('x', LogWriter.LineCharsMax - 10);
        int held = LogWriter.QueueCharsMax / LogWriter.LineCharsMax;
        using (var log = new LogWriter(pipe, TimeProvider.System))
        {
            log.WriteLine("first");
            pipe.WaitUntilStuck();
            for (int i = 0; i < held + 20; i++) log.WriteLine($"{i:d3} {padding}");
            pipe.ReadOn();
        }

        string[] written = LinesOf(pipe.Text);
        int kept = written.Length - 2;
        Assert.InRange(kept, held - 1, held + 1);
        Assert.Equal(
            $"warning: {held + 20 - kept} lines of this log could not be written", written[^1]);
    }

    [Test]
    public void Dispose_NothingReads_EndsAllTheSame()
    {
        using var pipe = new FullPipe();
        var log = new LogWriter(pipe, TimeProvider.System);
        log.WriteLine("first");
        pipe.WaitUntilStuck();

        log.Dispose();
        log.WriteLine("after the end");

        Assert.Equal("", pipe.Text);
        pipe.ReadOn();
    }

    [Test]
    [Arguments("plain", "plain")]
    [Arguments("Größe 7", "Größe 7")]
    [Arguments("a\u001b[2Jb\rc\nd", "a\\u001b[2Jb\\u000dc\\u000ad")]
    [Arguments("a\u202eb\u2028c\u009b", "a\\u202eb\\u2028c\\u009b")]
    public void WriteLine_TextFromElsewhere_CannotDraw(string given, string written)
    {
        using var kept = new StringWriter();
        using (var log = new LogWriter(kept, TimeProvider.System)) log.WriteLine(given);

        Assert.Equal(written + Environment.NewLine, kept.ToString());
    }

    [Test]
    public void WriteLine_VeryLong_IsCut()
    {
        using var kept = new StringWriter();
        using (var log = new LogWriter(kept, TimeProvider.System))
        {
            log.WriteLine(new string('x', LogWriter.LineCharsMax + 1));
        }

        Assert.Equal(
            new string('x', LogWriter.LineCharsMax) + "…" + Environment.NewLine, kept.ToString());
    }

    [Test]
    public void Log_ByLevel_IsOneLineOfTheSameForm()
    {
        using var kept = new StringWriter();
        using (var log = new LogWriter(kept, TimeProvider.System))
        {
            using var provider = new LogProvider(log);
            var logger = provider.CreateLogger("Any");
            logger.Log(LogLevel.Debug, 0, "not said", null, Format);
            logger.Log(LogLevel.Information, 0, "one", null, Format);
            logger.Log(LogLevel.Warning, 0, "two", null, Format);
            logger.Log(LogLevel.Error, 0, "three", new IOException("lines\nof it"), Format);
        }

        Assert.Equal(
            ["one", "warning: two", "error: three: System.IO.IOException: lines of it"],
            LinesOf(kept.ToString()));
    }

    private static string[] LinesOf(string text) =>
        text.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    private static string Format(string text, Exception? exception) => text;

    /// <summary>Takes nothing until it is read.</summary>
    private sealed class FullPipe : TextWriter
    {
        private readonly ManualResetEventSlim _isStuck = new();
        private readonly ManualResetEventSlim _isRead = new();
        private readonly StringBuilder _text = new();

        public override Encoding Encoding => Encoding.UTF8;

        internal string Text => _text.ToString();

        internal void WaitUntilStuck() => Assert.True(_isStuck.Wait(TimeSpan.FromMinutes(1)));

        internal void ReadOn() => _isRead.Set();

        public override void Write(char value) => Write(value.ToString());

        public override void Write(string? value)
        {
            _isStuck.Set();
            Assert.True(_isRead.Wait(TimeSpan.FromMinutes(1)));
            _text.Append(value);
        }
    }
}
