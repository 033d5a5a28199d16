using System.Net;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Server;

public sealed class ServeTests
{
    [Fact]
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

    [Fact]
    public async Task Start_FewDescriptors_TakesTheLimit()
    {
        using var cars = new TemporaryFolder();
        await using var pds = await PdsProcess.StartAsync(
            new PdsLaunch { Arguments = ["--car", cars.Location], DescriptorsMax = 256 });

        Assert.Contains("256", LimitLine(pds.Id), StringComparison.Ordinal);
        Assert.InRange(pds.Readings().Descriptors, 1, 256);
    }

    private static string LimitLine(int processId) =>
        File.ReadLines($"/proc/{processId}/limits")
            .Single(line => line.StartsWith("Max open files", StringComparison.Ordinal));
}
