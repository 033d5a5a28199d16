using System.Net;
using System.Net.Sockets;
using Http.Connections;
using Http.Tests.Support;
using Http.Transports;

namespace Http.Tests.Transports;

/// <summary>
/// How a server ends, and how connections end by themselves. The test moves the clock, so each runs
/// alone: a server's thread that gets no processor for a moment has minutes pass meanwhile.
/// </summary>
public abstract class TransportStopTests(Func<ITransport> transport)
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static readonly IPEndPoint s_anyPort = new(IPAddress.Loopback, 0);

    // A deadline may begin some exchanges late; a connection that was woken has ten sweeps to move.
    private const int LateSeconds = 8;

    private static readonly TimeSpan s_longGrace = TimeSpan.FromMinutes(1);

    [Test]
    public async Task StopAsync_IdleConnections_AreClosedAtOnce()
    {
        await using var server = Start(new EchoHandler());
        using var fresh = await RawClient.ConnectAsync(server);
        using var used = await RawClient.ConnectAsync(server);
        await used.SendAsync(Get);
        await used.ReadThroughAsync("GET / 0");

        await server.StopAsync(s_longGrace);

        Assert.Equal("", await used.ReadAllAsync());
        await Assert.ThrowsAsync<SocketException>(() => RawClient.ConnectAsync(server));
    }

    [Test]
    public async Task StopAsync_RunningHandler_AnswersWholeAndSaysClose()
    {
        using var entered = new SemaphoreSlim(0);
        using var released = new ManualResetEventSlim();
        var handler = new ScriptedHandler((request, response) =>
        {
            entered.Release();
            released.Wait(s_longGrace);
            ScriptedHandler.Echo(request, response);
        });
        await using var server = Start(handler);
        using var client = await RawClient.ConnectAsync(server);
        await client.SendAsync(Get);
        await entered.WaitAsync(TestRun.Cancellation);

        var stopping = server.StopAsync(s_longGrace);
        Assert.False(stopping.IsCompleted);
        released.Set();

        var response = ReceivedResponse.ReadAll(await client.ReadAllAsync()).Single();
        Assert.Equal(("GET / 0", "close"), (response.Body, response.Header("Connection")));
        client.EndSending();
        await stopping;
    }

    [Test]
    public async Task StopAsync_RunningStream_IsFinished()
    {
        var handler = new ScriptedHandler((_, response) => response.SendSource(
            new ScriptedSource(BodyStatus.End, [.. Enumerable.Repeat(65_000, 300)]), null));
        await using var server = Start(handler);
        using var client = await RawClient.ConnectAsync(server);
        await client.SendAsync(Get);
        string head = await client.ReadThroughAsync("\r\n\r\n");

        var stopping = server.StopAsync(s_longGrace);

        var response = ReceivedResponse.ReadAll(head + await client.ReadAllAsync()).Single();
        Assert.Equal(300 * 65_000, response.Body.Length);
        client.EndSending();
        await stopping;
    }

    [Test]
    public async Task StopAsync_AfterItsGrace_CutsWhatIsLeft()
    {
        var source = new EndlessSource();
        var handler = new ScriptedHandler((_, response) => response.SendSource(source, null));
        await using var server = Start(handler);
        using var client = await RawClient.ConnectAsync(server);
        await client.SendAsync(Get);
        await client.ReadThroughAsync("eeee");

        await server.StopAsync(TimeSpan.Zero);

        await source.Disposed;
        await Assert.ThrowsAsync<SocketException>(client.ReadAllAsync);
    }

    [Test]
    public async Task StopAsync_Twice_IsTheSameAsOnce()
    {
        var server = Start(new EchoHandler());
        await server.StopAsync(TimeSpan.Zero);
        await server.StopAsync(TimeSpan.Zero);
        await server.DisposeAsync();
    }

    [Test]
    public async Task Sweep_HeadThatDoesNotEnd_Is408()
    {
        var time = new ManualTime();
        await using var server = Start(new EchoHandler(), time);
        using var client = await RawClient.ConnectAsync(server);
        await client.SendAsync("GET / HT");

        await PassSecondsAsync(15 + LateSeconds, server, time);

        string answer = await client.ReadThroughAsync("\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
    }

    [Test]
    public async Task Sweep_IdleConnections_AreClosedWithoutReset()
    {
        var time = new ManualTime();
        // That the client took its answer may be noticed late, and is another test's affair.
        var limits = new HttpLimits { SlowReaderTimeout = TimeSpan.FromHours(1) };
        await using var server = Start(new EchoHandler(), time, limits);
        // Many, since whoever wakes one and whoever closes it may meet.
        var clients = new List<RawClient>();
        for (int i = 0; i < 60; i++)
        {
            var client = await RawClient.ConnectAsync(server);
            clients.Add(client);
            await client.SendAsync(Get);
            await client.ReadThroughAsync("GET / 0");
        }

        await PassSecondsAsync(90 + LateSeconds, server, time);

        foreach (var client in clients)
        {
            Assert.Equal("", await client.ReadAllAsync());
            client.Dispose();
        }
    }

    [Test]
    public async Task Sweep_ReaderThatTakesNothing_IsCut()
    {
        var time = new ManualTime();
        var source = new EndlessSource();
        var handler = new ScriptedHandler((request, response) =>
        {
            if (request.Path is [_, (byte)'s']) response.SendSource(source, null);
        });
        await using var server = Start(handler, time);
        using var client = await RawClient.ConnectAsync(server, receiveBufferBytes: 4096);
        await client.SendAsync("GET /s HTTP/1.1\r\nHost: a\r\n\r\n");

        // Its deadline begins anew until the buffers between the two are full.
        while (!source.Disposed.IsCompleted) await PassSecondsAsync(1, server, time);

        await Assert.ThrowsAsync<SocketException>(client.ReadAllAsync);
    }

    private HttpServer Start(
        IRequestHandler handler, TimeProvider? time = null, HttpLimits? limits = null) =>
        HttpServer.Start(s_anyPort, handler, new HttpServerOptions
        {
            TimeProvider = time ?? TimeProvider.System,
            Limits = limits ?? new HttpLimits(),
            Transport = transport,
        });

    /// <summary>
    /// Lets seconds pass, each with an exchange between, so that the server keeps up.
    /// </summary>
    private static async Task PassSecondsAsync(int seconds, HttpServer server, ManualTime time)
    {
        for (int second = 0; second < seconds; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await RawClient.ExchangeAsync(server, Get);
        }
    }
}
