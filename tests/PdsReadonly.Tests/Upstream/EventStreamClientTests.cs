using System.Net.WebSockets;
using Atproto.Firehose;
using PdsReadonly.Tests.Support;
using PdsReadonly.Upstream;
using Samples;

namespace PdsReadonly.Tests.Upstream;

/// <summary>What a stream brings, and each way in which it ends.</summary>
public sealed class EventStreamClientTests : IDisposable
{
    private const string Did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";

    private readonly HttpMessageInvoker _http = new(OutboundHandler.Create(allowPrivate: true));

    [Test]
    [Arguments(null, "GET /xrpc/com.atproto.sync.subscribeRepos HTTP/1.1")]
    [Arguments(42L, "GET /xrpc/com.atproto.sync.subscribeRepos?cursor=42 HTTP/1.1")]
    public async Task Read_Messages_ComeInOrder(long? cursor, string request)
    {
        await using var host = new StreamHost(async (socket, stop) =>
        {
            for (int i = 1; i <= 100; i++) await SendAsync(socket, Account(i), stop);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "bye", stop);
        });
        var (client, events) = await ReadAsync(host, cursor);
        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), events.Select(e => e.Seq));
        Assert.Equal(new StreamEnd(StreamEndKind.Closed, "1000 bye"), client.End);
        Assert.Equal([request], host.Requests);
    }

    [Test]
    public async Task Read_CommitInFragments_IsWhole()
    {
        var repo = new WrittenRepo(Did, null);
        var commit = repo.Write([.. Enumerable.Range(0, 200).Select(i => $"a.b.c/{i}")], []);
        byte[] frame = commit.ToFrame();
        await using var host = new StreamHost(async (socket, stop) =>
        {
            for (int at = 0; at < frame.Length; at += 1000)
            {
                var part = frame.AsMemory(at, Math.Min(1000, frame.Length - at));
                bool isLast = at + part.Length == frame.Length;
                await socket.SendAsync(part, WebSocketMessageType.Binary, isLast, stop);
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, stop);
        });
        var (client, events) = await ReadAsync(host);
        var read = Assert.IsType<StreamCommit>(Assert.Single(events));
        Assert.Equal(CommitFault.None, CommitVerifier.Verify(read, null, out _));
        Assert.Equal(frame.Length, client.Bytes);
    }

    [Test]
    [Arguments("FutureCursor", StreamEndKind.FutureCursor)]
    [Arguments("ConsumerTooSlow", StreamEndKind.ConsumerTooSlow)]
    [Arguments("InvalidRequest", StreamEndKind.HostError)]
    internal async Task Read_ErrorOfTheHost_IsTheEnd(string name, StreamEndKind expected)
    {
        await using var host = new StreamHost(async (socket, stop) =>
        {
            await SendAsync(socket, Account(1), stop);
            await SendAsync(socket, Frame([("op", -1)], [("error", name)]), stop);
            await SendAsync(socket, Account(2), stop);
        });
        var (client, events) = await ReadAsync(host);
        Assert.Single(events);
        Assert.Equal(expected, client.End?.Kind);
        Assert.Contains(name, client.End!.Detail, StringComparison.Ordinal);
    }

    [Test]
    public async Task Read_OutdatedCursor_IsToldAndGoesOn()
    {
        await using var host = new StreamHost(async (socket, stop) =>
        {
            await SendAsync(
                socket, Frame([("op", 1), ("t", "#info")], [("name", "OutdatedCursor")]), stop);
            await SendAsync(socket, Account(1), stop);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, stop);
        });
        var (client, events) = await ReadAsync(host);
        Assert.True(client.IsOutdated);
        Assert.Equal(2, events.Count);
    }

    [Test]
    public async Task Read_MessageThatLacksAField_IsPassedOver()
    {
        await using var host = new StreamHost(async (socket, stop) =>
        {
            await SendAsync(socket, Frame([("op", 1), ("t", "#account")], [("seq", 1)]), stop);
            await SendAsync(socket, Account(2), stop);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, stop);
        });
        var (client, events) = await ReadAsync(host);
        Assert.Equal(2, Assert.Single(events).Seq);
        Assert.Equal(1, client.MalformedCount);
    }

    [Test]
    [Arguments(WebSocketMessageType.Binary, 3)]
    [Arguments(WebSocketMessageType.Binary, StreamLimits.FrameBytesMax + 1)]
    [Arguments(WebSocketMessageType.Text, 3)]
    public async Task Read_WhatIsNoMessage_IsTheEnd(WebSocketMessageType type, int length)
    {
        byte[] junk = new byte[length];
        junk.AsSpan().Fill((byte)'a');
        await using var host = new StreamHost(async (socket, stop) =>
        {
            await socket.SendAsync(junk, type, true, stop);
            await SendAsync(socket, Account(1), stop);
        });
        var (client, events) = await ReadAsync(host);
        Assert.Empty(events);
        Assert.Equal(StreamEndKind.BadFrame, client.End?.Kind);
    }

    [Test]
    public async Task Read_ConnectionCut_IsUnreachable()
    {
        await using var host = new StreamHost(
            (socket, stop) => SendAsync(socket, Account(1), stop));
        var (client, events) = await ReadAsync(host);
        Assert.Single(events);
        Assert.Equal(StreamEndKind.Unreachable, client.End?.Kind);
    }

    [Test]
    public async Task Read_Silence_IsIdle()
    {
        await using var host = new StreamHost((_, stop) => Task.Delay(Timeout.Infinite, stop));
        var client = new EventStreamClient(_http, host.Url, TimeProvider.System)
        {
            IdleTimeout = TimeSpan.FromMilliseconds(50),
        };
        Assert.Empty(await AllAsync(client, null));
        Assert.Equal(StreamEndKind.Idle, client.End?.Kind);
    }

    [Test]
    [Arguments(400)]
    [Arguments(404)]
    [Arguments(302)]
    [Arguments(200)]
    public async Task Read_AnotherAnswer_IsRefused(int status)
    {
        await using var host = new StreamHost((_, _) => Task.CompletedTask, status);
        var (client, events) = await ReadAsync(host);
        Assert.Empty(events);
        Assert.Equal(new StreamEnd(StreamEndKind.Refused, $"{status}"), client.End);
    }

    [Test]
    public async Task Read_PrivateAddress_IsNotConnectedTo()
    {
        await using var host = new StreamHost((_, _) => Task.CompletedTask);
        using var http = new HttpMessageInvoker(OutboundHandler.Create(allowPrivate: false));
        var client = new EventStreamClient(http, host.Url, TimeProvider.System);
        Assert.Empty(await AllAsync(client, null));
        Assert.Equal(StreamEndKind.Unreachable, client.End?.Kind);
        Assert.Empty(host.Requests);
    }

    [Test]
    public async Task Read_Cancelled_Throws()
    {
        await using var host = new StreamHost(async (socket, stop) =>
        {
            await SendAsync(socket, Account(1), stop);
            await Task.Delay(Timeout.Infinite, stop);
        });
        using var cancellation = new CancellationTokenSource();
        var client = new EventStreamClient(_http, host.Url, TimeProvider.System);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in client.ReadAsync(null, cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        });
    }

    public void Dispose() => _http.Dispose();

    private async Task<(EventStreamClient Client, List<StreamEvent> Events)> ReadAsync(
        StreamHost host, long? cursor = null)
    {
        var client = new EventStreamClient(_http, host.Url, TimeProvider.System);
        var events = await AllAsync(client, cursor);
        Assert.NotNull(client.End);
        return (client, events);
    }

    private static async Task<List<StreamEvent>> AllAsync(EventStreamClient client, long? cursor)
    {
        var events = new List<StreamEvent>();
        var cancellation = TestRun.Cancellation;
        await foreach (var message in client.ReadAsync(cursor, cancellation)) events.Add(message);
        return events;
    }

    private static async Task SendAsync(WebSocket socket, byte[] frame, CancellationToken stop) =>
        await socket.SendAsync(frame, WebSocketMessageType.Binary, true, stop);

    private static byte[] Account(int seq) => Frame(
        [("op", 1), ("t", "#account")], [("did", Did), ("seq", seq), ("active", true)]);

    private static byte[] Frame(
        (string Key, object? Value)[] header, (string Key, object? Value)[] body) =>
        [.. SampleRecord.Encode(header), .. SampleRecord.Encode(body)];
}
