using System.Text.Json;
using EndToEnd.Tests.Harness;
using Http.Messages;
using Http.Tests.Support;

namespace EndToEnd.Tests.Server;

/// <summary>
/// The raw requests of the engine's hostile suite, sent to the published binary over each of its
/// transports: alone, and behind a good request.
/// </summary>
public sealed class HostileRequestTests
{
    private const string Good = "GET /robots.txt HTTP/1.1\r\nHost: a\r\n\r\n";

    [Test]
    [Arguments("epoll")]
    [Arguments("sockets")]
    public async Task Serve_EveryRawRequest_HasItsOutcome(string transport)
    {
        using var cars = new TemporaryFolder();
        await using var pds = await PdsProcess.StartAsync(
            "--car", cars.Location, "--transport", transport);
        foreach (var request in RawRequests.OfAnyLimits)
        {
            await CheckAsync(pds, request, before: "");
            await CheckAsync(pds, request, Good);
        }

        Assert.Equal(200, (await pds.FetchRawAsync("/robots.txt")).Status);
        Assert.Equal(0, await pds.StopAsync());
    }

    [Test]
    [Arguments("epoll")]
    [Arguments("sockets")]
    public async Task Serve_LimitsOfOptions_AreKept(string transport)
    {
        using var cars = new TemporaryFolder();
        await using var pds = await PdsProcess.StartAsync(
            "--car", cars.Location, "--transport", transport, "--loops", "1",
            "--head-bytes-max", "2000", "--headers-max", "10", "--url-bytes-max", "300");
        string lines = string.Concat(Enumerable.Repeat("X: a\r\n", 10));
        Assert.Equal(404, await StatusOfAsync(pds, $"GET /{new string('u', 299)}", ""));
        Assert.Equal(414, await StatusOfAsync(pds, $"GET /{new string('u', 300)}", ""));
        Assert.Equal(200, await StatusOfAsync(pds, "GET /", lines[6..]));
        Assert.Equal(431, await StatusOfAsync(pds, "GET /", lines));
        Assert.Equal(431, await StatusOfAsync(pds, "GET /", $"X: {new string('x', 2000)}\r\n"));
    }

    private static async Task CheckAsync(PdsProcess pds, RawRequest request, string before)
    {
        using var raw = await pds.ConnectAsync();
        await raw.SendAsync(before + request.Bytes);
        if (before.Length > 0) Assert.Equal(200, (await raw.ReadResponseAsync()).Status);
        // A client that waits to be told to send, and then sends, is answered after that.
        var response = await raw.ReadResponseAsync(request.IsHead);
        while (response.Status == 100) response = await raw.ReadResponseAsync(request.IsHead);
        if (request.Rejection == RequestRejection.None)
        {
            Assert.True(response.Status is >= 200 and < 500, $"{request.Name}: {response}");
        }
        else
        {
            var (status, message) = RejectionAnswer.For(request.Rejection);
            Assert.True(response.Status == status, $"{request.Name}: {response.StatusLine}");
            using var body = JsonDocument.Parse(response.Body);
            Assert.Equal(message, body.RootElement.GetProperty("message").GetString());
            Assert.Equal("*", response.Header("Access-Control-Allow-Origin"));
        }

        string connection = request.KeepsAlive ? "keep-alive" : "close";
        Assert.True(connection == response.Header("Connection"), request.Name);
        // One that stands answers the next request, and nothing else in between.
        if (request.KeepsAlive)
        {
            await raw.SendAsync(Good);
            Assert.Equal(200, (await raw.ReadResponseAsync()).Status);
            return;
        }

        Assert.Empty(await raw.ReadToEndAsync());
    }

    private static async Task<int> StatusOfAsync(PdsProcess pds, string start, string lines)
    {
        using var raw = await pds.ConnectAsync();
        await raw.SendAsync($"{start} HTTP/1.1\r\nHost: a\r\n{lines}\r\n");
        return (await raw.ReadResponseAsync()).Status;
    }
}
