using System.Net;
using System.Net.Sockets;
using PdsReadonly.Tests.Support;
using PdsReadonly.Upstream;

namespace PdsReadonly.Tests.Upstream;

/// <summary>Asking name servers that answer well, badly, late or never.</summary>
public sealed class DnsTxtTests : IAsyncDisposable
{
    private const string Name = "_atproto.alice.test";

    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(50);

    private readonly FakeNameServer _server = new();
    private readonly FakeNameServer _other = new();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Test]
    public async Task Find_Datagram_IsRead()
    {
        _server.OnDatagram = query => [Good(query)];
        var found = await FindAsync(s_long, _server.Address);
        Assert.Equal(DnsError.None, found.Error);
        Assert.Equal(["did=x"], found.Texts);
        Assert.Equal((1, 0), (_server.Datagrams, _server.Streams));
    }

    [Test]
    public async Task Find_WhatIsNoAnswerToIt_IsPassedOver()
    {
        _server.OnDatagram = query =>
        {
            byte[] guess = Forged(query);
            guess[0] ^= 1;
            byte[] otherName = Forged(query);
            otherName[14] ^= 1;
            byte[] asked = Forged(query);
            asked[2] = 1;
            return [[], [1, 2, 3], guess, otherName, asked, Forged(query)[..^1], Good(query)];
        };
        var found = await FindAsync(s_long, _server.Address);
        Assert.Equal(["did=x"], found.Texts);
    }

    [Test]
    public async Task Find_Truncated_IsAskedByStream()
    {
        _server.OnDatagram = query => [new DnsAnswer(query, 0x8380).ToBytes()];
        string[] long_ = [.. Enumerable.Range(0, 100).Select(i => new string('x', 200) + i)];
        _server.OnStream = query => long_
            .Aggregate(new DnsAnswer(query), (answer, text) => answer.AddText(text))
            .ToBytes();
        var found = await FindAsync(s_long, _server.Address);
        Assert.Equal(DnsError.None, found.Error);
        Assert.Equal(long_, found.Texts);
    }

    [Test]
    [Arguments(DnsError.Truncated)]
    [Arguments(DnsError.Malformed)]
    [Arguments(DnsError.WrongId)]
    internal async Task Find_StreamThatIsWrong_IsItsError(DnsError expected)
    {
        _server.OnDatagram = query => [new DnsAnswer(query, 0x8380).ToBytes()];
        _server.OnStream = query => expected switch
        {
            DnsError.Truncated => new DnsAnswer(query, 0x8380).ToBytes(),
            DnsError.Malformed => Good(query)[..^1],
            _ => [.. Good(query).Select((b, i) => i == 0 ? (byte)(b ^ 1) : b)],
        };
        Assert.Equal(expected, (await FindAsync(s_long, _server.Address)).Error);
    }

    [Test]
    public async Task Find_NoSuchName_IsNotAskedElsewhere()
    {
        _server.OnDatagram = query => [new DnsAnswer(query, 0x8183).ToBytes()];
        var found = await FindAsync(s_long, _server.Address, _other.Address);
        Assert.Equal(DnsError.NoSuchName, found.Error);
        Assert.Equal(0, _other.Datagrams);
    }

    [Test]
    public async Task Find_ServerThatFails_TheNextIsAsked()
    {
        _server.OnDatagram = query => [new DnsAnswer(query, 0x8182).ToBytes()];
        _other.OnDatagram = query => [Good(query)];
        var found = await FindAsync(s_long, _server.Address, _other.Address);
        Assert.Equal(["did=x"], found.Texts);
    }

    [Test]
    public async Task Find_AllFail_IsTheServersFailure()
    {
        _server.OnDatagram = query => [new DnsAnswer(query, 0x8182).ToBytes()];
        Assert.Equal(DnsError.ServerFailed, (await FindAsync(s_long, _server.Address)).Error);
        Assert.Equal(2, _server.Datagrams);
    }

    [Test]
    public async Task Find_SilentServer_TheNextIsAsked()
    {
        _other.OnDatagram = query => [Good(query)];
        var found = await FindAsync(TimeSpan.FromSeconds(1), _server.Address, _other.Address);
        Assert.Equal(["did=x"], found.Texts);
    }

    [Test]
    public async Task Find_NobodyAnswers_IsUnanswered() =>
        Assert.Equal(DnsError.Unanswered, (await FindAsync(s_short, _server.Address)).Error);

    [Test]
    public async Task Find_NobodyListens_IsUnanswered()
    {
        using var closed = new Socket(SocketType.Dgram, ProtocolType.Udp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = (IPEndPoint)closed.LocalEndPoint!;
        closed.Close();
        Assert.Equal(DnsError.Unanswered, (await FindAsync(s_short, address)).Error);
    }

    [Test]
    public async Task Find_NoServers_IsUnanswered() =>
        Assert.Equal(DnsError.Unanswered, (await FindAsync(s_long)).Error);

    [Test]
    public async Task Find_NameTooLong_AsksNobody()
    {
        var dns = new DnsTxt([_server.Address], TimeProvider.System);
        string name = "_atproto." + string.Join('.', Enumerable.Repeat(new string('a', 61), 4));
        var found = await dns.FindAsync(name, TestRun.Cancellation);
        Assert.Equal(DnsError.NameTooLong, found.Error);
        Assert.Equal(0, _server.Datagrams);
    }

    [Test]
    public async Task Find_TwoQueries_HaveTwoIds()
    {
        var ids = new HashSet<int>();
        _server.OnDatagram = query =>
        {
            ids.Add((query[0] << 8) | query[1]);
            return [new DnsAnswer(query, 0x8182).ToBytes()];
        };
        for (int i = 0; i < 8; i++) await FindAsync(s_long, _server.Address);
        // Sixteen of 65,536: that five should coincide does not happen.
        Assert.InRange(ids.Count, 12, 16);
    }

    private static byte[] Good(byte[] query) => new DnsAnswer(query).AddText("did=x").ToBytes();

    private static byte[] Forged(byte[] query) =>
        new DnsAnswer(query).AddText("did=forged").ToBytes();

    private static Task<DnsTexts> FindAsync(TimeSpan timeout, params IPEndPoint[] servers) =>
        new DnsTxt(servers, TimeProvider.System) { AttemptTimeout = timeout }
            .FindAsync(Name, TestRun.Cancellation);
}
