using System.Globalization;
using EndToEnd.Tests.Archive;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Server;

/// <summary>
/// Pipes, devices and folders where files are looked for: nothing waits for them, and they take
/// nothing else with them.
/// </summary>
public sealed class NotAFileTests
{
    private const long MemoryMax = 200L << 20;

    [Test]
    [Arguments("x.did.json", "pipe")]
    [Arguments("x.plc.json", "pipe")]
    [Arguments("x.did.json", "/dev/zero")]
    [Arguments("x.plc.json", "/dev/zero")]
    [Arguments("x.did.json", "folder")]
    public async Task Sidecar_NotAFile_IsAWarningAndItsCarIsServed(string name, string kind)
    {
        using var folder = new TemporaryFolder();
        SmallRepo.Write(folder.Location, "x");
        await MakeAsync(folder[name], kind);
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);

        var status = await pds.AskAsync(
            "com.atproto.sync.getRepoStatus", ("did", SmallRepo.DidOf("x")));
        Assert.Equal(200, status.Status);
        Assert.Contains(
            $"{folder[name]} is not used: not a regular file", pds.Output.ToString(),
            StringComparison.Ordinal);
        Assert.InRange(pds.Readings().PeakResidentBytes, 1, MemoryMax);
        Assert.Equal(0, await pds.StopAsync());
    }

    [Test]
    [Arguments("y.car")]
    [Arguments("y.car.gz")]
    public async Task Car_APipe_IsRefusedAndOthersAreServed(string name)
    {
        using var folder = new TemporaryFolder();
        SmallRepo.Write(folder.Location, "x");
        await MakeAsync(folder[name], "pipe");
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);

        Assert.Contains("ReadFailed: not a regular file", pds.RefusalOf(folder[name]),
            StringComparison.Ordinal);
        Assert.Contains("ready: 1 repo served", pds.Output.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await pds.StopAsync());
    }

    [Test]
    [Arguments("verify")]
    [Arguments("inspect")]
    [Arguments("collections", "--check")]
    public async Task Command_OfAPipe_EndsWith3(params string[] command)
    {
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["a.car", "a.car.gz"])
        {
            await MakeAsync(folder[name], "pipe");
            var (code, output, error) = await PublishedBinary.RunAsync([.. command, folder[name]]);

            Assert.Equal(3, code);
            Assert.Contains(
                "not a regular file", output + error, StringComparison.Ordinal);
        }
    }

    [Test]
    public async Task Blob_APipe_IsNotFound()
    {
        const string Cid = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
        using var folder = new TemporaryFolder();
        SmallRepo.Write(folder.Location, "x");
        string blobs = Path.Combine(folder["blobs"], SmallRepo.DidOf("x"));
        Directory.CreateDirectory(blobs);
        await MakeAsync(Path.Combine(blobs, Cid), "pipe");
        await using var pds = await PdsProcess.StartAsync(
            "--car", folder["x.car"], "--blobs", folder["blobs"]);

        var blob = await pds.AskAsync(
            "com.atproto.sync.getBlob", ("did", SmallRepo.DidOf("x")), ("cid", Cid));
        Assert.InRange(blob.Status, 400, 404);
        Assert.Equal(0, await pds.StopAsync());
    }

    [Test]
    public async Task Unreadable_FolderAndSidecar_AreNamedWithTheUser()
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess
            || !File.Exists("/usr/bin/setpriv"))
        {
            Skip.Test("takes root and setpriv, to become a user who may not");
            return;
        }

        using var folder = new TemporaryFolder();
        File.SetUnixFileMode(folder.Location, (UnixFileMode)Convert.ToInt32("755", 8));
        Directory.CreateDirectory(folder["private"]);
        Directory.CreateDirectory(folder["open"]);
        Directory.CreateDirectory(folder["open/inner"]);
        SmallRepo.Write(folder["open"], "x");
        await File.WriteAllTextAsync(
            folder["open/x.did.json"], "{}", TestRun.Cancellation);
        foreach (string name in (string[])["private", "open/inner", "open/x.did.json"])
        {
            File.SetUnixFileMode(folder[name], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        File.Copy(PublishedBinary.Location, folder["program"]);
        string uid = 65534.ToString(CultureInfo.InvariantCulture);
        string denied = $"permission denied (uid {uid})";
        string[] serve =
        [
            "--reuid", uid, "--clear-groups", folder["program"], "--port", "0", "--bind",
            "127.0.0.1", "--data", $"{Path.GetTempPath()}/pds-{Guid.NewGuid():N}",
        ];

        await using var none = ChildProcess.Start(
            "/usr/bin/setpriv", [.. serve, folder["private"]]);
        Assert.Equal(3, await none.WaitForExitAsync(TimeSpan.FromMinutes(1)));
        Assert.Contains(
            $"--car {folder["private"]} cannot be read: {denied}", none.Output.ToString(),
            StringComparison.Ordinal);

        await using var some = ChildProcess.Start("/usr/bin/setpriv", [.. serve, folder["open"]]);
        await some.Output.WaitForAsync("ready: 1 repo served", TimeSpan.FromMinutes(1));
        Assert.Contains(
            $"--car {folder["open"]} holds {folder["open/inner"]}, which cannot be read: {denied}",
            some.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains(
            $"{folder["open/x.did.json"]} is not used: {denied}", some.Output.ToString(),
            StringComparison.Ordinal);
        Assert.Equal(0, await some.StopAsync());
        Directory.Delete(serve[^1], recursive: true);
    }

    private static async Task MakeAsync(string path, string kind)
    {
        if (kind == "folder") Directory.CreateDirectory(path);
        else if (kind == "pipe") await Pipes.MakeAsync(path);
        else File.CreateSymbolicLink(path, kind);
    }
}
