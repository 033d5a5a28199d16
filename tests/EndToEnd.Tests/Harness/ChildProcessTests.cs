namespace EndToEnd.Tests.Harness;

public sealed class ChildProcessTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    [Test]
    public async Task WaitForAsync_LineOfEitherStream_IsFound()
    {
        await using var child = Shell("echo one; echo listening on x >&2; exec sleep 100");

        Assert.Equal("listening on x", await child.Output.WaitForAsync("listening", s_limit));
        Assert.Equal("one", await child.Output.WaitForAsync("one", s_limit));
    }

    [Test]
    public async Task WaitForAsync_ProcessEndsFirst_SaysWhatItWrote()
    {
        await using var child = Shell("echo sorry; exit 3");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => child.Output.WaitForAsync("listening", s_limit));

        Assert.Contains("sorry", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, await child.WaitForExitAsync(s_limit));
    }

    [Test]
    public async Task StopAsync_Obedient_EndsBySigterm()
    {
        await using var child = Shell(
            "sleep 100 & trap \"kill $!; echo bye; exit 7\" TERM; echo up; wait");
        await child.Output.WaitForAsync("up", s_limit);

        Assert.Equal(7, await child.StopAsync());
        Assert.Equal(["up", "bye"], child.Output.Out);
    }

    [Test]
    public async Task StopAsync_Deaf_IsKilledAfterTheGrace()
    {
        await using var child = ChildProcess.Start(
            "/bin/sh",
            ["-c", "trap '' TERM; echo up; exec sleep 100"],
            grace: TimeSpan.FromMilliseconds(50));
        await child.Output.WaitForAsync("up", s_limit);

        Assert.Equal(128 + 9, await child.StopAsync());
    }

    [Test]
    public async Task Start_SettingsOfTheCaller_AreNotPassedOn()
    {
        Environment.SetEnvironmentVariable("PDS_OF_THE_CALLER", "1");
        await using var child = ChildProcess.Start(
            "/bin/sh",
            ["-c", "echo \"[$PDS_OF_THE_CALLER$PDS_OWN]\""],
            new Dictionary<string, string> { ["PDS_OWN"] = "2" });

        await child.WaitForExitAsync(s_limit);

        Assert.Equal(["[2]"], child.Output.Out);
    }

    [Test]
    public async Task Of_RunningProcess_HasMemoryAndDescriptors()
    {
        await using var child = Shell("echo up; exec sleep 100");
        await child.Output.WaitForAsync("up", s_limit);

        var readings = ProcessReadings.Of(child.Id);

        Assert.InRange(readings.Descriptors, 3, 20);
        Assert.InRange(readings.ResidentBytes, 1, readings.PeakResidentBytes);
        Assert.InRange(readings.AnonymousBytes, 1, readings.ResidentBytes);
    }

    private static ChildProcess Shell(string script) =>
        ChildProcess.Start("/bin/sh", ["-c", script]);
}
