using System.Buffers;
using System.Text;
using Http.Connections;
using Http.Tests.Support;

namespace Http.Tests.Connections;

/// <summary>
/// Turns of reading and writing, content, deadlines, stopping, and what it costs.
/// </summary>
public sealed class HttpConnectionTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private readonly ManualTime _time = new();
    private readonly ScriptedHandler _handler = new();

    [Test]
    public void Advance_NothingReceived_WaitsIdle()
    {
        using var driver = Drive();
        Assert.Equal(NextStep.Read, driver.Last);
        Assert.Equal(DeadlineKind.Idle, driver.Connection.DeadlineKind);
        Assert.True(driver.EndInput().IsClosed);
        Assert.Empty(driver.Output);
    }

    [Test]
    [Arguments("GET / HT")]
    [Arguments("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc")]
    [Arguments("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")]
    public void Advance_ClientEndsInsideARequest_ClosesWithoutAnAnswer(string text)
    {
        using var driver = Drive().Feed(text).EndInput();
        Assert.True(driver.IsClosed);
        Assert.Empty(_handler.Seen);
        Assert.Empty(driver.Output);
    }

    [Test]
    public void Advance_ClientEndsBehindItsRequests_GetsAllAnswers()
    {
        using var driver = Drive().Feed(Get + Get + Get).EndInput();
        Assert.Equal(3, ReceivedResponse.ReadAll(driver.Output).Count);
        Assert.Equal(NextStep.Close, driver.Last);
    }

    [Test]
    public void Advance_ManyPipelinedRequests_WaitForTheSocket()
    {
        var limits = new HttpLimits { PipelinedBytesMax = 1000, HeadBytesMax = 64 * 1024 };
        using var driver = Drive(limits);
        Receive(driver, string.Concat(Enumerable.Repeat(Get, 100)));

        Assert.Equal(NextStep.Write, driver.Last);
        Assert.InRange(driver.Connection.Output.Length, 1000, 1400);
        int seen = _handler.Seen.Count;
        Assert.InRange(seen, 2, 20);
        driver.TakenMax = 1;
        driver.TakeOnce();
        Assert.True(_handler.Seen.Count <= seen + 1, "requests went on while answers waited");
        driver.Settle();
        Assert.Equal(100, ReceivedResponse.ReadAll(driver.Output).Count);
    }

    [Test]
    [Arguments("Content-Length: 5\r\n")]
    [Arguments("Transfer-Encoding: chunked\r\n")]
    public void Expect_ContentThatIsDrained_GetsContinueFirst(string framing)
    {
        using var driver = Drive();
        driver.Feed($"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n{framing}\r\n");
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", driver.Output);
        Assert.Empty(_handler.Seen);

        driver.Feed(framing[0] == 'C' ? "abcde" : "5\r\nabcde\r\n0\r\n\r\n");

        Assert.Equal("POST / 5", Assert.Single(_handler.Seen));
        Assert.Equal("POST / 5", ReceivedResponse.ReadAll(driver.Output).Single().Body);
    }

    [Test]
    public void Expect_ContentThatIsTooLong_GetsTheFinalAnswer()
    {
        using var driver = Drive();
        driver.Feed("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
            + "Content-Length: 65537\r\n\r\n");
        var response = ReceivedResponse.ReadAll(driver.Output).Single();
        Assert.Equal("close", response.Header("Connection"));
        Assert.DoesNotContain("100 Continue", driver.Output, StringComparison.Ordinal);
        Assert.Equal("POST / 65537", Assert.Single(_handler.Seen));
    }

    [Test]
    public void Content_LongerThanTheBuffer_LeavesTheHeadReadable()
    {
        string? header = null;
        var handler = new ScriptedHandler((request, response) =>
        {
            Assert.True(request.TryGetHeader("x-late"u8, out var value));
            header = Encoding.ASCII.GetString(value);
            ScriptedHandler.Echo(request, response);
        });
        using var driver = new ConnectionDriver(handler);
        driver.Feed("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\nX-Late: v\r\n\r\n"
            + new string('c', 65536) + Get, pieceBytesMax: 1000);

        Assert.Equal(["POST /x 65536", "GET / 0"], handler.Seen);
        Assert.Equal("v", header);
    }

    [Test]
    public void Linger_AfterARefusal_DropsWhatStillComesUpToTheLimit()
    {
        var limits = new HttpLimits { LingerBytesMax = 10_000 };
        using var driver = Drive(limits);
        driver.Feed("BAD\n");
        Assert.True(driver.SendingEnded);
        Assert.Equal(NextStep.Read, driver.Last);
        Assert.Equal(DeadlineKind.Linger, driver.Connection.DeadlineKind);

        driver.Feed(new string('x', 10_000), pieceBytesMax: 1000);
        Assert.False(driver.IsClosed);
        driver.Feed("x");
        Assert.True(driver.IsClosed);
        Assert.Single(ReceivedResponse.ReadAll(driver.Output));
    }

    [Test]
    public void Deadline_OfAHead_IsNotMovedByItsBytes()
    {
        using var driver = Drive().Feed("G");
        long deadline = driver.Connection.Deadline;
        Assert.Equal(_time.GetTimestamp() + TimeSpan.FromSeconds(15).Ticks, deadline);
        _time.Advance(TimeSpan.FromSeconds(10));
        driver.Feed("E");
        Assert.Equal(deadline, driver.Connection.Deadline);
        Assert.Equal(DeadlineKind.Head, driver.Connection.DeadlineKind);
    }

    [Test]
    public void Deadline_OfAReader_MovesWhenItTookEnough()
    {
        using var driver = Drive(new HttpLimits
        {
            SlowReaderTimeout = TimeSpan.FromSeconds(7),
            SlowReaderBytesMin = 3,
        });
        Receive(driver, Get);
        long first = driver.Connection.Deadline;
        Assert.Equal(_time.GetTimestamp() + TimeSpan.FromSeconds(7).Ticks, first);
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(first, driver.AdvanceOnly().Connection.Deadline);

        driver.TakenMax = 1;
        driver.TakeOnce();
        driver.TakeOnce();
        Assert.Equal(first, driver.Connection.Deadline);
        driver.TakeOnce();

        Assert.Equal(first + TimeSpan.FromSeconds(3).Ticks, driver.Connection.Deadline);
    }

    [Test]
    [Arguments("GET / HT")]
    [Arguments("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc")]
    public void TimedOut_InsideARequest_Is408(string text)
    {
        using var driver = Drive().Feed(text).TimeOut();
        var response = ReceivedResponse.ReadAll(driver.Output).Single();
        Assert.Equal((408, "close"), (response.Status, response.Header("Connection")));
        Assert.True(driver.EndInput().IsClosed);
    }

    [Test]
    public void TimedOut_Idle_ClosesWithoutAWord()
    {
        using var driver = Drive().Feed(Get);
        int before = driver.Output.Length;
        Assert.Equal(NextStep.Close, driver.TimeOut().Last);
        Assert.Equal(before, driver.Output.Length);
    }

    [Test]
    public void TimedOut_WithAnAnswerNotTaken_ResetsTheConnection()
    {
        using var driver = Drive();
        Receive(driver, Get);
        Assert.Equal(NextStep.Reset, driver.TimeOut().Last);
    }

    [Test]
    public void Stop_BeforeARequest_MakesItsAnswerTheLast()
    {
        using var driver = Drive().Feed(Get);
        driver.Connection.Stop();
        driver.Feed(Get + Get).EndInput();

        var responses = ReceivedResponse.ReadAll(driver.Output);
        Assert.Equal(
            ["keep-alive", "close"], responses.Select(response => response.Header("Connection")));
        Assert.Equal(2, _handler.Seen.Count);
    }

    [Test]
    public void Stop_WhileIdle_ClosesAtTheNextAdvance()
    {
        using var driver = Drive().Feed(Get);
        driver.Connection.Stop();
        Assert.Equal(NextStep.Close, driver.AdvanceOnly().Last);
    }

    [Test]
    public void ConnectionState_SetByOneRequest_IsThereForTheNextAndDisposedAtTheEnd()
    {
        var state = new ScriptedSource(BodyStatus.End);
        var seen = new List<object?>();
        var handler = new ScriptedHandler((request, _) =>
        {
            seen.Add(request.ConnectionState);
            request.ConnectionState = state;
        });
        using (var driver = new ConnectionDriver(handler)) driver.Feed(Get).Feed(Get);

        Assert.Equal([null, state], seen);
        Assert.Equal(1, state.DisposeCount);
    }

    [Test]
    public void ErrorHeaders_OfTheOptions_AreOnTheEnginesOwnAnswers()
    {
        var options = new HttpServerOptions
        {
            ErrorHeaders = [new("Access-Control-Allow-Origin", "*")],
        };
        using var driver = new ConnectionDriver(_handler, options).Feed(Get + "BAD\n");
        var responses = ReceivedResponse.ReadAll(driver.Output);
        Assert.Equal([null, "*"], responses.Select(
            response => response.Header("Access-Control-Allow-Origin")));
    }

    [Test]
    public void Advance_SteadyKeepAlive_AllocatesNothing()
    {
        byte[] request = "GET /xrpc/a?b=c HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n"u8.ToArray();
        var options = new HttpServerOptions { TimeProvider = _time };
        var engine = new HttpEngine(new TrivialHandler(), options);
        using var connection = new HttpConnection(engine, null);
        int written = 0;
        long least = long.MaxValue;
        // A collection caused by another test counts what is left of this thread's allocation
        // window as used; the round without one tells.
        for (int round = 0; round < 10; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++) written += Exchange(connection, request);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.True(written > 10_000 * 100, "nothing was answered");
    }

    /// <summary>
    /// Hands the bytes over in one piece and advances, without taking any output.
    /// </summary>
    private static void Receive(ConnectionDriver driver, string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        bytes.CopyTo(driver.Connection.GetReceiveBuffer());
        driver.Connection.Received(bytes.Length);
        driver.AdvanceOnly();
    }

    private static int Exchange(HttpConnection connection, byte[] request)
    {
        request.CopyTo(connection.GetReceiveBuffer());
        connection.Received(request.Length);
        if (connection.Advance() != NextStep.Write) return 0;
        int length = connection.Output.Length;
        connection.Written(length);
        return connection.Advance() == NextStep.Read ? length : 0;
    }

    private ConnectionDriver Drive(HttpLimits? limits = null) =>
        new(_handler, new HttpServerOptions { TimeProvider = _time, Limits = limits ?? new() });

    [Test]
    public void Advance_PostponedBehindAnAnswer_SendsThatFirst()
    {
        var handler = new ScriptedHandler((request, response) =>
        {
            if (request.Path is [_, (byte)'c'] && !request.MayBlock) response.Postpone();
            else ScriptedHandler.Echo(request, response);
        });
        using var driver = new ConnectionDriver(handler) { MayBlock = static () => false };
        driver.FeedOnly(
            "GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /c HTTP/1.1\r\nHost: a\r\n\r\n");

        Assert.Equal(NextStep.Write, driver.Last);
        string first = Encoding.Latin1.GetString(driver.Connection.Output.Span);
        Assert.EndsWith("GET /a 0", first, StringComparison.Ordinal);
        driver.Settle();
        Assert.EndsWith("GET /c 0", driver.Output, StringComparison.Ordinal);
    }

    private sealed class TrivialHandler : IRequestHandler
    {
        public void Handle(HttpRequest request, HttpResponse response)
        {
            response.AddHeader("Content-Type"u8, "application/json"u8);
            if (request.TryGetHeader("accept"u8, out _)) response.Body.Write("{\"a\":1}"u8);
        }
    }
}
