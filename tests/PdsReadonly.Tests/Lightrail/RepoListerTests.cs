using System.Collections.Concurrent;
using System.Net;
using System.Web;
using PdsReadonly.Index;
using PdsReadonly.Lightrail;
using Samples.World;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>Lists of repos, page by page, of hosts that fail on the way.</summary>
public sealed class RepoListerTests : IDisposable
{
    private readonly ConcurrentQueue<string> _asked = [];
    private readonly WorldAccount[] _accounts;
    private IndexedWorld _world = new();

    public RepoListerTests() =>
        _accounts =
        [
            .. Enumerable.Range(0, 3).Select(i => _world.Join($"{i}", _world.One, "a.b.c")),
        ];

    private LightrailHost Stored => _world.Index.FindHost(_world.IdOf(_world.Relay))!;

    public void Dispose() => _world.Dispose();

    private void CrawlDeeply()
    {
        _world.Dispose();
        _world = new IndexedWorld(settings => settings with { DeepCrawl = true });
    }

    [Test]
    public async Task Run_AllPages_AreTakenOnceTheStreamIsOn()
    {
        Serve(cursor => Page(cursor, cursor < 2 ? cursor + 1 : null));
        var source = _world.FromRelay;
        await RunAsync(source, async () =>
        {
            for (int i = 0; i < 20; i++) await Task.Yield();
            Assert.Empty(_asked);
            source.ListingAsked.Wake();
            await UntilAsync(() => Stored.IsListed);
        });
        Assert.Equal(["0", "1", "2"], _asked);
        Assert.All(_accounts, account => Assert.True(_world.StateOf(account)!.NeedsResync));
        // To its end: another start asks for nothing.
        await RunAsync(source, async () =>
        {
            source.ListingAsked.Wake();
            for (int i = 0; i < 20; i++) await Task.Yield();
        });
        Assert.Equal(3, _asked.Count);
    }

    [Test]
    [Arguments("{\"error\":\"InvalidRequest\"}", HttpStatusCode.BadRequest)]
    [Arguments("no page", HttpStatusCode.OK)]
    public async Task Run_FailureOnTheWay_GoesOnThereLater(string body, HttpStatusCode status)
    {
        bool isDown = true;
        Serve(cursor => cursor == 1 && isDown
            ? new HttpResponseMessage(status) { Content = new StringContent(body) }
            : Page(cursor, cursor < 2 ? cursor + 1 : null));
        var source = _world.FromRelay;
        await RunAsync(source, async () =>
        {
            source.ListingAsked.Wake();
            await UntilAsync(() => _asked.Count == 2);
        });
        Assert.Equal(("1", false), (Stored.Cursor, Stored.IsListed));
        // Another process: what was stored is where it goes on.
        isDown = false;
        await RunAsync(source, async () =>
        {
            source.ListingAsked.Wake();
            await UntilAsync(() => Stored.IsListed);
        });
        Assert.Equal(["0", "1", "1", "2"], _asked);
    }

    [Test]
    public async Task Run_ListThatBeginsAnewMeanwhile_DropsThePageAndBeginsAnew()
    {
        Serve(cursor =>
        {
            if (cursor == 1 && _asked.Count == 2) _world.Index.ListAgain(Stored.Id);
            return Page(cursor, cursor < 2 ? cursor + 1 : null);
        });
        var source = _world.FromRelay;
        await RunAsync(source, async () =>
        {
            source.ListingAsked.Wake();
            await UntilAsync(() => Stored.IsListed);
        });
        Assert.Equal(["0", "1", "0", "1", "2"], _asked);
    }

    [Test]
    public async Task Run_MoreThanThereIsRoomFor_GoesOnWhenThereIsAndLosesNone()
    {
        // All rooms but one are taken.
        var others = Enumerable.Range(0, LookUpQueue.ReposMax - 1)
            .Select(i => _world.Join($"other {i}", _world.Two)).ToList();
        _world.List([.. others]);
        _world.Index.ListAgain(Stored.Id);
        Serve(cursor => Page(cursor, cursor < 2 ? cursor + 1 : null));
        var source = _world.FromRelay;
        await RunAsync(source, async () =>
        {
            source.ListingAsked.Wake();
            await UntilAsync(() => _asked.Count == 2);
            Assert.Equal("1", Stored.Cursor);
            Assert.Null(_world.StateOf(_accounts[1]));
            foreach (var each in others.Take(2)) _world.Identify(each);
            _world.Intake.LookedUp.Wake();
            await UntilAsync(() => Stored.IsListed);
        });
        Assert.Equal(["0", "1", "2"], _asked);
        Assert.All(_accounts, account => Assert.NotNull(_world.StateOf(account)));
    }

    [Test]
    public async Task Run_StreamNamedMoreThanThereWasRoomFor_ListsOnceMore()
    {
        Serve(cursor => Page(cursor, cursor < 2 ? cursor + 1 : null));
        var source = _world.FromRelay;
        var many = Enumerable.Range(0, LookUpQueue.ReposMax + 1)
            .Select(i => _world.Join($"many {i}", _world.Two)).ToList();
        await RunAsync(source, async () =>
        {
            source.ListingAsked.Wake();
            await UntilAsync(() => Stored.IsListed);
            _world.Take(
                source,
                [.. many.Select(each => IndexedWorld.Status(each, AccountState.Active))]);
            await UntilAsync(() => _asked.Count == 6 && Stored.IsListed);
            Assert.False(source.HasLeftOut);
        });
    }

