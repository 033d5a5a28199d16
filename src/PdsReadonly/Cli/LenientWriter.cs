using System.Text;

namespace PdsReadonly.Cli;

/// <summary>
/// Standard error for a process that must outlive it: a log on a full disk, or one that was closed,
/// loses lines and stops nothing.
/// </summary>
internal sealed class LenientWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }

    public override void Flush() => Try(inner.Flush);

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (
            e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // Nobody hears it; there is nowhere else to say so.
        }
    }
}
