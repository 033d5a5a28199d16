using System.Text;
using PdsReadonly.Cli;

namespace PdsReadonly.Tests.Cli;

public sealed class LenientWriterTests
{
    [Test]
    public async Task Write_ToAFullDisk_LosesTheLineAndNothingElse()
    {
        using var full = new FullDisk();
        using var writer = new LenientWriter(full);

        writer.Write('a');
        writer.Write("b");
        writer.WriteLine("c");
        await writer.WriteLineAsync("d");
        writer.Flush();

        Assert.Equal(5, full.Attempts);
    }

    [Test]
    public void Write_ThatWorks_ArrivesUnchanged()
    {
        using var kept = new StringWriter();
        using var writer = new LenientWriter(kept);

        writer.Write("a");
        writer.WriteLine("b");

        Assert.Equal("ab" + Environment.NewLine, kept.ToString());
    }

    private sealed class FullDisk : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        internal int Attempts { get; private set; }

        public override void Write(char value) => Fail();

        public override void Write(string? value) => Fail();

        public override void WriteLine(string? value) => Fail();

        public override void Flush() => Fail();

        private void Fail()
        {
            Attempts++;
            throw new IOException("no space left on device");
        }
    }
}
