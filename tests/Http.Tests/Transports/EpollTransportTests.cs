using System.Net;
using Http.Tests.Support;
using Http.Transports;

namespace Http.Tests.Transports;

[InheritsTests]
public sealed class EpollTransportTests() : TransportTests(static () => new EpollTransport());

[InheritsTests]
public sealed class EpollTransportOneLoopTests()
    : TransportTests(static () => new EpollTransport(1));

public sealed class EpollEvictionTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private const int All = 8;

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    public async Task Start_CrowdThatOnlyConnects_MakesRoomForOthers(int loops)
    {
        await using var server = Start(loops);
        using var kept = await RawClient.ConnectAsync(server);
        await kept.SendAsync(Get);
        await kept.ReadThroughAsync("GET / 0");
        var crowd = new List<RawClient>();
        for (int i = 0; i < 3 * All; i++)
        {
            var silent = await RawClient.ConnectAsync(server);
            await silent.SendAsync("GET / HT");
            crowd.Add(silent);
            using var other = await RawClient.ConnectAsync(server);
            await other.SendAsync(Get);
            Assert.StartsWith(
                "HTTP/1.1 200", await other.ReadThroughAsync("GET / 0"), StringComparison.Ordinal);
            // Whoever has only just come may still ask for something.
            await Task.Delay(60, TestRun.Cancellation);
        }

        // Of those that wait, the ones that never had a request go first.
        await kept.SendAsync(Get);
        await kept.ReadThroughAsync("GET / 0");
        foreach (var client in crowd) client.Dispose();
    }

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    public async Task Start_CrowdThatAskedOnceAndStays_MakesRoomBeforeWhoeverAsksOn(int loops)
    {
        await using var server = Start(loops);
        using var kept = await RawClient.ConnectAsync(server);
        var crowd = new List<RawClient>();
        for (int i = 0; i < 4 * All; i++)
        {
            await kept.SendAsync(Get);
            await kept.ReadThroughAsync("GET / 0");
            var other = await RawClient.ConnectAsync(server);
            crowd.Add(other);
            await other.SendAsync(Get);
            await other.ReadThroughAsync("GET / 0");
        }

        foreach (var client in crowd) client.Dispose();
    }

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    public async Task Start_CrowdThatWasAnsweredAndStays_MakesRoomBeforeNewcomers(int loops)
    {
        await using var server = Start(loops);
        var crowd = new List<RawClient>();
        for (int i = 0; i < 4 * All; i++)
        {
            var other = await RawClient.ConnectAsync(server);
            crowd.Add(other);
            // The next one comes before this one asks.
            crowd.Add(await RawClient.ConnectAsync(server));
            await other.SendAsync(Get);
            await other.ReadThroughAsync("GET / 0");
            await crowd[^1].SendAsync(Get);
            await crowd[^1].ReadThroughAsync("GET / 0");
        }

        foreach (var client in crowd) client.Dispose();
    }

    private static HttpServer Start(int loops) => HttpServer.Start(
        new IPEndPoint(IPAddress.Loopback, 0),
        new EchoHandler(),
        new HttpServerOptions
        {
            Transport = () => new EpollTransport(loops),
            Limits = new HttpLimits { ConnectionsMax = All },
        });
}

[NotInParallel]
[InheritsTests]
public sealed class EpollTransportStopTests()
    : TransportStopTests(static () => new EpollTransport());

[NotInParallel]
[InheritsTests]
public sealed class EpollTransportStopOneLoopTests()
    : TransportStopTests(static () => new EpollTransport(1));
