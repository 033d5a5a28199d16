using PdsReadonly.Cli;

namespace PdsReadonly.Tests.Cli;

public sealed class CommandLineTests
{
    [Fact]
    public void Version_ForAnswers_IsTheNumberAlone() =>
        Assert.Matches(@"^\d+\.\d+\.\d+$", ProgramVersion.Text);

    [Theory]
    [InlineData("--version")]
    [InlineData("version")]
    [InlineData("-V")]
    public async Task Version_Asked_IsALineWithWhatIsInside(string word)
    {
        var run = await CliRun.Of(word);

        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Matches(
            @"^pds-readonly \d+\.\d+\.\d+ \((commit \S+ of \d{4}-\d\d-\d\d, )?\.NET \S+.*, "
                + @"SQLite 3\.\d+\.\d+(, OpenSSL \d+\.\d+\.\d+)?\)$",
            run.Output.Trim());
        Assert.Equal("", run.Error);
    }

    [Fact]
    public async Task Nothing_Given_IsAShortUsageWithExamples()
    {
        var run = await CliRun.Of();

        Assert.Equal(ExitCode.WrongUsage, run.Code);
        string[] lines = run.Error.TrimEnd().Split(Environment.NewLine);
        Assert.InRange(lines.Length, 5, 12);
        Assert.Equal(3, lines.Count(
            line => line.StartsWith("  pds-readonly ", StringComparison.Ordinal)));
        Assert.Equal("", run.Output);
    }

    [Theory]
    [InlineData("--help", "--signatures")]
    [InlineData("help", "--signatures")]
    [InlineData("help verify", "exportBytes")]
    [InlineData("help help", "--signatures")]
    [InlineData("--help", "verify")]
    [InlineData("serve --help", "--immutable-blobs")]
    [InlineData("serve --help", "--slow-reader-timeout <SECONDS>")]
    [InlineData("serve --help", "[default: 16384]")]
    [InlineData("verify --help", "exportBytes")]
    [InlineData("inspect --help", "collections [{nsid")]
    [InlineData("collections --help", "signatureInvalid")]
    public async Task Help_Asked_TellsIt(string line, string what)
    {
        var run = await CliRun.Of(line.Split(' '));

        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains(what, run.Output, StringComparison.Ordinal);
        Assert.Equal("", run.Error);
    }

