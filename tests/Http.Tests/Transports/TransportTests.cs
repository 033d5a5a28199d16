using System.Net;
using System.Net.Sockets;
using System.Text;
using Http.Connections;
using Http.Messages;
using Http.Tests.Connections;
using Http.Tests.Support;
using Http.Transports;

namespace Http.Tests.Transports;

/// <summary>
/// Real sockets on loopback: the same outcomes as without, many at once, files, resets. Each
/// transport has a class that runs these.
/// </summary>
public abstract class TransportTests(Func<ITransport> transport)
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static readonly IPEndPoint s_anyPort = new(IPAddress.Loopback, 0);

    [Test]
    public async Task Start_EveryRawRequest_HasItsOutcome()
    {
        await using var server = Start(new EchoHandler(), RawRequestTests.Options);
        foreach (var request in RawRequests.All)
        {
            string answer = await RawClient.ExchangeAsync(server, request.Bytes);
            AssertOutcome(request, answer, before: 0);
        }
    }

    [Test]
    public async Task Start_EveryRawRequestInTwoPieces_HasTheSameOutcome()
    {
        await using var server = Start(new EchoHandler(), RawRequestTests.Options);
        foreach (var request in RawRequests.All)
        {
            foreach (int cut in CutsOf(request.Bytes))
            {
                using var client = await RawClient.ConnectAsync(server);
                await client.SendAsync(request.Bytes[..cut]);
                // Answers in between: what was sent has been read by then, most likely.
                await RawClient.ExchangeAsync(server, Get);
                string answer = await client.SendLastAndReadAsync(request.Bytes[cut..]);
                AssertOutcome(request, answer, before: 0);
            }
        }
    }

    [Test]
    public async Task Start_EveryRawRequestBehindAGoodOne_HasTheSameOutcome()
    {
        await using var server = Start(new EchoHandler(), RawRequestTests.Options);
        foreach (var request in RawRequests.All)
        {
            string answer = await RawClient.ExchangeAsync(server, Get + request.Bytes);
            AssertOutcome(request, answer, before: 1);
        }
    }

    [Test]
    public async Task Start_ManyConnectionsPipelining_GetTheirOwnAnswersInOrder()
    {
        const int Requests = 50;
        await using var server = Start(new EchoHandler());
        var exchanges = Enumerable.Range(0, 64).Select(async connection =>
        {
            string all = string.Concat(Enumerable.Range(0, Requests).Select(
                number => $"GET /{connection}/{number} HTTP/1.1\r\nHost: a\r\n\r\n"));
            var responses = ReceivedResponse.ReadAll(await RawClient.ExchangeAsync(server, all));
            Assert.Equal(
                Enumerable.Range(0, Requests).Select(number => $"GET /{connection}/{number} 0"),
                responses.Select(response => response.Body));
        });
        await Task.WhenAll(exchanges);
    }

    [Test]
    public async Task Start_HandlerOnASlowDisk_DoesNotHoldUpOthers()
    {
        using var disk = new ManualResetEventSlim();
        var handler = new ScriptedHandler((request, response) =>
        {
            if (request.Path.SequenceEqual("/cold"u8))
            {
                if (!request.MayBlock)
                {
                    response.Postpone();
                    return;
                }

                disk.Wait(TimeSpan.FromMinutes(1));
            }

            ScriptedHandler.Echo(request, response);
        });
        await using var server = Start(handler);
        const string Cold = "GET /cold HTTP/1.1\r\nHost: a\r\n\r\n";
        using var cold = await RawClient.ConnectAsync(server);
        await cold.SendAsync(Cold + Get);
        for (int i = 0; i < 20; i++)
        {
            Assert.Contains(
                "GET / 0", await RawClient.ExchangeAsync(server, Get), StringComparison.Ordinal);
        }

        disk.Set();
        await cold.ReadThroughAsync("GET /cold 0");
        await cold.ReadThroughAsync("GET / 0");
    }

    [Test]
    public async Task SendSource_OnASlowDisk_DoesNotHoldUpOthers()
    {
        using var disk = new ManualResetEventSlim();
        var handler = new ScriptedHandler((request, response) =>
        {
            bool isCold = request.Path.SequenceEqual("/cold"u8);
            if (isCold) response.SendSource(new ColdSource(disk), null);
            else ScriptedHandler.Echo(request, response);
        });
        await using var server = Start(handler);
        using var cold = await RawClient.ConnectAsync(server);
        await cold.SendAsync("GET /cold HTTP/1.1\r\nHost: a\r\n\r\n");
        for (int i = 0; i < 20; i++)
        {
            Assert.Contains(
                "GET / 0", await RawClient.ExchangeAsync(server, Get), StringComparison.Ordinal);
        }

        disk.Set();
        await cold.ReadThroughAsync("0\r\n\r\n");
    }

    [Test]
    public async Task Start_IPv6Any_ServesIPv4Too()
    {
        Skip.Unless(Socket.OSSupportsIPv6, "no IPv6 here");
        IPAddress? remote = null;
        var handler = new ScriptedHandler((request, _) => remote = request.RemoteAddress);
        await using var server = HttpServer.Start(
            new IPEndPoint(IPAddress.IPv6Any, 0), handler, With(null));
        var cancelled = TestRun.Cancellation;
        using var socket = new Socket(
            AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, server.LocalEndPoint.Port, cancelled);
        await socket.SendAsync(Encoding.ASCII.GetBytes(Get), cancelled);
        Assert.True(await socket.ReceiveAsync(new byte[100], cancelled) > 0);
        Assert.Equal(IPAddress.Loopback, remote);
    }

    [Test]
    public async Task Start_PortTaken_ThrowsSocketException()
    {
        await using var server = Start(new EchoHandler());
        Assert.Throws<SocketException>(
            () => HttpServer.Start(server.LocalEndPoint, new EchoHandler(), With(null)));
    }

    [Test]
    public async Task SendFile_LargerThanOneSlice_ArrivesWhole()
    {
        byte[] content = new byte[1_000_000];
        new Random(2).NextBytes(content);
        await WithFileAsync(content, async path =>
        {
            var handler = new ScriptedHandler((_, response) =>
                response.SendFile(File.OpenHandle(path), 1000, content.Length - 2000));
            await using var server = Start(handler);
            string answer = await RawClient.ExchangeAsync(server, Get + Get);
            var responses = ReceivedResponse.ReadAll(answer);
            string expected = Encoding.Latin1.GetString(content, 1000, content.Length - 2000);
            Assert.Equal(2, responses.Count);
            Assert.All(responses, response => Assert.True(expected == response.Body, "differs"));
        });
    }

    [Test]
    public async Task SendFile_ShorterThanSaid_ResetsTheConnection() =>
        await WithFileAsync(new byte[1000], async path =>
        {
            var handler = new ScriptedHandler((_, response) =>
                response.SendFile(File.OpenHandle(path), 0, 1001));
            var events = new RecordedEvents();
            await using var server = Start(
                handler, new HttpServerOptions { Events = events });
            await Assert.ThrowsAsync<SocketException>(() => RawClient.ExchangeAsync(server, Get));
            Assert.IsType<EndOfStreamException>(Assert.Single(events.BodyFailures));
        });

    [Test]
    [Arguments("GET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [Arguments("GET / HTTP/1.0\r\n\r\n")]      // its end is the connection's: only a reset tells
    public async Task SendSource_ThatFails_ResetsTheConnection(string request)
    {
        var source = new ScriptedSource(BodyStatus.Failed, 100_000, 100_000, 5);
        var handler = new ScriptedHandler((_, response) => response.SendSource(source, null));
        await using var server = Start(handler);
        await Assert.ThrowsAsync<SocketException>(() => RawClient.ExchangeAsync(server, request));
        Assert.Equal(1, source.DisposeCount);
    }

    [Test]
    public async Task SendSource_OfManyMegabytes_ArrivesWhole()
    {
        const int Pieces = 300;
        var handler = new ScriptedHandler((_, response) => response.SendSource(
            new ScriptedSource(BodyStatus.End, [.. Enumerable.Repeat(65_000, Pieces)]), null));
        await using var server = Start(handler);
        string answer = await RawClient.ExchangeAsync(server, Get);
        var response = ReceivedResponse.ReadAll(answer).Single();
        Assert.Equal(Pieces * 65_000, response.Body.Length);
    }

    [Test]
    public async Task SendSource_WhoseClientLeaves_IsDisposed()
    {
        var source = new EndlessSource();
        var handler = new ScriptedHandler((_, response) => response.SendSource(source, null));
        await using var server = Start(handler);
        using (var client = await RawClient.ConnectAsync(server))
        {
            await client.SendAsync(Get);
            await client.ReadThroughAsync("eeee");
        }

        await source.Disposed.WaitAsync(
            TimeSpan.FromMinutes(1), TestRun.Cancellation);
    }

    [Test]
    [Arguments(1, 100)]
    [Arguments(100, 1)]
    public async Task Start_OneConnectionTooMany_Is503UntilAnotherLeaves(int all, int perAddress)
    {
        var events = new RecordedEvents();
        var options = new HttpServerOptions
        {
            Limits = new HttpLimits { ConnectionsMax = all, ConnectionsPerAddressMax = perAddress },
            Events = events,
            ErrorHeaders = [new("X-Error", "yes")],
        };
        var handler = new ScriptedHandler((request, response) =>
        {
            if (request.Path is [_, (byte)'s']) response.SendSource(new EndlessSource(), null);
            else ScriptedHandler.Echo(request, response);
        });
        await using var server = Start(handler, options);
        using (var first = await RawClient.ConnectAsync(server))
        {
            // An answer is under way: an idle connection might make room.
            await first.SendAsync("GET /s HTTP/1.1\r\nHost: a\r\n\r\n");
            await first.ReadThroughAsync("eeee");
            using var second = await RawClient.ConnectAsync(server);
            var refused = ReceivedResponse.ReadAll(await second.ReadAllAsync()).Single();
            Assert.Equal((503, "close"), (refused.Status, refused.Header("Connection")));
            Assert.Equal("yes", refused.Header("X-Error"));
            Assert.Equal(1, events.RefusedCount);
        }

        // The server learns a moment later that the first is gone.
        while (!await IsAnsweredAsync(server)) await Task.Yield();
    }

    private HttpServer Start(IRequestHandler handler, HttpServerOptions? options = null) =>
        HttpServer.Start(s_anyPort, handler, With(options));

    private HttpServerOptions With(HttpServerOptions? options) =>
        (options ?? new HttpServerOptions()) with { Transport = transport };

    /// <summary>Behind the first byte, in the middle, before the last one.</summary>
    private static IEnumerable<int> CutsOf(string bytes) =>
        new[] { 1, bytes.Length / 2, bytes.Length - 1 }
            .Where(cut => cut > 0 && cut < bytes.Length)
            .Distinct();

    private static void AssertOutcome(RawRequest request, string answer, int before)
    {
        var responses = ReceivedResponse.ReadAll(answer, request.IsHead ? [before] : []);
        Assert.True(responses.Count == before + 1, $"{request.Name}: {answer}");
        int expected = request.Rejection == RequestRejection.None
            ? 200 : RejectionAnswer.For(request.Rejection).Status;
        var response = responses[before];
        Assert.True(expected == response.Status, $"{request.Name}: {answer}");
        if (request.Seen is { } seen && !request.IsHead) Assert.Equal(seen, response.Body);
    }

    private static async Task<bool> IsAnsweredAsync(HttpServer server)
    {
        try
        {
            using var client = await RawClient.ConnectAsync(server);
            await client.SendAsync(Get);
            string line = await client.ReadThroughAsync("\r\n");
            return line.Contains("200", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            // Turned away with the request still unread.
            return false;
        }
    }

    [Test]
    public async Task Start_TrustedProxy_IsNotHeldToTheLimitPerAddress()
    {
        var options = new HttpServerOptions
        {
            Limits = new HttpLimits { ConnectionsPerAddressMax = 1 },
            TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")],
        };
        var handler = new ScriptedHandler((request, response) =>
            response.AddHeader("X-Client"u8, Encoding.ASCII.GetBytes($"{request.ClientAddress}")));
        await using var server = Start(handler, options);
        using var first = await RawClient.ConnectAsync(server);
        await first.SendAsync(Get);
        await first.ReadThroughAsync("\r\n\r\n");

        string answer = await RawClient.ExchangeAsync(
            server, "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n");
        var response = ReceivedResponse.ReadAll(answer).Single();
        Assert.Equal((200, "203.0.113.7"), (response.Status, response.Header("X-Client")));
    }

    private static async Task WithFileAsync(byte[] content, Func<string, Task> act)
    {
        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, content, TestRun.Cancellation);
            await act(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
