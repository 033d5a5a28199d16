using System.Net;
using Http.Connections;
using Http.Tests.Support;

namespace Http.Tests.Connections;

/// <summary>Whose request it is, and what a client behind a proxy may have at once.</summary>
public sealed class TrustedProxiesTests
{
    private const string Proxy = "10.1.2.3";

    private static readonly HttpServerOptions s_options = new()
    {
        Limits = new HttpLimits
        {
            ConnectionsMax = 3,
            ConnectionsPerAddressMax = 1,
            StreamsPerAddressMax = 1,
        },
        TrustedProxies = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/64")],
    };

    [Test]
    [Arguments(Proxy, "", Proxy)]
    [Arguments(Proxy, "203.0.113.7", "203.0.113.7")]
    [Arguments(Proxy, "198.51.100.1, 203.0.113.7", "203.0.113.7")]       // the first is a claim
    [Arguments(Proxy, "203.0.113.7, 10.9.9.9,", "203.0.113.7")]          // two proxies of ours
    [Arguments(Proxy, "203.0.113.7|10.9.9.9, [fd00::5]:80", "203.0.113.7")]    // two lines
    [Arguments(Proxy, "10.9.9.9, 10.8.8.8", "10.9.9.9")]
    [Arguments(Proxy, "[2001:db8::1]:1234", "2001:db8::1")]
    [Arguments(Proxy, "203.0.113.7, unknown", Proxy)]
    [Arguments(Proxy, "unknown, 203.0.113.7", "203.0.113.7")]
    [Arguments("fd00::9", "203.0.113.7", "203.0.113.7")]
    [Arguments("192.0.2.1", "203.0.113.7", "192.0.2.1")]                 // nobody's word
    [Arguments("fd00:0:0:1::9", "10.1.1.1", "fd00:0:0:1::9")]
    public void ClientAddress_ForwardedFor_IsBelievedOfTrustedProxiesOnly(
        string peer, string lines, string expected)
    {
        IPAddress? client = null;
        var handler = new ScriptedHandler((request, _) => client = request.ClientAddress);
        using var driver = new ConnectionDriver(handler, s_options, IPAddress.Parse(peer));
        driver.Feed(Get(lines.Split('|')));

        Assert.Equal(IPAddress.Parse(expected), client);
        Assert.Equal(IPAddress.Parse(peer), driver.Connection.RemoteAddress);
    }

    [Test]
    public void Advance_OneLongAnswerTooManyForAClient_Is429UntilTheFirstEnds()
    {
        var engine = new HttpEngine(new ScriptedHandler(SendLong), s_options);
        using var first = Driver(engine);
        first.FeedOnly(Get("203.0.113.7"));
        Assert.Equal(NextStep.Write, first.Last);

        using var second = Driver(engine);
        using var other = Driver(engine);
        var refused = ReceivedResponse.ReadAll(second.Feed(Get("203.0.113.7")).Output).Single();
        Assert.Equal((429, "10"), (refused.Status, refused.Header("Retry-After")));
        Assert.Contains("RateLimitExceeded", refused.Body, StringComparison.Ordinal);
        Assert.Equal("keep-alive", refused.Header("Connection"));
        var served = ReceivedResponse.ReadAll(other.Feed(Get("203.0.113.8")).Output).Single();
        Assert.Equal(200, served.Status);

        first.Settle();
        Assert.Equal(200, ReceivedResponse.ReadAll(first.Output).Single().Status);
        second.Feed(Get("203.0.113.7"));
        Assert.Equal(
            [429, 200], ReceivedResponse.ReadAll(second.Output).Select(answer => answer.Status));
    }

