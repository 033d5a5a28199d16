using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EndToEnd.Tests.Archive;
using EndToEnd.Tests.Harness;
using Samples;

namespace EndToEnd.Tests.Cli;

/// <summary>How it starts, why it does not, and how it ends.</summary>
public sealed class StartAndStopTests
{
    private const int Sigint = 2;
    private const int Sigterm = 15;

    [Test]
    [Arguments("For example:")]
    [Arguments("--car is missing", "serve")]
    [Arguments("did you mean verify?", "verfy", "x")]
    [Arguments("--port 70000: expected", "--car", ".", "--port", "70000")]
    [Arguments("--port", "--car", ".", "--port", "x")]
    [Arguments("--bind", "--car", ".", "--bind", "nowhere")]
    [Arguments("--signatures", "--car", ".", "--signatures", "sometimes")]
    [Arguments("--status did:plc:x: expected", "--car", ".", "--status", "did:plc:x")]
    [Arguments("expected DID=", "--car", ".", "--status", "did:plc:x=away")]
    [Arguments("expected DID=", "--car", ".", "--status", "did:plc:x=")]
    [Arguments("expected DID=", "--car", ".", "--status", "alice.test=active")]
    [Arguments("nonsense", "nonsense")]
    public async Task Usage_Wrong_IsSaidAndExitCode2(string said, params string[] arguments)
    {
        var (code, _, error) = await PublishedBinary.RunAsync(arguments);

        Assert.Equal(2, code);
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Test]
    public async Task DataFolder_ThatIsAFile_IsExitCode3()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["data"], "", TestRun.Cancellation);
        foreach (string data in (string[])[folder["data"], folder["data/below"]])
        {
            var (code, _, error) = await RunAsync(folder, data);
            Assert.Equal(3, code);
            Assert.Contains($"data folder {data} cannot be used", error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        }
    }

    [Test]
    public async Task DataFolder_ReadOnly_IsExitCode3()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            Skip.Test("root may write everywhere");
            return;
        }

        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["data"]);
        File.SetUnixFileMode(folder["data"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var (code, _, error) = await RunAsync(folder, folder["data"]);
        File.SetUnixFileMode(
            folder["data"],
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        Assert.Equal(3, code);
        Assert.Contains("cannot be used", error, StringComparison.Ordinal);
    }

    [Test]
    [Arguments("catalog.sqlite")]
    [Arguments("indexes")]
    [Arguments("unpacked")]
    [Arguments("lock")]
    public async Task DataFolder_ItsPartsOfAnotherKind_IsExitCode3(string part)
    {
        using var folder = new TemporaryFolder();
        bool isFolder = part is "indexes" or "unpacked";
        Directory.CreateDirectory(isFolder ? folder["data"] : folder[$"data/{part}"]);
        if (isFolder) File.WriteAllText(folder[$"data/{part}"], "");
        var (code, _, error) = await RunAsync(folder, folder["data"]);

        Assert.Equal(3, code);
        Assert.Contains("cannot be used", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Test]
    public async Task DataFolder_OfAnotherProcess_IsExitCode3()
    {
        using var folder = new TemporaryFolder();
        using var data = new TemporaryFolder();
        await using var first = await PdsProcess.StartAsync(
            new PdsLaunch { Arguments = ["--car", folder.Location], DataFolder = data.Location });
        var (code, _, error) = await RunAsync(folder, data.Location);

        Assert.Equal(3, code);
        Assert.Contains(
            $"data folder {data.Location} cannot be used: process {first.Id} uses it", error,
            StringComparison.Ordinal);
        Assert.Equal(200, (await first.AskAsync("_health")).Status);
    }

    [Test]
    public async Task Port_InUse_IsExitCode3()
    {
        using var folder = new TemporaryFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var (code, _, error) = await PublishedBinary.RunAsync(
            "--car", folder.Location, "--data", folder["data"], "--bind", "127.0.0.1",
            "--allow-empty", "--port", port.ToString(CultureInfo.InvariantCulture));

        Assert.Equal(3, code);
        Assert.Contains(
            $"cannot listen on 127.0.0.1 port {port}", error, StringComparison.Ordinal);
    }

    [Test]
    public async Task Serve_NamedOrNot_IsTheSame()
    {
        using var folder = new TemporaryFolder();
        SmallRepo.Write(folder.Location, "x");
        await using var child = ChildProcess.Start(
            PublishedBinary.Location,
            [
                "serve", "--car", folder.Location, "--data", folder["d"],
                "--port", "0", "--bind", "127.0.0.1",
            ]);
        await child.Output.WaitForAsync("ready: 1 repo ", TimeSpan.FromSeconds(30));
        Assert.Equal(0, await child.StopAsync());
    }

    [Test]
    public async Task Environment_PortAndFolders_AreTaken()
    {
        using var folder = new TemporaryFolder();
        SmallRepo.Write(folder.Location, "x");
        var environment = new Dictionary<string, string>
        {
            ["PDS_CAR_DIR"] = folder.Location,
            ["PDS_DATA_DIR"] = folder["data"],
            ["PDS_PORT"] = "0",
            ["PDS_HOSTNAME"] = "from.variable",
        };
        await using var child = ChildProcess.Start(
            PublishedBinary.Location, ["--bind", "127.0.0.1"], environment);
        string line = await child.Output.WaitForAsync("listening on ", TimeSpan.FromSeconds(30));
        await child.Output.WaitForAsync("ready: 1 repo ", TimeSpan.FromSeconds(30));
        using var client = new HttpClient();
        var address = new Uri(line["listening on ".Length..]);
        string described = await client.GetStringAsync(
            new Uri(address, "/xrpc/com.atproto.server.describeServer"),
            TestRun.Cancellation);
        Assert.Contains("did:web:from.variable", described, StringComparison.Ordinal);
        Assert.True(File.Exists(folder["data/catalog.sqlite"]));
    }

    [Test]
    [Arguments(Sigterm)]
    [Arguments(Sigint)]
    public async Task Signal_DuringAResponse_FinishesItAndEndsWith0(int signal)
    {
        using var folder = new TemporaryFolder();
        string did = BigRepo.Write(folder["big.car"], 40_000, CarOrder.Preorder, seed: 8);
        byte[] car = await File.ReadAllBytesAsync(
            folder["big.car"], TestRun.Cancellation);
        await using var pds = await PdsProcess.StartAsync("--car", folder["big.car"]);
        using var raw = await pds.ConnectAsync();
        string url = PdsProcess.UrlOf("com.atproto.sync.getRepo", ("did", did));
        await raw.SendAsync($"GET {url} HTTP/1.1\r\nHost: a\r\n\r\n");
        // Answered on another connection: the first has begun by then.
        await pds.AskAsync("_health");
        pds.Signal(signal);
        await pds.Output.WaitForAsync("stopping", TimeSpan.FromSeconds(10));

        var response = await raw.ReadResponseAsync();
        Assert.Equal(200, response.Status);
        Assert.True(car.AsSpan().SequenceEqual(response.Body));
        Assert.Equal(0, await pds.StopAsync());
    }

    [Test]
    public async Task Signal_AgainAndAgain_EndsWith0()
    {
        using var folder = new TemporaryFolder();
        SmallRepo.Write(folder.Location, "x");
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);
        while (!pds.HasExited)
        {
            pds.Signal(Sigterm);
            await Task.Yield();
        }

        Assert.Equal(0, await pds.StopAsync());
    }

    [Test]
    public async Task Signal_DuringLoading_EndsWith0()
    {
        using var folder = new TemporaryFolder();
        BigRepo.Write(folder["big.car"], 40_000, CarOrder.Shuffled, seed: 8);
        await using var pds = await PdsProcess.StartAsync(
            new PdsLaunch { Arguments = ["--car", folder.Location], UntilReady = false });
        Assert.Equal(0, await pds.StopAsync());
    }

    [Test]
    public async Task Rev_FarInTheFuture_IsServedWithAWarning()
    {
        using var folder = new TemporaryFolder();
        SmallRepo.Write(folder.Location, "x", "7zzzzzzzzzzzz");
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);
        var status = await pds.AskAsync(
            "com.atproto.sync.getRepoStatus", ("did", SmallRepo.DidOf("x")));
        Assert.Equal("7zzzzzzzzzzzz", status.Json.GetProperty("rev").GetString());
        Assert.Contains("future", pds.Output.ToString(), StringComparison.Ordinal);
    }

    private static Task<(int ExitCode, string Out, string Error)> RunAsync(
        TemporaryFolder cars, string data) => PublishedBinary.RunAsync(
            "--car", cars.Location, "--data", data, "--port", "0", "--bind", "127.0.0.1",
            "--allow-empty");
}
