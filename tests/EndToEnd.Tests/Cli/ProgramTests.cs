using System.Text.RegularExpressions;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Cli;

public sealed partial class ProgramTests
{
    [Test]
    public async Task Version_Asked_IsOneLineAndExitCode0()
    {
        var (code, output, error) = await PublishedBinary.RunAsync("--version");

        Assert.Equal(0, code);
        Assert.Matches(VersionLine(), output);
        Assert.Contains(" AOT, ", output, StringComparison.Ordinal);
        Assert.Equal("", error);
    }

    [Test]
    public async Task Option_Unknown_IsExitCode2()
    {
        var (code, _, error) = await PublishedBinary.RunAsync("--no-such-option");

        Assert.Equal(2, code);
        Assert.Contains("--no-such-option", error, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\Apds-readonly \d+\.\d+\.\d+ \(.*, SQLite 3\.\S+, OpenSSL \d\.\S+\)\z")]
    private static partial Regex VersionLine();
}
