using System.Net.WebSockets;
using Atproto.Repo;
using Samples;
using Samples.World;
using Shared;

namespace PdsReadonly.Tests.World;

/// <summary>The world over a real socket.</summary>
public sealed class WorldServerTests : IAsyncDisposable
{
    private readonly SampleKey _key = SampleKey.FromSeed(SampleCurve.P256, "server");
    private readonly WorldNetwork _network = new();
    private readonly WorldHost _host;
    private readonly WorldServer _server;
    private readonly WorldRepo _repo;
    private readonly HttpClient _http;

    public WorldServerTests()
    {
        _host = new WorldHost(_network, HostTraits.Proving);
        _server = WorldServer.Start(_host);
        _repo = new WorldRepo(
            SampleIdentity.Plc("server"), _key,
            Enumerable.Range(0, 500).Select(i => $"a.b.c{i % 7}/{i}"));
        _network.Add(_repo, _host);
        _http = new HttpClient { BaseAddress = _server.Url };
    }

    private static CancellationToken Cancellation => TestRun.Cancellation;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        _key.Dispose();
    }

    [Test]
    public async Task Get_Methods_AreAnswered()
    {
        string did = Uri.EscapeDataString(_repo.Did);
        byte[] page = await GetAsync($"com.atproto.sync.getRepoCollections?did={did}");
        Assert.Null(CollectionProof.Verify(page, null, null, null, out var proven));
        Assert.Equal(_repo.Collections(), proven!.Collections);
        byte[] export = await GetAsync($"com.atproto.sync.getRepo?did={did}");
        Assert.Equal(_repo.Export(), export);
        byte[] blocks = await GetAsync(
            $"com.atproto.sync.getBlocks?did={did}&cids={_repo.Data}&cids={_repo.Commit.Cid}");
        Assert.Equal(2, SampleCar.Read(blocks).Blocks.Count);
        byte[] proof = await GetAsync(
            $"com.atproto.sync.getRecord?did={did}&collection=a.b.c3&rkey=~");
        Assert.True(proof.Length < export.Length);
        string list = System.Text.Encoding.UTF8.GetString(
            await GetAsync("com.atproto.sync.listRepos"));
        Assert.Contains(_repo.Rev, list, StringComparison.Ordinal);
        string document = await _http.GetStringAsync(
            new Uri("/" + _repo.Did, UriKind.Relative), Cancellation);
        Assert.Contains(_server.Url.Authority, document, StringComparison.Ordinal);
    }

    [Test]
    public async Task Subscribe_FromACursor_GivesWhatIsBeyond()
    {
        TellTenThings();
        using var socket = await ConnectAsync(7);
        Assert.Equal(8, (await ReadAsync(socket))!.Seq);
        Assert.Equal(9, (await ReadAsync(socket))!.Seq);
        Assert.Equal(10, (await ReadAsync(socket))!.Seq);
        var written = _repo.Write(["x.y.z/1"], []);
        _network.Feed.Append(seq => EventFrame.Commit(seq, written), copies: 2);
        var commit = await ReadAsync(socket);
        Assert.Equal("#commit", commit!.Type);
        Assert.Equal(commit.Bytes, (await ReadAsync(socket))!.Bytes);
    }

    [Test]
    public async Task Subscribe_OldAndFutureCursors_AreTold()
    {
        TellTenThings();
        _network.Feed.ForgetUpTo(5);
        using var old = await ConnectAsync(2);
        Assert.Equal("#info", (await ReadAsync(old))!.Type);
        Assert.Equal(6, (await ReadAsync(old))!.Seq);
        using var future = await ConnectAsync(11);
        Assert.Equal("FutureCursor", (await ReadAsync(future))!.Text("error"));
        Assert.Null(await ReadAsync(future));
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, future.CloseStatus);
    }

    [Test]
    public async Task Subscribe_ThatIsCut_CanGoOn()
    {
        TellTenThings();
        _network.Feed.CutAfter = 3;
        long last = 0;
        try
        {
            using var socket = await ConnectAsync(0);
            // What was on its way may be lost, as it is with real cuts.
            while (await ReadAsync(socket) is { } message) last = message.Seq;
            Assert.Fail("closed as if all were well");
        }
        catch (WebSocketException)
        {
            Assert.True(last <= 3);
        }

        _network.Feed.CutAfter = 0;
        using var next = await ConnectAsync(last);
        Assert.Equal(last + 1, (await ReadAsync(next))!.Seq);
    }

    private void TellTenThings()
    {
        for (int i = 0; i < 10; i++)
        {
            _network.Feed.Append(seq => EventFrame.Identity(seq, _repo.Did, "a.b"));
        }
    }

    private Task<byte[]> GetAsync(string query) =>
        _http.GetByteArrayAsync(new Uri("/xrpc/" + query, UriKind.Relative), Cancellation);

    private async Task<ClientWebSocket> ConnectAsync(long cursor)
    {
        var socket = new ClientWebSocket();
        var uri = new UriBuilder(_server.Url)
        {
            Scheme = "ws",
            Path = "/xrpc/com.atproto.sync.subscribeRepos",
            Query = $"cursor={cursor}",
        };
        await socket.ConnectAsync(uri.Uri, Cancellation);
        return socket;
    }

    private static async Task<EventMessage?> ReadAsync(ClientWebSocket socket)
    {
        byte[] buffer = new byte[1 << 20];
        int length = 0;
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(length), Cancellation);
            if (result.MessageType == WebSocketMessageType.Close) return null;
            length += result.Count;
            if (result.EndOfMessage) return EventMessage.Read(buffer[..length]);
        }
    }
}