    [Theory]
    [InlineData("--no-such", "Unrecognized option '--no-such'.")]
    [InlineData("verfy x", "verfy is neither a command nor a file: did you mean verify?")]
    [InlineData(
        "colections", "colections is neither a command nor a file: did you mean collections?")]
    [InlineData("help verfy", "verfy is neither a command nor a file: did you mean verify?")]
    [InlineData("nonsense", "nonsense is neither a command nor a file")]
    [InlineData("serve -", "Unrecognized option '-'.")]
    [InlineData("x.car verify y.car", "put x.car after the command")]
    [InlineData("serve --car x --no-such", "Unrecognized option '--no-such'.")]
    [InlineData("verify --no-such x.car", "Unrecognized option '--no-such'.")]
    [InlineData("inspect", "Required argument missing for command: 'inspect'.")]
    [InlineData("serve", "--car is missing: what to serve?")]
    [InlineData("collections", "whose collections? name a handle or a DID")]
    [InlineData("collections Alice", "ACCOUNT Alice: expected a handle or a DID")]
    [InlineData("collections a.test --no-such", "Unrecognized command or argument '--no-such'.")]
    [InlineData("collections --no-such", "Unrecognized option '--no-such'.")]
    [InlineData(
        "collections --did did:plc:abc",
        "--did wants --pds: a DID without --did is looked up")]
    [InlineData("collections --did abc --pds http://a.test", "--did abc: expected a DID")]
    [InlineData(
        "collections a.test --did did:plc:abc --pds http://a.test",
        "either ACCOUNT, which is looked up, or --did, which is not")]
    [InlineData(
        "collections a.test --pds a.test", "--pds a.test: expected an http or https URL of a host")]
    [InlineData(
        "collections a.test --pds http://a.test/path",
        "--pds http://a.test/path: expected an http or https URL of a host")]
    [InlineData(
        "collections a.test --plc-url ftp://a.test",
        "--plc-url ftp://a.test: expected an http or https URL")]
    [InlineData(
        "collections a.test --strategy guess",
        "--strategy guess: expected auto, proof, blocks, probe, repo or describe")]
    [InlineData("collections a.test --key zQ3", "--key zQ3: expected a did:key")]
    [InlineData(
        "collections a.test --check x.car", "--check asks nobody: ACCOUNT has no use")]
    [InlineData(
        "collections --check x.car --audit", "--check asks nobody: --audit has no use")]
    [InlineData("--car x --port 65536", "--port 65536: expected a port, 0 to 65535")]
    [InlineData("--car x --port -1", "--port -1: expected a port, 0 to 65535")]
    [InlineData("--car x --port http", "--port http: expected a port, 0 to 65535")]
    [InlineData("--car x --event-window 0", "--event-window 0: expected hours, 1 to 8760")]
    [InlineData("--car x --event-window 1d", "--event-window 1d: expected hours, 1 to 8760")]
    [InlineData("--car x --bind home", "--bind home: expected an IP address")]
    [InlineData("--car x --signatures 2", "--signatures 2: expected historical, require or any")]
    [InlineData(
        "--car x --signatures all", "--signatures all: expected historical, require or any")]
    [InlineData(
        "--car x --status did:plc:abc=deleted",
        "--status did:plc:abc=deleted: expected DID=active, deactivated, suspended or takendown")]
    [InlineData(
        "--car x --status did:plc:abc=1",
        "--status did:plc:abc=1: expected DID=active, deactivated, suspended or takendown")]
    [InlineData(
        "--car x --status takendown",
        "--status takendown: expected DID=active, deactivated, suspended or takendown")]
    [InlineData(
        "--car x --hostname a.test:3000",
        "--hostname a.test:3000: expected a host name without a port")]
    [InlineData(
        "--car x --privacy-policy-url a.test", "--privacy-policy-url a.test: expected a URL")]
    [InlineData(
        "--car x --terms-of-service-url file:///x",
        "--terms-of-service-url file:///x: expected a URL")]
    [InlineData("--car x --head-bytes-max 1023", "--head-bytes-max 1023: expected 1024 to 1048576")]
    [InlineData("--car x --headers-max 9", "--headers-max 9: expected 10 to 10000")]
    [InlineData("--car x --url-bytes-max 255", "--url-bytes-max 255: expected 256 to 1048576")]
    [InlineData("--car x --head-timeout 0", "--head-timeout 0: expected 1 to 86400")]
    [InlineData("--car x --body-timeout 1.5", "--body-timeout 1.5: expected 1 to 86400")]
    [InlineData("--car x --idle-timeout 86401", "--idle-timeout 86401: expected 1 to 86400")]
    [InlineData(
        "--car x --slow-reader-timeout -1", "--slow-reader-timeout -1: expected 1 to 86400")]
    [InlineData("--car x --connections-max 0", "--connections-max 0: expected 1 to 1000000")]
    [InlineData(
        "--car x --connections-per-address-max x",
        "--connections-per-address-max x: expected 1 to 1000000")]
    [InlineData("--car x --loops 1025", "--loops 1025: expected 0 to 1024")]
    [InlineData(
        "--car x --trusted-proxy 10.0.0.0/33",
        "--trusted-proxy 10.0.0.0/33: expected an IP address, or a network such as 10.0.0.0/8")]
    [InlineData(
        "--car x --trusted-proxy ::1 --trusted-proxy proxy",
        "--trusted-proxy proxy: expected an IP address, or a network such as 10.0.0.0/8")]
    [InlineData("--port 0 serve --car x", "put --port after the command")]
    [InlineData("lightrail", "Option '--upstream' is required.")]
    [InlineData("lightrail --upstream x", "--upstream x: expected an http or https URL of a host")]
    [InlineData(
        "lightrail --upstream http://a.example --plc-qps 0",
        "--plc-qps 0: expected a number, 1 to 1000")]
    public async Task Usage_Wrong_IsSaidInOneSentenceAndExitCode2(string line, string sentence)
    {
        var run = await CliRun.Of(line.Split(' '));

        Assert.Equal(ExitCode.WrongUsage, run.Code);
        Assert.Equal("error: " + sentence, run.Error.Split(Environment.NewLine)[0]);
        Assert.Equal("", run.Output);
    }
}
