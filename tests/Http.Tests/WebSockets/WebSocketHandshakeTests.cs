using System.Text;
using Http.Messages;
using Http.Tests.Support;
using Http.WebSockets;

namespace Http.Tests.WebSockets;

public sealed class WebSocketHandshakeTests
{
    private const string Key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    private const string Version = "Sec-WebSocket-Version: 13\r\n";
    private const string Upgrade = "Upgrade: websocket\r\n";
    private const string Connection = "Connection: Upgrade\r\n";
    private const string Get = "GET /x HTTP/1.1\r\nHost: a\r\n";
    private const string Protocol = "Sec-WebSocket-Protocol: ";

    [Test]
    [Arguments(Get + Upgrade + Connection + Version + Key)]
    [Arguments(Get + Key + Version + Connection + Upgrade)]
    [Arguments(Get + "uPGRADE: WebSocket\r\ncONNECTION: uPgRaDe\r\n" + Version + Key)]
    [Arguments(Get + "Upgrade: h2c, websocket\r\n" + Connection + Version + Key)]
    [Arguments(Get + "Upgrade: ,, websocket ,\r\n" + Connection + Version + Key)]
    [Arguments(Get + "Upgrade: h2c\r\n" + Upgrade + Connection + Version + Key)]
    [Arguments(Get + Upgrade + "Connection: keep-alive, Upgrade\r\n" + Version + Key)]
    [Arguments(Get + Upgrade + "Connection: keep-alive\r\n" + Connection + Version + Key)]
    [Arguments(Get + Upgrade + Connection + Version + Key + "Content-Length: 0\r\n")]
    [Arguments(Get + Upgrade + Connection + Version + Key + "Origin: http://evil.example\r\n")]
    [Arguments(Get + Upgrade + Connection + Version + Key
        + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n")]
    [Arguments(Get + Upgrade + Connection + Version + Key + Protocol + "chat, super-chat\r\n")]
    public void Check_GoodHandshake_Passes(string head) =>
        Assert.Equal(HandshakeRejection.None, Check(head));

    [Test]
    [Arguments(Get, HandshakeRejection.NoUpgrade)]
    [Arguments(Get + Connection + Version + Key, HandshakeRejection.NoUpgrade)]
    [Arguments(Get + "Upgrade: h2c\r\n" + Connection, HandshakeRejection.NoUpgrade)]
    [Arguments(Get + "Upgrade: websockets\r\n" + Connection, HandshakeRejection.NoUpgrade)]
    [Arguments(Get + "Upgrade:\r\n" + Connection, HandshakeRejection.NoUpgrade)]
    [Arguments("POST /x HTTP/1.1\r\nHost: a\r\n" + Upgrade + Connection + Version + Key,
        HandshakeRejection.MethodNotGet)]
    [Arguments("HEAD /x HTTP/1.1\r\nHost: a\r\n" + Upgrade + Connection + Version + Key,
        HandshakeRejection.MethodNotGet)]
    [Arguments("get /x HTTP/1.1\r\nHost: a\r\n" + Upgrade + Connection + Version + Key,
        HandshakeRejection.MethodNotGet)]
    [Arguments("GET /x HTTP/1.0\r\n" + Upgrade + Connection + Version + Key,
        HandshakeRejection.HttpVersionTooOld)]
    [Arguments(Get + Upgrade + Version + Key, HandshakeRejection.ConnectionNotUpgrade)]
    [Arguments(Get + Upgrade + "Connection: keep-alive\r\n" + Version + Key,
        HandshakeRejection.ConnectionNotUpgrade)]
    [Arguments(Get + Upgrade + "Connection: Upgraded\r\n" + Version + Key,
        HandshakeRejection.ConnectionNotUpgrade)]
    [Arguments(Get + Upgrade + Connection + Version + Key + "Content-Length: 1\r\n",
        HandshakeRejection.HasContent)]
    [Arguments(Get + Upgrade + Connection + Version + Key + "Transfer-Encoding: chunked\r\n",
        HandshakeRejection.HasContent)]
    [Arguments(Get + Upgrade + Connection + Key, HandshakeRejection.VersionMissing)]
    [Arguments(Get + Upgrade + Connection + Key + "Sec-WebSocket-Version: 8\r\n",
        HandshakeRejection.VersionUnsupported)]
    [Arguments(Get + Upgrade + Connection + Key + "Sec-WebSocket-Version: 013\r\n",
        HandshakeRejection.VersionUnsupported)]
    [Arguments(Get + Upgrade + Connection + Key + "Sec-WebSocket-Version: 13, 8\r\n",
        HandshakeRejection.VersionUnsupported)]
    [Arguments(Get + Upgrade + Connection + Key + "Sec-WebSocket-Version:\r\n",
        HandshakeRejection.VersionUnsupported)]
    [Arguments(Get + Upgrade + Connection + Key + Version + "Sec-WebSocket-Version: 8\r\n",
        HandshakeRejection.VersionUnsupported)]
    [Arguments(Get + Upgrade + Connection + Version, HandshakeRejection.KeyMissing)]
    [Arguments(Get + Upgrade + Connection + Version + Key + Key, HandshakeRejection.KeyRepeated)]
    [Arguments(Get + Upgrade + Connection + Version + Key + Protocol + "chat room\r\n",
        HandshakeRejection.ProtocolInvalid)]
    [Arguments(Get + Upgrade + Connection + Version + Key + Protocol + "chat, \"x\"\r\n",
        HandshakeRejection.ProtocolInvalid)]
    public void Check_BadHandshake_GivesItsOwnCode(string head, HandshakeRejection expected) =>
        Assert.Equal(expected, Check(head));

    [Test]
    [Arguments("")]
    [Arguments("x")]
    [Arguments("dGhlIHNhbXBsZSBub25jZQ")]      // not padded
    [Arguments("dGhlIHNhbXBsZSBub25jZQ=")]
    [Arguments("dGhlIHNhbXBsZSBub25jZQ===")]
    [Arguments("dGhlIHNhbXBsZSBub25jZWU=")]    // 17 bytes
    [Arguments("dGhlIHNhbXBsZSBub25j")]        // 15 bytes
    [Arguments("dGhlIHNhbXBsZSBub25j    ZQ==")]
    [Arguments("dGhlIHNhbXBsZSBu  jZQ==")]
    [Arguments("dGhlIHNhbXBsZSBub25jZWVl")]    // 18 bytes in 24 characters
    [Arguments("dGhlIHNhbXBsZSBub2-jZQ==")]    // the other alphabet
    [Arguments("dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==")]
    public void Check_KeyThatIsNot16Bytes_IsInvalid(string key)
    {
        string head = Get + Upgrade + Connection + Version + $"Sec-WebSocket-Key: {key}\r\n";
        Assert.Equal(HandshakeRejection.KeyInvalid, Check(head));
    }

    [Test]
    public void WriteAccept_TheRfcsExample_IsTheRfcsAnswer()
    {
        var head = Parse(ClientFrames.Handshake, out var bytes);
        var accept = new byte[WebSocketHandshake.AcceptLength];
        WebSocketHandshake.WriteAccept(head, bytes, accept);
        Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", Encoding.ASCII.GetString(accept));
    }

    [Test]
    [Arguments("", "")]
    [Arguments(Protocol + "chat\r\n", "chat")]
    [Arguments(Protocol + "one, two\r\n", "one")]
    [Arguments(Protocol + " , ,two\r\n", "two")]
    [Arguments(Protocol + "\r\n" + Protocol + "b\r\n", "b")]
    [Arguments(Protocol + "bad one\r\n", "")]
    public void FirstProtocol_Offers_GivesTheFirst(string lines, string expected)
    {
        var head = Parse(Get + lines + "\r\n", out var bytes);
        var protocol = WebSocketHandshake.FirstProtocol(head, bytes);
        Assert.Equal(expected, Encoding.ASCII.GetString(protocol));
    }

    [Test]
    public void For_EveryRejection_HasAStatusAndItsOwnWords()
    {
        var codes = Enum.GetValues<HandshakeRejection>().Skip(1);
        var answers = codes.Select(HandshakeAnswer.For).ToList();
        Assert.All(answers, answer => Assert.True(answer.Status is 400 or 405 or 426));
        Assert.Distinct(answers.Select(answer => answer.Message));
        Assert.Equal(426, HandshakeAnswer.For(HandshakeRejection.NoUpgrade).Status);
        Assert.Equal(405, HandshakeAnswer.For(HandshakeRejection.MethodNotGet).Status);
    }

    [Test]
    public void CheckWebSocketHandshake_InAHandler_SeesItsRequest()
    {
        var found = new List<(HandshakeRejection, string)>();
        var handler = new ScriptedHandler((request, _) => found.Add((
            request.CheckWebSocketHandshake(),
            Encoding.ASCII.GetString(request.WebSocketProtocol))));
        using var driver = new ConnectionDriver(handler);
        string good = Get + Upgrade + Connection + Version + Key + Protocol + "a, b\r\n\r\n";
        driver.Feed(good + Get + "\r\n");
        Assert.Equal([(HandshakeRejection.None, "a"), (HandshakeRejection.NoUpgrade, "")], found);
    }

    [Test]
    public void Status_426_SaysToWhatToUpgrade()
    {
        var handler = new ScriptedHandler((_, response) => response.Status = 426);
        using var driver = new ConnectionDriver(handler);
        driver.Feed(Get + "\r\n");
        Assert.StartsWith("HTTP/1.1 426 Upgrade Required\r\n", driver.Output, default);
        var lines = driver.Output.Split("\r\n");
        Assert.Contains("Connection: keep-alive, upgrade", lines);
        Assert.Contains("Upgrade: websocket", lines);
    }

    private static HandshakeRejection Check(string lines)
    {
        var head = Parse(lines + "\r\n", out var bytes);
        return WebSocketHandshake.Check(head, bytes);
    }

    private static RequestHead Parse(string text, out byte[] bytes)
    {
        bytes = Encoding.ASCII.GetBytes(text);
        var head = new RequestHead(new HttpLimits());
        head.Reset();
        Assert.Equal(ParseStatus.Done, head.TryParse(bytes, out _));
        return head;
    }
}
