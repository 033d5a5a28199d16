using PdsReadonly.Cli;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Cli;

/// <summary>One run of the command line in this process, at a clock that stands still.</summary>
internal sealed record CliRun(int Code, string Output, string Error)
{
    internal static readonly DateTimeOffset Now = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);

    internal string[] Lines =>
        Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    internal static async Task<CliRun> Of(params string[] args)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var context = new CommandContext(output, error, IsTerminal: false, new FakeTime(Now));
        // Ends what serves although it was not to.
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        int code = await CommandLine.RunAsync(args, context, stop.Token);
        return new CliRun(code, output.ToString(), error.ToString());
    }
}
