using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Harness;
using Http.Tests.Support;
using Http.WebSockets;
using Samples;
using Shared;

namespace EndToEnd.Tests.Events;

/// <summary>The event stream, frame by frame as it is on the wire.</summary>
public sealed partial class StreamFrameTests : IDisposable
{
    // As the reference encodes them, with another seq and time.
    private const string GoldenTime = "2024-01-01T00:00:00.000Z";
    private const string GoldenIdentity =
        "a2617469236964656e74697479626f7001a46364696478206469643a706c633a65777669376e787a796f756e"
        + "367a687872687336346f697a63736571016474696d657818323032342d30312d30315430303a30303a3030"
        + "2e3030305a6668616e646c656a616c6963652e74657374";
    private const string GoldenAccount =
        "a2617468236163636f756e74626f7001a46364696478206469643a706c633a65777669376e787a796f756e36"
        + "7a687872687336346f697a63736571016474696d657818323032342d30312d30315430303a30303a30302e"
        + "3030305a66616374697665f5";
    private const string GoldenSync =
        "a26174652373796e63626f7001a56364696478206469643a706c633a65777669376e787a796f756e367a6878"
        + "72687336346f697a637265766d336a7a6663696a706a327a326163736571016474696d657818323032342d"
        + "30312d30315430303a30303a30302e3030305a66626c6f636b7359011d3aa265726f6f747381d82a582500"
        + "01711220e7ac5b83e2fb58019efa5c9c46be9a6e965ce0fcf8602ab53a4ece7095de9e0f6776657273696f"
        + "6e01e00101711220e7ac5b83e2fb58019efa5c9c46be9a6e965ce0fcf8602ab53a4ece7095de9e0fa66364"
        + "696478206469643a706c633a65777669376e787a796f756e367a687872687336346f697a637265766d336a"
        + "7a6663696a706a327a32616373696758401bba1b87f1846c6b6e7bc2248e6b93e0c073bd9ddf86b92c685c"
        + "5c4f94f30d192f81c7815a414c4b846be967270e1f2d3d763032a671533ef22120dfad0513a66464617461"
        + "d82a582500017112200b0d86db34e70166bb27d714dbe4f54229b7a9a07104e25f73a1f25bdd64b7b06470"
        + "726576f66776657273696f6e03";

    private readonly TemporaryFolder _cars = new();

    public void Dispose() => _cars.Dispose();

    [Test]
    [Arguments("epoll")]
    [Arguments("sockets")]
    public async Task GoldenRepo_FromTheBeginning_IsTheReferencesFrames(string transport)
    {
        File.WriteAllBytes(_cars["golden.car"], GoldenRepo.CarBytes());
        File.WriteAllBytes(_cars["golden.did.json"], GoldenRepo.Document());
        await using var pds = await StartAsync(transport, "--hostname", "pds.example");
        using var client = await ConnectAsync(pds, "?cursor=0");

        long last = 0;
        foreach (string golden in (string[])[GoldenIdentity, GoldenAccount, GoldenSync])
        {
            var frame = (await client.ReadAsync())!;
            Assert.Equal(WebSocketOpcode.Binary, frame.Opcode);
            var message = EventMessage.Read(frame.Payload);
            Assert.True(message.Seq > last);
            last = message.Seq;
            Assert.Matches(Time(), message.Text("time"));
            Assert.Equal(
                WithStamp(golden, message.Seq, message.Text("time")),
                Convert.ToHexStringLower(frame.Payload));
        }
    }

    [Test]
    [Arguments("epoll")]
    [Arguments("sockets")]
    public async Task Client_WhatItSays_IsDroppedAndPingsAreAnswered(string transport)
    {
        await using var pds = await StartAsync(transport);
        using var client = await ConnectAsync(pds, "", ClientFrames.Ping("at once"));
        Assert.Equal(PongTo("at once"), await client.ReadTextAsync());

        await client.SendAsync(ClientFrames.Text("{\"type\":\"options_update\"}"));
        await client.SendAsync(ClientFrames.Frame(WebSocketOpcode.Binary, new byte[70_000]));
        await client.SendAsync(
            ClientFrames.Fragments(WebSocketOpcode.Text, "in pieces"u8, frameBytes: 2));
        await client.SendAsync(ClientFrames.Ping("after"));
        Assert.Equal(PongTo("after"), await client.ReadTextAsync());
        await client.SendAsync(ClientFrames.Ping(""));
        Assert.Equal("pong", await client.ReadTextAsync());
    }

    [Test]
    [Arguments("epoll", 1000)]
    [Arguments("epoll", 1001)]
    [Arguments("epoll", 4321)]
    [Arguments("epoll", null)]
    [Arguments("sockets", 1000)]
    [Arguments("sockets", 4321)]
    [Arguments("sockets", null)]
    public async Task Client_Closes_IsAnsweredWithItsCode(string transport, int? code)
    {
        await using var pds = await StartAsync(transport);
        using var client = await ConnectAsync(pds, "");
        await client.SendAsync(ClientFrames.Close(code));
        Assert.Equal(code is null ? "close" : $"close {code} ", await client.ReadTextAsync());
        Assert.Null(await client.ReadAsync());
    }

    [Test]
    [Arguments("epoll")]
    [Arguments("sockets")]
    public async Task Subscriber_ThatStalls_IsCutAndTheOtherHearsAll(string transport)
    {
        const int Records = 60_000;
        const int SmallBufferBytes = 4096;
        BigRepo.Write(_cars["big.car"], Records, CarOrder.Preorder, seed: 4);
        await using var pds = await StartAsync(
            transport, "--replay", "--slow-reader-timeout", "2");
        int listeners = pds.Readings().Sockets;
        using var stalled = await ConnectAsync(pds, "?cursor=0", [], SmallBufferBytes);
        Assert.Equal(WebSocketOpcode.Binary, (await stalled.ReadAsync())!.Opcode);

        using (var other = await EventClient.OpenAsync(pds, "cursor=0"))
        {
            var messages = await other.TakeUntilAsync(message => message.Type == "#sync");
            Assert.Equal(Records, messages.Where(message => message.Type == "#commit")
                .Sum(message => message.Body.GetProperty("ops").GetArrayLength()));
        }

        await pds.ReadingsUntilAsync(now => now.Sockets == listeners);
        var reset = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (await stalled.ReadAsync() is not null)
            {
            }
        });
        Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
    }

    private Task<PdsProcess> StartAsync(string transport, params string[] options) =>
        PdsProcess.StartAsync(
            ["--car", _cars.Location, "--transport", transport, .. options]);

    private static Task<FrameClient> ConnectAsync(
        PdsProcess pds, string query, byte[]? behind = null, int receiveBufferBytes = 0) =>
        FrameClient.ConnectAsync(
            new IPEndPoint(IPAddress.Loopback, pds.BaseAddress.Port),
            ClientFrames.HandshakeFor(EventClient.Stream + query),
            behind ?? [],
            receiveBufferBytes);

    private static string PongTo(string payload) =>
        $"pong {Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(payload))}";

    /// <summary>
    /// A golden frame as it is at another time: seq is an integer of eight bytes.
    /// </summary>
    private static string WithStamp(string golden, long seq, string time) => golden
        .Replace("6373657101", $"637365711b{seq:x16}", StringComparison.Ordinal)
        .Replace(Hex(GoldenTime), Hex(time), StringComparison.Ordinal);

    private static string Hex(string text) =>
        Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(text));

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
    private static partial Regex Time();
}
