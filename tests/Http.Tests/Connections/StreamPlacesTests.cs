using System.Net;
using Http.Connections;
using Http.Tests.Support;

namespace Http.Tests.Connections;

/// <summary>The places for WebSockets: shares, and who gives one up.</summary>
public sealed class StreamPlacesTests
{
    private static readonly HttpLimits s_limits = new()
    {
        ConnectionsMax = 20,
        WebSocketsPerAddressMax = 8,
    };

    private readonly StreamPlaces _places = new(s_limits);
    private readonly List<string> _givenUp = [];

    [Test]
    public void TryEnter_BeyondAnAddressesShare_IsRefused()
    {
        for (int i = 0; i < 8; i++) Assert.True(_places.TryEnter(Open($"{i}"), 1));
        Assert.False(_places.TryEnter(Open("ninth"), 1));
        Assert.True(_places.TryEnter(Open("other"), 2));
        Assert.Empty(_givenUp);
    }

    [Test]
    public void TryEnter_AllTaken_TakesOneOfTheAddressWithMost()
    {
        for (int i = 0; i < 8; i++) Assert.True(_places.TryEnter(Open($"most {i}"), 1));
        for (int i = 0; i < 2; i++) Assert.True(_places.TryEnter(Open($"few {i}"), 2));
        Assert.True(_places.TryEnter(Open("next"), 3));
        Assert.Equal(["most 0"], _givenUp);
        Assert.True(_places.TryEnter(Open("next"), 3));
        Assert.Equal(["most 0", "most 1"], _givenUp);
    }

    [Test]
    public void TryEnter_AllTakenByAsManyEach_RefusesOneMoreOfThem()
    {
        for (int i = 0; i < 10; i++) Assert.True(_places.TryEnter(Open($"{i}"), (ulong)i / 5));
        Assert.False(_places.TryEnter(Open("one more"), 0));
        Assert.True(_places.TryEnter(Open("another"), 7));
        Assert.Single(_givenUp);
    }

    [Test]
    public void Leave_AfterItsPlaceWasTaken_FreesNoOther()
    {
        var first = Open("first");
        Assert.True(_places.TryEnter(first, 1));
        for (int i = 0; i < 7; i++) Assert.True(_places.TryEnter(Open($"{i}"), 1));
        for (int i = 0; i < 2; i++) Assert.True(_places.TryEnter(Open($"{i}"), 2));
        Assert.True(_places.TryEnter(Open("next"), 3));
        Assert.Equal(["first"], _givenUp);
        _places.Leave(first);
        Assert.True(_places.TryEnter(Open("next"), 4));
        Assert.Equal(2, _givenUp.Count);
    }

    [Test]
    [Arguments("192.0.2.1", "192.0.2.2", false)]
    [Arguments("2001:db8:1:1::1", "2001:db8:1:ffff::1", true)]
    [Arguments("2001:db8:1:1::1", "2001:db8:2:1::1", false)]
    [Arguments("::ffff:192.0.2.1", "192.0.2.1", true)]
    public void SiteKeyOf_Addresses_AreOneSiteByTheirFirst48Bits(string a, string b, bool isOne) =>
        Assert.Equal(
            isOne,
            ConnectionGate.SiteKeyOf(IPAddress.Parse(a))
                == ConnectionGate.SiteKeyOf(IPAddress.Parse(b)));

    private HttpConnection Open(string name)
    {
        var engine = new HttpEngine(new EchoHandler(), new HttpServerOptions());
        return new HttpConnection(engine, IPAddress.Loopback)
        {
            Woken = () => _givenUp.Add(name),
        };
    }
}
