using System.Text;
using Http.Connections;
using Http.Tests.Support;

namespace Http.Tests.WebSockets;

/// <summary>What the server says as a WebSocket, and how it ends.</summary>
public sealed class WebSocketConnectionTests : IDisposable
{
    private const string PlainGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private readonly ScriptedMessages _messages = new();
    private readonly RecordedEvents _events = new();

    public void Dispose() => _messages.Dispose();

    [Test]
    public void AcceptWebSocket_Handshake_Is101WithNothingElse()
    {
        var handler = new ScriptedHandler((request, response) =>
        {
            response.AddHeader("Sec-WebSocket-Protocol"u8, "chat"u8);
            response.AcceptWebSocket(_messages);
        });
        using var driver = new ConnectionDriver(handler, WebSocketCaseTests.Options);
        driver.Feed(ClientFrames.Handshake);
        Assert.Equal(
            "HTTP/1.1 101 Switching Protocols\r\nDate: Fri, 02 Jan 2026 03:04:05 GMT\r\n"
            + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            + "Sec-WebSocket-Protocol: chat\r\n\r\n",
            driver.Output);
        Assert.Equal(NextStep.Duplex, driver.Last);
        Assert.Same(driver.Connection, _messages.Connection);
    }

    [Test]
    public void AcceptWebSocket_BehindPipelinedRequests_KeepsTheOrder()
    {
        using var driver = new ConnectionDriver(new ScriptedHandler((request, response) =>
        {
            if (request.Path.SequenceEqual("/"u8)) ScriptedHandler.Echo(request, response);
            else response.AcceptWebSocket(_messages.Add("first"));
        }));
        string ping = Encoding.Latin1.GetString(ClientFrames.Ping("p"));
        driver.Feed(PlainGet + ClientFrames.Handshake + ping);
        int second = driver.Output.IndexOf("HTTP/1.1 101", StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", driver.Output, default);
        Assert.Equal(["pong 70", "binary 5"], Read(driver.OutputBytes.AsSpan(second)));
    }

    [Test]
    [Arguments(PlainGet)]
    [Arguments("POST / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n")]
    public void AcceptWebSocket_OfNoHandshake_Is500AndTheHandlersBug(string request)
    {
        using var driver = Start(request);
        Assert.StartsWith("HTTP/1.1 500 ", driver.Output, default);
        Assert.IsType<InvalidOperationException>(Assert.Single(_events.HandlerFailures));
        Assert.Equal(0, _messages.DisposeCount);
    }

    [Test]
    public void AcceptWebSocket_AndThenThrows_Is500AndDisposesTheSource()
    {
        using var driver = new ConnectionDriver(new ScriptedHandler((_, response) =>
        {
            response.AcceptWebSocket(_messages);
            throw new InvalidOperationException("as asked");
        }));
        driver.Feed(ClientFrames.Handshake);
        Assert.StartsWith("HTTP/1.1 500 ", driver.Output, default);
        Assert.Equal(1, _messages.DisposeCount);
    }

    [Test]
    [Arguments(7)]
    [Arguments(1000)]
    [Arguments(int.MaxValue)]
    public void Messages_OfEveryLengthClass_AreFramedWhole(int takenMax)
    {
        int[] lengths = [0, 1, 125, 126, 127, 1000, 16_384, 65_535, 65_536, 65_537, 1_000_000, 3];
        var sent = lengths.Select((length, index) => Bytes(length, seed: index)).ToList();
        foreach (byte[] bytes in sent) _messages.Add(bytes);
        using var driver = new ConnectionDriver(ScriptedMessages.Accept(() => _messages));
        driver.TakenMax = takenMax;
        driver.Feed(ClientFrames.Handshake);
        var frames = ServerFrame.ReadAll(driver.OutputBytes);
        Assert.Equal(sent, frames.Select(frame => frame.Payload));
        Assert.Equal(lengths.Select(length => $"binary {length}"), Texts(frames));
    }

    [Test]
    public void Messages_SocketThatTakesNothing_AreNotAskedFor()
    {
        for (int count = 0; count < 1000; count++) _messages.Add(Bytes(1000, count));
        using var driver = Start();
        Assert.Equal(1000, _messages.ReadCount);

        driver.IsStalled = true;
        for (int count = 0; count < 1000; count++) _messages.Add(Bytes(1000, count));
        for (int count = 0; count < 50; count++) driver.AdvanceOnly();
        Assert.InRange(_messages.ReadCount, 1065, 1067);
        Assert.InRange(driver.Connection.Output.Length, 64 * 1024, 66 * 1024);

        driver.IsStalled = false;
        driver.Settle();
        Assert.Equal(2000, Read(driver.OutputBytes).Count);
    }

    [Test]
    public void Messages_SocketThatTakesALittleAtATime_NeverWaitInGreatNumber()
    {
        for (int count = 0; count < 20_000; count++) _messages.Add(Bytes(1000, count));
        var handler = ScriptedMessages.Accept(() => _messages);
        using var driver = new ConnectionDriver(handler) { TakenMax = 5_000 };
        driver.Feed(ClientFrames.Handshake);
        Assert.Equal(20_000, Read(driver.OutputBytes).Count);
        Assert.InRange(driver.OutputLengthMax, 64 * 1024, 66 * 1024);
    }

    [Test]
    public void Messages_NothingMore_WaitsWithoutOutput()
    {
        using var driver = Start();
        Assert.Equal((NextStep.Duplex, 0), (driver.Last, driver.Connection.Output.Length));
        Assert.Equal(DeadlineKind.Silence, driver.Connection.DeadlineKind);
        _messages.Add("a");
        Assert.Equal(["binary 1"], Read(driver.AdvanceOnly().Feed("").OutputBytes));
    }

    [Test]
    public void Messages_Blocked_AreOffloadedAndGoOn()
    {
        using var driver = Start();
        _messages.Add("1").Add(MessageStatus.Blocked, "22"u8.ToArray()).Add("333");
        Assert.Equal(NextStep.Offload, driver.AdvanceOnly(mayBlock: false).Last);
        Assert.Equal(long.MaxValue, driver.Connection.Deadline);
        Assert.Equal(NextStep.Duplex, driver.AdvanceOnly(mayBlock: true).Last);
        Assert.Equal(["binary 1", "binary 2", "binary 3"], Read(driver.Feed("").OutputBytes));
    }

    [Test]
    public void Messages_BlockedWhereItMayBlock_AreCut()
    {
        using var driver = Start(source: new OddSource(MessageStatus.Blocked, 0));
        Assert.Equal(NextStep.Reset, driver.Last);
    }

    [Test]
    public void Messages_BytesWithoutAMessage_AreCut()
    {
        using var driver = Start(source: new OddSource(MessageStatus.Idle, 3));
        Assert.Equal(NextStep.Reset, driver.Last);
    }

    [Test]
    public void Messages_Failed_AreCut()
    {
        using var driver = Start();
        _messages.Add("1").Add(MessageStatus.Failed);
        Assert.Equal(NextStep.Reset, driver.AdvanceOnly().Last);
        Assert.Equal(1, _messages.DisposeCount);
        Assert.Null(Assert.Single(_events.BodyFailures));
    }

    [Test]
    public void Messages_ThatThrow_AreLoggedAndCut()
    {
        using var driver = Start(source: new OddSource((MessageStatus)99, -1));
        Assert.Equal(NextStep.Reset, driver.Last);
        Assert.IsType<ArgumentOutOfRangeException>(Assert.Single(_events.BodyFailures));
    }

    [Test]
    [Arguments(1000, "", "close 1000 ")]
    [Arguments(1008, "FutureCursor", "close 1008 FutureCursor")]
    [Arguments(4999, "ü", "close 4999 ü")]
    public void End_AfterItsMessages_ClosesWithItsCode(int code, string reason, string expected)
    {
        (_messages.CloseCode, _messages.CloseReason) = (code, reason);
        _messages.Add("1").Add(MessageStatus.End, "22"u8.ToArray());
        using var driver = Start();
        Assert.Equal(["binary 1", "binary 2", expected], Read(driver.OutputBytes));
        Assert.Equal((NextStep.Read, DeadlineKind.Linger), Waits(driver));
        Assert.True(driver.SendingEnded);
        Assert.Equal(1, _messages.DisposeCount);

        driver.Feed(ClientFrames.Close(code));
        Assert.False(driver.IsClosed);
        Assert.True(driver.EndInput().IsClosed);
        Assert.Equal(3, Read(driver.OutputBytes).Count);
    }

    [Test]
    public void End_WithoutAMessage_ClosesOnly()
    {
        _messages.Add(MessageStatus.End);
        using var driver = Start();
        Assert.Equal(["close 1000 "], Read(driver.OutputBytes));
        Assert.Equal(NextStep.Close, driver.TimeOut().Last);
    }

    [Test]
    public void End_ReasonTooLong_IsCutAtACharacter()
    {
        _messages.CloseReason = string.Concat(Enumerable.Repeat("€", 50));
        _messages.Add(MessageStatus.End);
        using var driver = Start();
        Assert.Equal($"close 1000 {_messages.CloseReason[..41]}", Read(driver.OutputBytes)[0]);
    }

    [Test]
    [Arguments(0)]
    [Arguments(1006)]
    [Arguments(5000)]
    public void End_CodeThatNobodyMaySend_IsCutAndLogged(int code)
    {
        _messages.CloseCode = code;
        _messages.Add(MessageStatus.End);
        using var driver = Start();
        Assert.Equal(NextStep.Reset, driver.Last);
        Assert.IsType<InvalidOperationException>(Assert.Single(_events.BodyFailures));
    }

    [Test]
    public void Received_EndWithoutClose_ClosesAtOnce()
    {
        using var driver = Start();
        Assert.Equal(NextStep.Close, driver.EndInput().Last);
        Assert.Equal(1, _messages.DisposeCount);
    }

    [Test]
    public void Received_CloseThenEnd_AnswersAndClosesAtOnce()
    {
        using var driver = Start();
        driver.IsStalled = true;
        byte[] close = ClientFrames.Close(1000);
        close.CopyTo(driver.Connection.GetReceiveBuffer());
        driver.Connection.Received(close.Length);
        _ = driver.Connection.GetReceiveBuffer();
        driver.Connection.Received(0);
        driver.AdvanceOnly().Settle();
        Assert.Equal(["close 1000 "], Read(driver.OutputBytes));
        Assert.Equal(NextStep.Close, driver.Last);
    }

    [Test]
    public void Stop_Always_ClosesWith1001()
    {
        using var driver = Start();
        int wakes = 0;
        driver.Connection.Woken = () => wakes++;
        driver.Connection.Stop();
        Assert.Equal(1, wakes);
        driver.AdvanceOnly().Settle();
        Assert.Equal(["close 1001 the server stops"], Read(driver.OutputBytes));
        Assert.Equal((NextStep.Read, DeadlineKind.Linger), Waits(driver));
    }

    [Test]
    public void Wake_AtAnyTime_DoesNoHarm()
    {
        int wakes = 0;
        var driver = Start();
        driver.Connection.Woken = () => wakes++;
        var connection = _messages.Connection!;
        connection.Wake();
        connection.Wake();
        Assert.Equal(2, wakes);
        Assert.Equal(NextStep.Duplex, driver.AdvanceOnly().Last);

        driver.EndInput();
        connection.Wake();
        Assert.Equal(NextStep.Close, driver.AdvanceOnly().Last);

        driver.Dispose();
        connection.Wake();
        Assert.Equal(3, wakes);
    }

    private ConnectionDriver Start(
        string request = ClientFrames.Handshake, IMessageSource? source = null)
    {
        var handler = ScriptedMessages.Accept(() => source ?? _messages);
        var options = WebSocketCaseTests.Options with { Events = _events };
        return new ConnectionDriver(handler, options).Feed(request);
    }

    private static (NextStep, DeadlineKind) Waits(ConnectionDriver driver) =>
        (driver.Last, driver.Connection.DeadlineKind);

    private static List<string> Read(ReadOnlySpan<byte> output) =>
        Texts(ServerFrame.ReadAll(output));

    private static List<string> Texts(List<ServerFrame> frames) =>
        [.. frames.Select(frame => frame.ToString())];

    private static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
