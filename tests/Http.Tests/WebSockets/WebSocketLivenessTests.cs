using Http.Connections;
using Http.Tests.Support;

namespace Http.Tests.WebSockets;

/// <summary>Pings both ways, silence, and clients that do not read.</summary>
public sealed class WebSocketLivenessTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly ScriptedMessages _messages = new();
    private readonly ConnectionDriver _driver;

    public WebSocketLivenessTests()
    {
        var handler = ScriptedMessages.Accept(() => _messages);
        var options = new HttpServerOptions { TimeProvider = _time };
        _driver = new ConnectionDriver(handler, options).Feed(ClientFrames.Handshake);
    }

    public void Dispose() => _driver.Dispose();

    [Test]
    public void Silence_Of30Seconds_IsPingedAndOf90IsCut()
    {
        PassTo(DeadlineKind.Silence, seconds: 30);
        Assert.Equal(["ping"], Frames());
        PassTo(DeadlineKind.Silence, seconds: 30);
        Assert.Equal(["ping", "ping"], Frames());
        PassTo(DeadlineKind.Silence, seconds: 30);
        Assert.Equal(NextStep.Reset, _driver.Last);
        Assert.Equal(["ping", "ping"], Frames());
        Assert.Equal(1, _messages.DisposeCount);
    }

    [Test]
    public void Silence_BrokenByAnyByte_BeginsAnew()
    {
        byte[] pong = ClientFrames.Frame(Http.WebSockets.WebSocketOpcode.Pong, "");
        for (int round = 0; round < 20; round++)
        {
            _time.Advance(TimeSpan.FromSeconds(29));
            _driver.Feed(pong.AsSpan(round % pong.Length, 1));
            Assert.Equal(NextStep.Duplex, _driver.Last);
        }

        Assert.Empty(Frames());
        PassTo(DeadlineKind.Silence, seconds: 30);
        Assert.Equal(["ping"], Frames());
    }

    [Test]
    public void Silence_WhileMessagesGoOut_IsStillPinged()
    {
        for (int second = 0; second < 29; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            _messages.Add("x");
            _driver.AdvanceOnly().Settle();
        }

        PassTo(DeadlineKind.Silence, seconds: 1);
        Assert.Equal("ping", Frames()[^1]);
    }

    [Test]
    public void TimedOut_BeforeItsTime_ChangesNothing()
    {
        _driver.TimeOut();
        Assert.Empty(Frames());
        Assert.Equal(NextStep.Duplex, _driver.Last);
    }

    [Test]
    public void TimedOut_SourceThatWouldBlock_IsOffloaded()
    {
        _messages.Add(MessageStatus.Blocked, [1]);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(NextStep.Offload, _driver.Connection.TimedOut());
    }

    [Test]
    public void Reader_ThatTakesNothing_IsCutAfter60Seconds()
    {
        _driver.IsStalled = true;
        _messages.Add("x");
        _driver.AdvanceOnly();
        PassTo(DeadlineKind.Silence, seconds: 30);
        // The ping that now waits behind the message does not move the deadline.
        PassTo(DeadlineKind.SlowReader, seconds: 30);
        Assert.Equal(NextStep.Reset, _driver.Last);
        Assert.Equal(1, _messages.DisposeCount);
    }

    [Test]
    public void Reader_ThatTakesEnough_IsKept()
    {
        for (int count = 0; count < 1000; count++) _messages.Add(new byte[1000]);
        _driver.IsStalled = true;
        int enough = new HttpLimits().SlowReaderBytesMin;
        for (int round = 0; round < 20; round++)
        {
            _time.Advance(TimeSpan.FromSeconds(59));
            _driver.Connection.Written(Math.Min(enough, _driver.Connection.Output.Length));
            _driver.Feed(ClientFrames.Ping(""));
            Assert.Equal(NextStep.Duplex, _driver.Last);
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        _driver.Feed(ClientFrames.Ping(""));
        PassTo(DeadlineKind.Silence, seconds: 30);
        PassTo(DeadlineKind.SlowReader, seconds: 29);
        Assert.Equal(NextStep.Reset, _driver.Last);
    }

    [Test]
    public void Reader_ThatDoesNotTakeTheCloseFrame_IsCut()
    {
        _driver.IsStalled = true;
        _messages.Add(MessageStatus.End);
        _driver.AdvanceOnly();
        Assert.Equal(NextStep.Write, _driver.Last);
        Assert.Equal(DeadlineKind.SlowReader, _driver.Connection.DeadlineKind);
    }

    [Test]
    public void Pings_WhileNothingIsTaken_DoNotGrowTheOutputAndTheLatestWins()
    {
        _driver.IsStalled = true;
        for (int number = 0; number < 100_000; number++)
        {
            _driver.Feed(ClientFrames.Ping($"ping {number}"));
        }

        Assert.InRange(_driver.OutputLengthMax, 4096, 4096 + 127);
        _driver.IsStalled = false;
        _driver.Settle();
        Assert.Equal(Pong("ping 0"), Frames()[0]);
        Assert.Equal(Pong("ping 99999"), Frames()[^1]);
        Assert.InRange(Frames().Count, 2, 4096 / 8);
    }

    [Test]
    public void Ping_BehindManyMessages_IsAnsweredBeforeTheRestOfThem()
    {
        for (int count = 0; count < 10_000; count++) _messages.Add(new byte[1000]);
        _driver.IsStalled = true;
        _driver.AdvanceOnly().Feed(ClientFrames.Ping("p"));
        _driver.IsStalled = false;
        _driver.TakenMax = 1000;
        _driver.Settle();
        Assert.InRange(Frames().IndexOf(Pong("p")), 1, 70);
        Assert.Equal(10_001, Frames().Count);
    }

    [Test]
    public void Close_WhileNothingIsTaken_IsAnsweredBehindWhatWaits()
    {
        for (int count = 0; count < 1000; count++) _messages.Add(new byte[1000]);
        _driver.IsStalled = true;
        _driver.AdvanceOnly().Feed(ClientFrames.Close(3000));
        Assert.InRange(_messages.ReadCount, 65, 67);
        _driver.Settle();
        Assert.Equal(_messages.ReadCount + 1, Frames().Count);
        Assert.Equal("close 3000 ", Frames()[^1]);
        Assert.True(_driver.SendingEnded);
    }

    /// <summary>Lets the time pass, which must be just up to the deadline, and says so.</summary>
    private void PassTo(DeadlineKind kind, int seconds)
    {
        Assert.Equal(kind, _driver.Connection.DeadlineKind);
        _time.Advance(TimeSpan.FromSeconds(seconds));
        Assert.Equal(_time.GetTimestamp(), _driver.Connection.Deadline);
        _driver.TimeOut();
    }

    private List<string> Frames() =>
        [.. ServerFrame.ReadAll(_driver.OutputBytes).Select(frame => frame.ToString())];

    private static string Pong(string payload) =>
        "pong " + Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(payload));
}
