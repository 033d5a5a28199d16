using System.Diagnostics;
using EndToEnd.Tests.Archive;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Cli;

/// <summary>What an operator meets in the first hour: wrong folders, full disks.</summary>
public sealed class OperatorTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    [Test]
    [Arguments("nosuch")]
    [Arguments("empty")]
    [Arguments("empty/*.car")]
    public async Task NothingToServe_IsExitCode3UnlessAllowed(string named)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["empty"]);
        await using var child = Start(folder, folder[named]);
        Assert.Equal(3, await child.WaitForExitAsync(s_limit));
        Assert.Contains(
            "error: nothing to serve: there is no CAR file (--allow-empty", child.Output.ToString(),
            StringComparison.Ordinal);

        await using var allowed = Start(folder, folder[named], "--allow-empty");
        await allowed.Output.WaitForAsync("ready: 0 repos served", s_limit);
        Assert.Equal(0, await allowed.StopAsync());
    }

    [Test]
    public async Task Folders_InFolders_AreServedButNotTheOwnDataFolder()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["a/b"]);
        Directory.CreateDirectory(folder["a/history"]);
        SmallRepo.Write(folder["a/b"], "x");
        SmallRepo.Write(folder["a/history"], "y");
        await Pack(SmallRepo.Write(folder.Location, "z"));
        for (int i = 0; i < 2; i++)
        {
            await using var child = Start(folder, folder.Location);
            string ready = await child.Output.WaitForAsync("ready: ", s_limit);
            Assert.StartsWith("ready: 2 repos served", ready, StringComparison.Ordinal);
            Assert.DoesNotContain("passed over", ready, StringComparison.Ordinal);
            Assert.Equal(0, await child.StopAsync());
        }

        Assert.Single(Directory.EnumerateFiles(folder["data/unpacked"]));
        var (code, output, _) = await PublishedBinary.RunAsync("verify", folder["a"]);
        Assert.Equal(0, code);
        Assert.StartsWith($"ok {folder["a/b/x.car"]}", output, StringComparison.Ordinal);
    }

    [Test]
    public async Task Lines_OfManyFiles_AreASummaryAndTheRefusals()
    {
        const int Sound = 30;
        using var folder = new TemporaryFolder();
        for (int i = 0; i < Sound; i++) SmallRepo.Write(folder.Location, $"x{i}");
        SmallRepo.Write(folder.Location, "later", SmallRepo.LaterRev);
        File.Copy(folder["later.car"], folder["twice.car"]);
        await File.WriteAllTextAsync(
            folder["bad.car"], "no CAR", TestRun.Cancellation);
        await using var child = Start(folder, folder.Location);
        string ready = await child.Output.WaitForAsync("ready: ", s_limit);
        Assert.StartsWith("ready: 31 repos served, 155 records", ready, StringComparison.Ordinal);
        Assert.EndsWith(
            ", 1 file passed over (-v), 1 file refused", ready, StringComparison.Ordinal);
        Assert.Equal(0, await child.StopAsync());
        Assert.InRange(child.Output.Error.Count, 4, 8);
        Assert.Single(
            child.Output.Error, line => line.StartsWith("refused ", StringComparison.Ordinal));

        File.Delete(folder["data/catalog.sqlite"]);
        await using var verbose = Start(folder, folder.Location, "-v");
        await verbose.Output.WaitForAsync("ready: ", s_limit);
        Assert.Equal(
            Sound + 1,
            verbose.Output.Error.Count(
                line => line.StartsWith("loaded ", StringComparison.Ordinal)));
    }

    [Test]
    public async Task Listening_OnAllAddresses_SaysSo()
    {
        using var folder = new TemporaryFolder();
        SmallRepo.Write(folder.Location, "x");
        string[] arguments = [folder.Location, "--data", folder["data"], "--port", "0"];
        await using var all = ChildProcess.Start(PublishedBinary.Location, arguments);
        string line = await all.Output.WaitForAsync("listening on ", s_limit);
        Assert.Matches(
            @"^listening on http://localhost:\d+ \(0\.0\.0\.0.* addresses of .*\)$", line);
        Assert.Equal(0, await all.StopAsync());

        await using var one = ChildProcess.Start(
            PublishedBinary.Location, arguments,
            new Dictionary<string, string> { ["PDS_BIND"] = "127.0.0.1" });
        line = await one.Output.WaitForAsync("listening on ", s_limit);
        Assert.Matches(@"^listening on http://127\.0\.0\.1:\d+$", line);
        Assert.DoesNotContain("warning", one.Output.ToString(), StringComparison.Ordinal);
    }

    [Test]
    public async Task DataFolder_ThatCannotBeMade_SaysWhy()
    {
        using var folder = new TemporaryFolder();
        SmallRepo.Write(folder.Location, "x");
        var (code, _, error) = await PublishedBinary.RunAsync(
            folder.Location, "--data", "/proc/foo", "--port", "0");

        Assert.Equal(3, code);
        Assert.Equal(
            "error: data folder /proc/foo cannot be used: "
                + "it cannot be made: no such file or folder",
            error);
    }

    [Test]
    [Arguments("verify", "ok -: ")]
    [Arguments("inspect", "-\n")]
    public async Task StandardInput_IsADash(string command, string expected)
    {
        using var folder = new TemporaryFolder();
        string car = SmallRepo.Write(folder.Location, "x");
        string[] arguments =
            ["-c", "exec \"$0\" \"$1\" - <\"$2\"", PublishedBinary.Location, command, car];
        await using var child = ChildProcess.Start("/bin/sh", arguments);

        Assert.Equal(0, await child.WaitForExitAsync(s_limit));
        Assert.StartsWith(
            expected, string.Join('\n', child.Output.Out) + "\n", StringComparison.Ordinal);
        Assert.Contains(
            SmallRepo.DidOf("x"), child.Output.ToString(), StringComparison.Ordinal);
    }

    [Test]
    public async Task Blobs_NamedAsOtherToolsDo_AreSaidOnce()
    {
        using var folder = new TemporaryFolder();
        SmallRepo.Write(folder.Location, "x");
        Directory.CreateDirectory(folder["blobs/alice.test_blobs"]);
        const string Warning = "has no folder named after the DID of a repo that is served";
        await using (var pds = await PdsProcess.StartAsync(
            "--car", folder["x.car"], "--blobs", folder["blobs"]))
        {
            string said = await pds.Output.WaitForAsync(Warning, s_limit);
            Assert.StartsWith(
                $"warning: --blobs {folder["blobs"]} ", said, StringComparison.Ordinal);
        }

        Directory.CreateDirectory(folder[$"blobs/{SmallRepo.DidOf("x").Replace(':', '_')}"]);
        await using var right = await PdsProcess.StartAsync(
            "--car", folder["x.car"], "--blobs", folder["blobs"]);
        Assert.Equal(0, await right.StopAsync());
        Assert.DoesNotContain(Warning, right.Output.ToString(), StringComparison.Ordinal);
    }

    [Test]
    public async Task DiskFull_FilesWaitAndAreLoadedLater()
    {
        using var folder = new TemporaryFolder();
        using var disk = SmallDisk.TryMount(folder["disk"], kilobytes: 4000);
        if (disk is null)
        {
            Skip.Test("takes root and a tmpfs");
            return;
        }

        SmallRepo.Write(folder.Location, "x0");
        for (int i = 1; i < 3; i++) SmallRepo.Write(folder.Location, $"x{i}", count: 20_000);
        await using var pds = await PdsProcess.StartAsync(
            new PdsLaunch { Arguments = ["--car", folder["x0.car"]], DataFolder = folder["disk"] });
        Assert.Equal(0, await pds.StopAsync());
        disk.Fill();

        await using var full = await PdsProcess.StartAsync(new PdsLaunch
        {
            Arguments = ["--car", folder.Location + "/*.car"],
            DataFolder = folder["disk"],
        });
        Assert.Contains(
            "ready: 1 repo served", full.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("2 files waiting for room", full.Output.ToString(),
            StringComparison.Ordinal);
        Assert.DoesNotContain("refused", full.Output.ToString(), StringComparison.Ordinal);
        var health = await full.AskAsync("_health");
        Assert.Equal((200, "degraded"),
            (health.Status, health.Json.GetProperty("status").GetString()));

        disk.Free();
        await full.Output.WaitForAsync(
            "no file waits for room any longer, 3 repos served", TimeSpan.FromMinutes(2));
        health = await full.AskAsync("_health");
        Assert.False(health.Json.TryGetProperty("status", out _));
        Assert.Equal(0, await full.StopAsync());
    }

    [Test]
    public async Task DiskFull_NothingIsServed_IsExitCode3()
    {
        using var folder = new TemporaryFolder();
        using var disk = SmallDisk.TryMount(folder["disk"], kilobytes: 4000);
        if (disk is null)
        {
            Skip.Test("takes root and a tmpfs");
            return;
        }

        await using (var pds = await PdsProcess.StartAsync(
            new PdsLaunch
            {
                Arguments = ["--car", folder.Location],
                DataFolder = folder["disk"],
            }))
        {
            Assert.Equal(0, await pds.StopAsync());
        }

        disk.Fill();
        SmallRepo.Write(folder.Location, "x", count: 20_000);
        var (code, _, error) = await PublishedBinary.RunAsync(
            folder["x.car"], "--data", folder["disk"], "--port", "0", "--bind", "127.0.0.1");

        Assert.Equal(3, code);
        Assert.Contains(
            $"error: data folder {folder["disk"]} has no room for any repo", error,
            StringComparison.Ordinal);
        Assert.DoesNotContain("refused", error, StringComparison.Ordinal);
    }

    [Test]
    public async Task Unit_OfTheReadme_IsConfined()
    {
        const string Tool = "/usr/bin/systemd-analyze";
        if (!File.Exists(Tool)) Skip.Test("takes systemd-analyze, of Debian's package systemd");
        string readme = await File.ReadAllTextAsync(
            Path.Combine(PublishedBinary.TreeRoot(), "README.md"),
            TestRun.Cancellation);
        int start = readme.IndexOf("[Unit]", StringComparison.Ordinal);
        int end = readme.IndexOf("```", start, StringComparison.Ordinal);
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(
            folder["pds-readonly.service"], readme[start..end],
            TestRun.Cancellation);

        // In tenths; more is exit code 1.
        await using var judge = ChildProcess.Start(
            Tool,
            ["security", "--offline=true", "--threshold=20", folder["pds-readonly.service"]]);

        int code = await judge.WaitForExitAsync(s_limit);
        Assert.True(code == 0, judge.Output.ToString());
    }

    private static ChildProcess Start(
        TemporaryFolder folder, string cars, params string[] more) => ChildProcess.Start(
            PublishedBinary.Location,
            [cars, "--data", folder["data"], "--port", "0", "--bind", "127.0.0.1", .. more]);

    private static async Task Pack(string path)
    {
        using var packed = Process.Start("gzip", path);
        await packed.WaitForExitAsync();
        Assert.Equal(0, packed.ExitCode);
    }
}
