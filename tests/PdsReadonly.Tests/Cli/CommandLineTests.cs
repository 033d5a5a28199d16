using PdsReadonly.Cli;

namespace PdsReadonly.Tests.Cli;

public sealed class CommandLineTests
{
    [Test]
    public void Version_ForAnswers_IsTheNumberAlone() =>
        Assert.Matches(@"^\d+\.\d+\.\d+$", ProgramVersion.Text);

    [Test]
    [Arguments("--version")]
    [Arguments("version")]
    [Arguments("-V")]
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

    [Test]
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

    [Test]
    [Arguments("--help", "--signatures")]
    [Arguments("help", "--signatures")]
    [Arguments("help verify", "exportBytes")]
    [Arguments("help help", "--signatures")]
    [Arguments("--help", "verify")]
    [Arguments("serve --help", "--immutable-blobs")]
    [Arguments("serve --help", "--slow-reader-timeout <SECONDS>")]
    [Arguments("serve --help", "[default: 16384]")]
    [Arguments("verify --help", "exportBytes")]
    [Arguments("inspect --help", "collections [{nsid")]
    [Arguments("collections --help", "signatureInvalid")]
    public async Task Help_Asked_TellsIt(string line, string what)
    {
        var run = await CliRun.Of(line.Split(' '));

        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains(what, run.Output, StringComparison.Ordinal);
        Assert.Equal("", run.Error);
    }

    [Test]
    [Arguments("--no-such", "Unrecognized option '--no-such'.")]
    [Arguments("verfy x", "verfy is neither a command nor a file: did you mean verify?")]
    [Arguments(
        "colections", "colections is neither a command nor a file: did you mean collections?")]
    [Arguments("help verfy", "verfy is neither a command nor a file: did you mean verify?")]
    [Arguments("nonsense", "nonsense is neither a command nor a file")]
    [Arguments("serve -", "Unrecognized option '-'.")]
    [Arguments("x.car verify y.car", "put x.car after the command")]
    [Arguments("serve --car x --no-such", "Unrecognized option '--no-such'.")]
    [Arguments("verify --no-such x.car", "Unrecognized option '--no-such'.")]
    [Arguments("inspect", "Required argument missing for command: 'inspect'.")]
    [Arguments("serve", "--car is missing: what to serve?")]
    [Arguments("collections", "whose collections? name a handle or a DID")]
    [Arguments("collections Alice", "ACCOUNT Alice: expected a handle or a DID")]
    [Arguments("collections a.test --no-such", "Unrecognized command or argument '--no-such'.")]
    [Arguments("collections --no-such", "Unrecognized option '--no-such'.")]
    [Arguments(
        "collections --did did:plc:abc",
        "--did wants --pds: a DID without --did is looked up")]
    [Arguments("collections --did abc --pds http://a.test", "--did abc: expected a DID")]
    [Arguments(
        "collections a.test --did did:plc:abc --pds http://a.test",
        "either ACCOUNT, which is looked up, or --did, which is not")]
    [Arguments(
        "collections a.test --pds a.test", "--pds a.test: expected an http or https URL of a host")]
    [Arguments(
        "collections a.test --pds http://a.test/path",
        "--pds http://a.test/path: expected an http or https URL of a host")]
    [Arguments(
        "collections a.test --plc-url ftp://a.test",
        "--plc-url ftp://a.test: expected an http or https URL")]
    [Arguments(
        "collections a.test --strategy guess",
        "--strategy guess: expected auto, proof, blocks, probe, repo or describe")]
    [Arguments("collections a.test --key zQ3", "--key zQ3: expected a did:key")]
    [Arguments(
        "collections a.test --check x.car", "--check asks nobody: ACCOUNT has no use")]
    [Arguments(
        "collections --check x.car --audit", "--check asks nobody: --audit has no use")]
    [Arguments("--car x --port 65536", "--port 65536: expected a port, 0 to 65535")]
    [Arguments("--car x --port -1", "--port -1: expected a port, 0 to 65535")]
    [Arguments("--car x --port http", "--port http: expected a port, 0 to 65535")]
    [Arguments("--car x --event-window 0", "--event-window 0: expected hours, 1 to 8760")]
    [Arguments("--car x --event-window 1d", "--event-window 1d: expected hours, 1 to 8760")]
    [Arguments("--car x --bind home", "--bind home: expected an IP address")]
    [Arguments("--car x --signatures 2", "--signatures 2: expected historical, require or any")]
    [Arguments(
        "--car x --signatures all", "--signatures all: expected historical, require or any")]
    [Arguments(
        "--car x --status did:plc:abc=deleted",
        "--status did:plc:abc=deleted: expected DID=active, deactivated, suspended or takendown")]
    [Arguments(
        "--car x --status did:plc:abc=1",
        "--status did:plc:abc=1: expected DID=active, deactivated, suspended or takendown")]
    [Arguments(
        "--car x --status takendown",
        "--status takendown: expected DID=active, deactivated, suspended or takendown")]
    [Arguments(
        "--car x --hostname a.test:3000",
        "--hostname a.test:3000: expected a host name without a port")]
    [Arguments(
        "--car x --privacy-policy-url a.test", "--privacy-policy-url a.test: expected a URL")]
    [Arguments(
        "--car x --terms-of-service-url file:///x",
        "--terms-of-service-url file:///x: expected a URL")]
    [Arguments("--car x --head-bytes-max 1023", "--head-bytes-max 1023: expected 1024 to 1048576")]
    [Arguments("--car x --headers-max 9", "--headers-max 9: expected 10 to 10000")]
    [Arguments("--car x --url-bytes-max 255", "--url-bytes-max 255: expected 256 to 1048576")]
    [Arguments("--car x --head-timeout 0", "--head-timeout 0: expected 1 to 86400")]
    [Arguments("--car x --body-timeout 1.5", "--body-timeout 1.5: expected 1 to 86400")]
    [Arguments("--car x --idle-timeout 86401", "--idle-timeout 86401: expected 1 to 86400")]
    [Arguments(
        "--car x --slow-reader-timeout -1", "--slow-reader-timeout -1: expected 1 to 86400")]
    [Arguments("--car x --connections-max 0", "--connections-max 0: expected 1 to 1000000")]
    [Arguments(
        "--car x --connections-per-address-max x",
        "--connections-per-address-max x: expected 1 to 1000000")]
    [Arguments("--car x --loops 1025", "--loops 1025: expected 0 to 1024")]
    [Arguments(
        "--car x --trusted-proxy 10.0.0.0/33",
        "--trusted-proxy 10.0.0.0/33: expected an IP address, or a network such as 10.0.0.0/8")]
    [Arguments(
        "--car x --trusted-proxy ::1 --trusted-proxy proxy",
        "--trusted-proxy proxy: expected an IP address, or a network such as 10.0.0.0/8")]
    [Arguments("--port 0 serve --car x", "put --port after the command")]
    [Arguments("lightrail", "Option '--upstream' is required.")]
    [Arguments("lightrail --upstream x", "--upstream x: expected an http or https URL of a host")]
    [Arguments(
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
