using System.Globalization;
using System.Net;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Server;

public sealed class ServeTests
{
    [Test]
    public async Task Start_FolderWithoutRepos_AnswersAndStopsOnSigterm()
    {
        using var cars = new TemporaryFolder();
        await using var pds = await PdsProcess.StartAsync("--car", cars.Location);

        using var response = await pds.GetAsync("_health");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        using var raw = await pds.ConnectAsync();
        await raw.SendAsync("GET /robots.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Assert.Equal(200, (await raw.ReadResponseAsync()).Status);
        Assert.Empty(await raw.ReadToEndAsync());

        Assert.Equal(0, await pds.StopAsync());
    }

    [Test]
    public async Task Start_FewDescriptors_TakesTheLimit()
    {
        using var cars = new TemporaryFolder();
        await using var pds = await PdsProcess.StartAsync(
            new PdsLaunch { Arguments = ["--car", cars.Location], DescriptorsMax = 256 });

        Assert.Contains("256", LimitLine(pds.Id), StringComparison.Ordinal);
        Assert.InRange(pds.Readings().Descriptors, 1, 256);
    }

    [Test]
    public async Task Start_FewDescriptors_ServesAndTurnsTheRestAway()
    {
        const int Attempts = 300;
        using var cars = new TemporaryFolder();
        await using var pds = await PdsProcess.StartAsync(
            new PdsLaunch { Arguments = ["--car", cars.Location], DescriptorsMax = 256 });
        // Each loop takes two descriptors, so the number depends on the machine.
        string limit = Assert.Single(
            pds.Output.Error, line => line.StartsWith("at most ", StringComparison.Ordinal));
        int connections = int.Parse(limit.Split(' ')[2], CultureInfo.InvariantCulture);
        Assert.InRange(connections, 8, 64);

        using var early = await pds.ConnectAsync();
        var others = new List<RawConnection>();
        for (int i = 0; i < Attempts; i++) others.Add(await pds.ConnectAsync());

        await early.SendAsync("GET /robots.txt HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(200, (await early.ReadResponseAsync()).Status);
        var refused = await others[^1].ReadResponseAsync();
        Assert.Equal((503, "10"), (refused.Status, refused.Header("Retry-After")));
        Assert.InRange(pds.Readings().Descriptors, 1, 256);
        foreach (var other in others) other.Dispose();
    }

    [Test]
    public async Task Start_MoreConnectionsThanDescriptors_IsRefused()
    {
        using var cars = new TemporaryFolder();
        var launch = new PdsLaunch
        {
            Arguments = ["--car", cars.Location, "--connections-max", "200"],
            DescriptorsMax = 256,
        };
        var ended = await Assert.ThrowsAsync<InvalidOperationException>(
            () => PdsProcess.StartAsync(launch));
        Assert.Contains(
            "--connections-max 200 cannot be held: with at most 256 open files (ulimit -n) it is ",
            ended.Message,
            StringComparison.Ordinal);
    }

    private static string LimitLine(int processId) =>
        File.ReadLines($"/proc/{processId}/limits")
            .Single(line => line.StartsWith("Max open files", StringComparison.Ordinal));
}
