using System.Net;
using Http.Connections;
using Http.Tests.Support;

namespace Http.Tests.Connections;

/// <summary>What clients hold: one bound, shares, and who is given up beyond them.</summary>
public sealed class HeldMemoryTests
{
    private readonly HttpLimits _limits = new()
    {
        HeldBytesMax = 1000,
        HeldBytesPerAddressMax = 400,
    };

    private readonly HeldMemory _held;
    private readonly List<string> _givenUp = [];

    public HeldMemoryTests() => _held = new HeldMemory(_limits);

    [Test]
    public void Set_BeyondAnAddressesShare_GivesUpItsSlowest()
    {
        var first = Open("1/first");
        var second = Open("1/second");
        Set(first, 1, 200);
        Set(second, 1, 200);
        Assert.Empty(_givenUp);
        Set(first, 1, 200, WaitsFor.Client);
        Set(Open("1/third"), 1, 1);
        Assert.Equal(["1/second"], _givenUp);
        // It is there until it is let go of.
        Assert.Equal(401, _held.Bytes);
        Set(second, 1, 150);
        Assert.Equal(401, _held.Bytes);
        Set(second, 1, 0);
        Assert.Equal(201, _held.Bytes);
    }

    [Test]
    public void Set_BeyondTheBound_GivesUpTheSlowestOfAll()
    {
        var first = Open("1");
        Set(first, 1, 300);
        Set(Open("2"), 2, 300);
        Set(Open("3"), 3, 300);
        Assert.Empty(_givenUp);
        Set(Open("4"), 4, 300);
        Assert.Equal(["1"], _givenUp);
        Set(first, 1, 0);
        Assert.Equal(900, _held.Bytes);
    }

    [Test]
    public void Set_SomeWaitForThreads_GivesUpSlowClientsFirstThenTheLastRequest()
    {
        Set(Open("queued first"), 1, 300, WaitsFor.Thread);
        Set(Open("slow"), 2, 300);
        Set(Open("queued last"), 3, 300, WaitsFor.Thread);
        Set(Open("one more"), 4, 300, WaitsFor.Thread);
        Assert.Equal(["slow"], _givenUp);
        Set(Open("and one"), 5, 300, WaitsFor.Thread);
        Assert.Equal(["slow", "and one"], _givenUp);
    }

    [Test]
    public void Set_OneAddressWaitsForThreads_HasTheWholeUntilItsClientsAreWaitedFor()
    {
        var first = Open("first");
        Set(first, 1, 300, WaitsFor.Thread);
        Set(Open("second"), 1, 300, WaitsFor.Thread);
        Set(Open("third"), 1, 300);
        Assert.Empty(_givenUp);
        Set(first, 1, 300);
        Assert.Equal(["third"], _givenUp);
    }

    [Test]
    public void Set_OneLargerThanAShare_IsHeldAlone()
    {
        Set(Open("large"), 1, 900);
        Assert.Empty(_givenUp);
        Set(Open("next"), 1, 50);
        Assert.Equal(["large"], _givenUp);
    }

    [Test]
    public void Set_ToNothing_IsForgotten()
    {
        var connection = Open("a");
        Set(connection, 1, 300);
        Set(connection, 1, 0);
        Set(connection, 1, 0);
        Assert.Equal(0, _held.Bytes);
        Set(Open("b"), 2, 900);
        Assert.Empty(_givenUp);
    }

    [Test]
    public void Set_WithoutAnAddress_HasTheWhole()
    {
        for (int i = 0; i < 5; i++) Set(Open($"{i}"), null, 200);
        Assert.Empty(_givenUp);
        Set(Open("5"), null, 200);
        Assert.Equal(["0"], _givenUp);
    }

    [Test]
    public void NoteWaiting_AnswerThatIsNotTaken_CountsUntilItIs()
    {
        var engine = new HttpEngine(
            new ScriptedHandler((_, response) => Fill(response, 100_000)), new HttpServerOptions());
        using var connection = new HttpConnection(engine, IPAddress.Loopback);
        Assert.Equal(NextStep.Read, connection.Advance(mayBlock: false));
        connection.NoteWaiting();
        Assert.Equal(0, engine.Held.Bytes);
        byte[] request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray();
        request.CopyTo(connection.GetReceiveBuffer());
        connection.Received(request.Length);
        Assert.Equal(NextStep.Write, connection.Advance(mayBlock: false));
        connection.NoteWaiting();
        Assert.InRange(engine.Held.Bytes, 100_000, 300_000);
        connection.Written(connection.Output.Length);
        Assert.Equal(NextStep.Read, connection.Advance(mayBlock: false));
        Assert.Equal(0, engine.Held.Bytes);
    }

    [Test]
    public void NoteWaiting_LongBeginningOfARequest_Counts()
    {
        var engine = new HttpEngine(new EchoHandler(), new HttpServerOptions());
        using var connection = new HttpConnection(engine, IPAddress.Loopback);
        connection.Advance(mayBlock: false);
        byte[] beginning = new byte[2000];
        beginning.AsSpan().Fill((byte)'a');
        "GET /"u8.CopyTo(beginning);
        beginning.CopyTo(connection.GetReceiveBuffer());
        connection.Received(beginning.Length);
        Assert.Equal(NextStep.Read, connection.Advance(mayBlock: false));
        connection.NothingReceived();
        connection.NoteWaiting();
        Assert.InRange(engine.Held.Bytes, 2000, 20_000);
        connection.Dispose();
        Assert.Equal(0, engine.Held.Bytes);
    }

    [Test]
    public void NoteWaiting_PostponedBehindALongAnswer_HoldsItsRequestAlone()
    {
        int answers = 0;
        var engine = new HttpEngine(
            new ScriptedHandler((_, response) =>
            {
                if (answers++ == 0) Fill(response, 100_000);
                else response.Postpone();
            }),
            new HttpServerOptions());
        using var connection = new HttpConnection(engine, IPAddress.Loopback);
        connection.Advance(mayBlock: false);
        byte[] request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray();
        byte[] two = [.. request, .. request];
        two.CopyTo(connection.GetReceiveBuffer());
        connection.Received(two.Length);
        Assert.Equal(NextStep.Write, connection.Advance(mayBlock: false));
        connection.Written(connection.Output.Length);
        Assert.Equal(NextStep.Offload, connection.Advance(mayBlock: false));
        connection.NoteWaiting(forClient: false);
        Assert.InRange(engine.Held.Bytes, 1, 20_000);
    }

    private static void Fill(HttpResponse response, int length)
    {
        response.Body.GetSpan(length)[..length].Fill((byte)'x');
        response.Body.Advance(length);
    }

    private HttpConnection Open(string name)
    {
        var engine = new HttpEngine(new EchoHandler(), new HttpServerOptions());
        var connection = new HttpConnection(engine, IPAddress.Loopback);
        connection.GivenUp = () => _givenUp.Add(name);
        return connection;
    }

    private void Set(
        HttpConnection connection, ulong? address, int bytes,
        WaitsFor waitsFor = WaitsFor.SameClient) =>
        _held.Set(connection, address, bytes, waitsFor);
}
