using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Http.Connections;
using Http.Tests.Support;
using Http.Transports;
using Http.WebSockets;

namespace Http.Tests.WebSockets;

/// <summary>
/// WebSockets over real sockets, for any transport: the same outcomes as without, many at once,
/// wakes from other threads, silence, slow readers, the server's end. One class per transport
/// derives from it.
/// </summary>
public abstract class WebSocketTransportSuite(Func<ITransport> transport)
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    // A deadline may begin some exchanges late.
    private const int LateSeconds = 8;

    private static readonly IPEndPoint s_anyPort = new(IPAddress.Loopback, 0);
    private static readonly TimeSpan s_longGrace = TimeSpan.FromMinutes(1);

    [Test]
    public async Task Start_EveryCase_HasItsOutcome()
    {
        await using var server = Start(static () => new ScriptedMessages());
        foreach (var test in WebSocketCases.All)
        {
            using var client = await FrameClient.ConnectAsync(server);
            await client.SendAsync(test.Bytes);
            var answers = new List<string?>();
            foreach (string _ in test.Answers) answers.Add(await client.ReadTextAsync());
            string got = string.Join(", ", answers);
            Assert.True(test.Answers.SequenceEqual(answers), $"{test}: {got}");
            if (!test.Closes)
            {
                await client.SendAsync(ClientFrames.Ping("alive"));
                Assert.Equal("pong 616c697665", await client.ReadTextAsync());
                await client.SendAsync(ClientFrames.Close(1000));
                Assert.Equal("close 1000 ", await client.ReadTextAsync());
            }

            Assert.Null(await client.ReadAsync());
        }
    }

    [Test]
    public async Task Start_FramesBehindTheHandshake_AreAnsweredAtOnce()
    {
        await using var server = Start(static () => new ScriptedMessages().Add("first"));
        using var client = await FrameClient.ConnectAsync(server, ClientFrames.Ping("p"));
        Assert.Equal("pong 70", await client.ReadTextAsync());
        Assert.Equal("binary 5", await client.ReadTextAsync());
    }

    [Test]
    public async Task Messages_OfEveryLengthClass_ArriveWholeAndInOrder()
    {
        int[] lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 65_537, 5_000_000, 3];
        await using var server = Start(() =>
        {
            var messages = new ScriptedMessages();
            foreach (int length in lengths) messages.Add(Pattern(length));
            return messages.Add(MessageStatus.End);
        });
        using var client = await FrameClient.ConnectAsync(server);
        foreach (int length in lengths)
        {
            Assert.Equal(Pattern(length), (await client.ReadAsync())!.Payload);
        }

        Assert.Equal(["close 1000 "], await client.ReadAllAsync());
    }

    [Test]
    public async Task Messages_Blocked_AreSentAllTheSame()
    {
        await using var server = Start(static () => new ScriptedMessages()
            .Add("1")
            .Add(MessageStatus.Blocked, [2, 2])
            .Add(MessageStatus.End, [3, 3, 3]));
        using var client = await FrameClient.ConnectAsync(server);
        Assert.Equal(
            ["binary 1", "binary 2", "binary 3", "close 1000 "], await client.ReadAllAsync());
    }

    [Test]
    public async Task Wake_FromAnotherThreadToManySockets_BringsEveryMessageInOrder()
    {
        const int Clients = 40;
        const int Messages = 2_000;
        var sources = new List<ScriptedMessages>();
        await using var server = Start(() =>
        {
            var messages = new ScriptedMessages();
            lock (sources) sources.Add(messages);
            return messages;
        });
        var clients = new List<FrameClient>();
        for (int count = 0; count < Clients; count++)
        {
            clients.Add(await FrameClient.ConnectAsync(server));
        }

        var publisher = new Thread(() => Publish(sources, Messages));
        var readers = clients.Select(client => CountInOrderAsync(client, Messages)).ToList();
        publisher.Start();
        await Task.WhenAll(readers);
        publisher.Join();
        foreach (var client in clients) client.Dispose();
    }

    [Test]
    public async Task Wake_SpuriousAndAfterTheEnd_DoesNoHarm()
    {
        var messages = new ScriptedMessages();
        await using var server = Start(() => messages);
        bool isOver = false;
        var waker = new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                messages.Connection?.Wake();
                Thread.Yield();
            }
        });
        waker.Start();
        using (var client = await FrameClient.ConnectAsync(server))
        {
            for (int number = 0; number < 200; number++)
            {
                await client.SendAsync(ClientFrames.Ping("p"));
                Assert.Equal("pong 70", await client.ReadTextAsync());
            }

            messages.Add(MessageStatus.End);
            Assert.Equal(["close 1000 "], await client.ReadAllAsync());
        }

        await server.StopAsync(s_longGrace);
        Volatile.Write(ref isOver, true);
        waker.Join();
        Assert.Equal(1, messages.DisposeCount);
    }

    [Test]
    public async Task Client_ThatLeaves_HasItsSourceDisposed()
    {
        var left = new EndlessMessages(100);
        await using var server = Start(() => left);
        using (var client = await FrameClient.ConnectAsync(server)) await client.ReadAsync();
        await left.Disposed.WaitAsync(s_longGrace, TestRun.Cancellation);
    }

    [Test]
    public async Task Client_ThatReadsNothing_StillHasItsPingsAndCloseRead()
    {
        var endless = new EndlessMessages(10_000);
        await using var server = Start(() => endless);
        using var client = await FrameClient.ConnectAsync(server, receiveBufferBytes: 4096);
        for (int count = 0; count < 5_000; count++)
        {
            await client.SendAsync(ClientFrames.Ping("many pings, and nothing is read"));
        }

        await client.SendAsync(ClientFrames.Close(3000));
        // The close was read although no output could be written.
        await endless.Disposed.WaitAsync(s_longGrace, TestRun.Cancellation);
        var frames = await client.ReadAllAsync();
        Assert.Equal("close 3000 ", frames[^1]);
    }

    [Test]
    public async Task StopAsync_OpenWebSockets_AreClosedWith1001()
    {
        await using var server = Start(static () => new ScriptedMessages());
        using var client = await FrameClient.ConnectAsync(server);
        var stopping = server.StopAsync(s_longGrace);
        Assert.Equal(["close 1001 the server stops"], await client.ReadAllAsync());
        await client.SendAsync(ClientFrames.Close(1001));
        client.EndSending();
        await stopping;
    }

    [Test]
    public async Task Sweep_SilentClient_IsPingedAndThenCut()
    {
        var time = new ManualTime();
        var messages = new ScriptedMessages();
        await using var server = Start(() => messages, time);
        using var client = await FrameClient.ConnectAsync(server);
        await PassSecondsAsync(30 + LateSeconds, server, time);
        Assert.Equal("ping", await client.ReadTextAsync());
        await PassSecondsAsync(60 + LateSeconds, server, time);
        await Assert.ThrowsAsync<SocketException>(async () => await client.ReadAllAsync());
        Assert.Equal(1, messages.DisposeCount);
    }

    [Test]
    public async Task Sweep_ClientThatAnswersPings_IsKept()
    {
        var time = new ManualTime();
        await using var server = Start(static () => new ScriptedMessages(), time);
        using var client = await FrameClient.ConnectAsync(server);
        for (int round = 0; round < 4; round++)
        {
            await PassSecondsAsync(30 + LateSeconds, server, time);
            Assert.Equal("ping", await client.ReadTextAsync());
            // Its own ping, so that the test knows when it was heard.
            await client.SendAsync(ClientFrames.Ping("heard"));
            Assert.Equal("pong 6865617264", await client.ReadTextAsync());
        }
    }

    [Test]
    public async Task Sweep_ReaderThatTakesNothing_IsCut()
    {
        var time = new ManualTime();
        var endless = new EndlessMessages(10_000);
        await using var server = Start(() => endless, time);
        using var client = await FrameClient.ConnectAsync(server, receiveBufferBytes: 4096);

        // Either call may be the one that meets the reset.
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            // It is heard of all the time; its deadline begins anew until the buffers are full.
            while (!endless.Disposed.IsCompleted)
            {
                await PassSecondsAsync(1, server, time);
                await client.SendAsync(ClientFrames.Frame(WebSocketOpcode.Pong, ""));
            }

            await client.ReadAllAsync();
        });
        await endless.Disposed.WaitAsync(s_longGrace, TestRun.Cancellation);
    }

    private HttpServer Start(Func<IMessageSource> messages, TimeProvider? time = null)
    {
        var handler = new ScriptedHandler((request, response) =>
        {
            if (request.Path.SequenceEqual("/"u8)) ScriptedHandler.Echo(request, response);
            else response.AcceptWebSocket(messages());
        });
        return HttpServer.Start(s_anyPort, handler, new HttpServerOptions
        {
            Limits = WebSocketCaseTests.Options.Limits,
            TimeProvider = time ?? TimeProvider.System,
            Transport = transport,
        });
    }

    private static void Publish(List<ScriptedMessages> sources, int count)
    {
        for (int number = 0; number < count; number++)
        {
            // Of different lengths, numbered.
            byte[] message = new byte[4 + ((number * 37) % 3000)];
            BinaryPrimitives.WriteInt32BigEndian(message, number);
            foreach (var source in sources) source.Add(message);
        }

        foreach (var source in sources) source.Add(MessageStatus.End);
    }

    private static async Task CountInOrderAsync(FrameClient client, int count)
    {
        for (int number = 0; number < count; number++)
        {
            var frame = await client.ReadAsync();
            Assert.Equal(number, BinaryPrimitives.ReadInt32BigEndian(frame!.Payload));
            Assert.Equal(4 + ((number * 37) % 3000), frame.Payload.Length);
        }

        Assert.Equal(["close 1000 "], await client.ReadAllAsync());
    }

    private static byte[] Pattern(int length)
    {
        byte[] bytes = new byte[length];
        for (int index = 0; index < length; index++) bytes[index] = (byte)(index % 251);
        return bytes;
    }

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