    [Test]
    public void Advance_OneStreamTooManyWithoutAProxy_Is429()
    {
        var engine = new HttpEngine(new ScriptedHandler(SendLong), s_options);
        var client = IPAddress.Parse("192.0.2.1");
        using var first = new ConnectionDriver(engine, client);
        first.FeedOnly(Get());
        using var second = new ConnectionDriver(engine, client);

        // What it says of itself is nobody's word.
        second.Feed(Get("203.0.113.7"));

        Assert.Equal(429, ReceivedResponse.ReadAll(second.Output).Single().Status);
    }

    [Test]
    public void Advance_OneWebSocketTooManyForAClient_Is429UntilTheFirstIsGone()
    {
        var handler = new ScriptedHandler(
            (_, response) => response.AcceptWebSocket(new ScriptedMessages()));
        var engine = new HttpEngine(handler, s_options);
        string handshake = ClientFrames.Handshake[..^2] + "X-Forwarded-For: 203.0.113.7\r\n\r\n";
        using (var first = Driver(engine))
        {
            first.Feed(handshake);
            Assert.Equal(NextStep.Duplex, first.Last);
            using var second = Driver(engine);
            second.Feed(handshake);
            Assert.StartsWith("HTTP/1.1 429 ", second.Output, StringComparison.Ordinal);
        }

        using var third = Driver(engine);
        Assert.Equal(NextStep.Duplex, third.Feed(handshake).Last);
    }

    [Test]
    public void Dispose_DuringALongAnswer_LetsTheClientHaveAnother()
    {
        var engine = new HttpEngine(new ScriptedHandler(SendLong), s_options);
        using (var first = Driver(engine)) first.FeedOnly(Get("203.0.113.7"));

        using var second = Driver(engine);
        string output = second.Feed(Get("203.0.113.7")).Output;
        Assert.Equal(200, ReceivedResponse.ReadAll(output).Single().Status);
    }

    [Test]
    public void Advance_ShortAnswersAndHeads_AreNotCounted()
    {
        var engine = new HttpEngine(
            new ScriptedHandler((request, response) =>
            {
                if (request.Path is [(byte)'/']) SendLong(request, response);
                else ScriptedHandler.Echo(request, response);
            }),
            s_options);
        using var first = Driver(engine);
        first.FeedOnly(Get("203.0.113.7"));

        using var second = Driver(engine);
        second.Feed(Get("203.0.113.7").Replace("GET / ", "HEAD / ", StringComparison.Ordinal));
        second.Feed(Get("203.0.113.7").Replace("GET / ", "GET /x ", StringComparison.Ordinal));
        Assert.All(
            ReceivedResponse.ReadAll(second.Output, 0), answer => Assert.Equal(200, answer.Status));
    }

    [Test]
    public void TryEnter_TrustedProxy_IsExemptFromTheLimitPerAddressOnly()
    {
        var gate = new HttpEngine(new ScriptedHandler(), s_options).Gate;
        var (proxy, client) = (IPAddress.Parse(Proxy), IPAddress.Parse("2001:db8::1"));
        Assert.True(gate.TryEnter(client));
        Assert.False(gate.TryEnter(IPAddress.Parse("2001:db8::2")));     // the same /64
        Assert.True(gate.TryEnter(proxy));
        Assert.True(gate.TryEnter(proxy));
        Assert.False(gate.TryEnter(proxy));                              // all there are
        gate.Leave(proxy);
        Assert.True(gate.TryEnter(IPAddress.Parse("2001:db8:0:1::1")));
        gate.Leave(client);
        Assert.True(gate.TryEnter(client));
    }

    private static ConnectionDriver Driver(HttpEngine engine) =>
        new(engine, IPAddress.Parse(Proxy));

    private static void SendLong(HttpRequest request, HttpResponse response) =>
        response.SendSource(new ScriptedSource(BodyStatus.End, 100_000, 5), null);

    private static string Get(params string[] forwarded) =>
        "GET / HTTP/1.1\r\nHost: a\r\n"
        + string.Concat(forwarded.Select(line => $"X-Forwarded-For: {line}\r\n")) + "\r\n";
}