    [Test]
    public async Task Run_SameCursorTwice_IsTheEnd()
    {
        Serve(cursor => Page(cursor, 1));
        var source = _world.FromRelay;
        await RunAsync(source, async () =>
        {
            source.ListingAsked.Wake();
            await UntilAsync(() => Stored.IsListed);
        });
        Assert.Equal(["0", "1"], _asked);
    }

    [Test]
    public async Task Run_Due_ListsAgainAndAsksForWhatIsNotListedAnyMore()
    {
        var gone = _world.JoinProven("gone", _world.One, "a.b.c");
        _world.Index.ListAgain(Stored.Id);
        Serve(cursor => Page(cursor, cursor < 2 ? cursor + 1 : null));
        var source = _world.FromRelay;
        await RunAsync(source, async () =>
        {
            source.ListingAsked.Wake();
            await UntilAsync(() => Stored.IsListed);
            foreach (var account in _accounts) _world.Prove(account);
            _world.Time.Now += 3 * _world.Settings.ListingInterval;
            source.ListingAsked.Wake();
            await UntilAsync(() => _asked.Count == 6 && Stored.IsListed);
        });
        Assert.False(_world.StateOf(gone)!.NeedsResync);
        var item = _world.Index.TakeNext(_world.IdOf(_world.One), _world.Now)!;
        Assert.Equal(ResyncReason.Unlisted, item.Reason);
    }

    [Test]
    public async Task Run_DeepCrawl_ListsHostsButRelaysAndBannedOnes()
    {
        CrawlDeeply();
        var hidden = _world.Join("hidden", _world.One, "a.b.c");
        var banned = _world.Join("banned", _world.Two, "a.b.c");
        _world.Answer = Answer(request => (request.Host, request.AbsolutePath) switch
        {
            ("relay.example", "/xrpc/com.atproto.sync.listRepos") =>
                IndexedWorld.Json("{\"repos\":[]}"),
            ("relay.example", "/xrpc/com.atproto.sync.listHosts") => IndexedWorld.Json("""
                {"hosts":[{"hostname":"two.example","status":"banned"},
                {"hostname":"no name"},{"hostname":"relay.example"},{"hostname":"one.example"}]}
                """),
            _ => null,
        });
        var source = _world.FromRelay;
        await RunAsync(source, async () =>
        {
            source.ListingAsked.Wake();
            await UntilAsync(() =>
                _world.Index.FindHost(_world.IdOf(_world.One)) is { IsListed: true });
        });
        Assert.True(_world.StateOf(hidden)!.NeedsResync);
        Assert.Null(_world.StateOf(banned));
        Assert.Equal(0, _world.Two.Requests);
        // The relay once, for itself.
        Assert.Equal(1, _asked.Count(path => path == "relay.example listRepos"));
    }

    private void Serve(Func<int, HttpResponseMessage> page) => _world.Answer = request =>
    {
        bool isAsked = request.RequestUri!.Host == "relay.example"
            && request.RequestUri.AbsolutePath.EndsWith("listRepos", StringComparison.Ordinal);
        if (!isAsked) return Task.FromResult<HttpResponseMessage?>(null);
        string cursor = HttpUtility.ParseQueryString(request.RequestUri.Query)["cursor"] ?? "0";
        _asked.Enqueue(cursor);
        return Task.FromResult<HttpResponseMessage?>(
            page(int.Parse(cursor, System.Globalization.CultureInfo.InvariantCulture)));
    };

    private Func<HttpRequestMessage, Task<HttpResponseMessage?>> Answer(
        Func<Uri, HttpResponseMessage?> answer) => request =>
    {
        var uri = request.RequestUri!;
        _asked.Enqueue($"{uri.Host} {uri.AbsolutePath[(uri.AbsolutePath.LastIndexOf('.') + 1)..]}");
        return Task.FromResult(answer(uri));
    };

    // One account a page.
    private HttpResponseMessage Page(int number, int? cursor)
    {
        var repo = _accounts[number].Repo;
        string next = cursor is { } behind ? $",\"cursor\":\"{behind}\"" : "";
        return IndexedWorld.Json(
            $"{{\"repos\":[{{\"did\":\"{repo.Did}\",\"rev\":\"{repo.Rev}\","
            + $"\"head\":\"{repo.Commit.Cid}\",\"active\":true}}]{next}}}");
    }

    private async Task RunAsync(Source source, Func<Task> meanwhile)
    {
        var lister = new RepoLister(
            _world.Index, _world.Hosts, _world.Intake, _world.Settings, _world.Time);
        using var stop = new CancellationTokenSource();
        var run = lister.RunAsync(source, stop.Token);
        await meanwhile();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    private static Task UntilAsync(Func<bool> condition) => IndexedWorld.UntilAsync(condition);
}
