using System.Globalization;
using EndToEnd.Tests.Archive;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Server;

/// <summary>A log that nothing reads, and one that was closed.</summary>
public sealed class LogTests
{
    private const int Sighup = 1;
    private const int RefusedFiles = 2000;
    private const int Requests = 3000;

    [Test]
    public async Task Log_NothingReadsIt_LoadsServesAndStops()
    {
        using var folder = new TemporaryFolder();
        string car = SmallRepo.Write(folder.Location, "x");
        // A line for each is several times what a pipe holds.
        string name = new('n', 100);
        for (int i = 0; i < RefusedFiles; i++)
        {
            await File.WriteAllTextAsync(
                folder[$"{name}{i}.car"], "no CAR", TestRun.Cancellation);
        }

        await Pipes.MakeAsync(folder["log"]);
        // Open for both, so that neither side waits for the other.
        await using var log = new FileStream(folder["log"], FileMode.Open, FileAccess.ReadWrite);
        await using var child = Shell(
            "exec \"$0\" \"$1\" --data \"$2\" --port 0 --bind 127.0.0.1 2>\"$3\"",
            folder.Location, folder["data"], folder["log"]);
        using var client = new HttpClient { BaseAddress = await ReadAddressAsync(log) };
        string did = SmallRepo.DidOf("x");
        while (await StatusAsync(client, $"com.atproto.sync.getRepoStatus?did={did}") != 200)
        {
            await Task.Yield();
        }

        File.Delete(car);
        for (int i = 0; i < Requests; i++)
        {
            int failed = await StatusAsync(
                client,
                $"com.atproto.repo.listRecords?repo={did}&collection={SmallRepo.Collection}");
            Assert.InRange(failed, 200, 599);
        }

        Assert.Equal(200, await StatusAsync(client, "_health"));
        Assert.Equal(0, await child.StopAsync());
    }

    [Test]
    public async Task Stdout_Closed_KeepsNoServerFromServing()
    {
        using var folder = new TemporaryFolder();
        string car = SmallRepo.Write(folder.Location, "x");
        await using var child = Shell(
            "exec \"$0\" --car \"$1\" --data \"$2\" --port 0 --bind 127.0.0.1 <&- >&-",
            car, folder["data"]);
        await child.Output.WaitForAsync("ready: 1 repo served", TimeSpan.FromMinutes(1));

        Assert.Equal(0, await child.StopAsync());
    }

    [Test]
    [Arguments(">&-")]
    [Arguments("<&- >&- 2>&-")]
    public async Task Stdout_ClosedForAnAnswer_IsExitCode3(string closed)
    {
        using var folder = new TemporaryFolder();
        string car = SmallRepo.Write(folder.Location, "x");
        await using var child = Shell($"exec \"$0\" verify \"$1\" {closed}", car);

        Assert.Equal(3, await child.WaitForExitAsync(TimeSpan.FromMinutes(1)));
        bool hasWords = child.Output.Error.Any(
            line => line.StartsWith("error: ", StringComparison.Ordinal));
        Assert.Equal(!closed.Contains("2>&-", StringComparison.Ordinal), hasWords);
    }

    [Test]
    public async Task Stderr_Closed_FailsWithoutACore()
    {
        using var folder = new TemporaryFolder();
        await using var child = Shell(
            "exec \"$0\" \"$1\" --data \"$2\" --port 0 2>&-", folder["none.car"], folder["data"]);

        Assert.Equal(3, await child.WaitForExitAsync(TimeSpan.FromMinutes(1)));
    }

    [Test]
    [Arguments(4)]
    [Arguments(7)]
    [Arguments(16)]
    [Arguments(31)]
    public async Task Descriptors_TooFew_IsExitCode3WithWords(int limit)
    {
        using var folder = new TemporaryFolder();
        SmallRepo.Write(folder.Location, "x");
        foreach (string command in (string[])["serve", "verify"])
        {
            await using var child = Shell(
                $"ulimit -n {limit.ToString(CultureInfo.InvariantCulture)}; "
                + $"exec \"$0\" {command} \"$1\"",
                folder.Location);

            Assert.Equal(3, await child.WaitForExitAsync(TimeSpan.FromMinutes(1)));
            Assert.Equal(
                [$"error: at most {limit} files may be open (ulimit -n): 32 are needed at least"],
                child.Output.Error);
        }
    }

    [Test]
    public async Task Sighup_WhileServing_IsReportedAndHasNoEffect()
    {
        using var folder = new TemporaryFolder();
        SmallRepo.Write(folder.Location, "x");
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);

        pds.Signal(Sighup);
        await pds.Output.WaitForAsync("SIGHUP has no effect", TimeSpan.FromMinutes(1));

        Assert.Equal(200, (await pds.AskAsync("_health")).Status);
        Assert.Equal(0, await pds.StopAsync());
    }

    private static async Task<Uri> ReadAddressAsync(Stream log)
    {
        using var lines = new StreamReader(log, leaveOpen: true);
        while (await lines.ReadLineAsync(TestRun.Cancellation) is { } line)
        {
            if (line.StartsWith("listening on ", StringComparison.Ordinal))
            {
                return new Uri(line["listening on ".Length..]);
            }
        }

        throw new InvalidOperationException("the log ended");
    }

    private static async Task<int> StatusAsync(HttpClient client, string method)
    {
        using var response = await client.GetAsync(
            new Uri("/xrpc/" + method, UriKind.Relative), TestRun.Cancellation);
        return (int)response.StatusCode;
    }

    private static ChildProcess Shell(string script, params string[] arguments) =>
        ChildProcess.Start("/bin/sh", ["-c", script, PublishedBinary.Location, .. arguments]);
}
