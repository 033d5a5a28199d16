using System.Text.Json;
using Atproto.Repo;
using Http.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using PdsReadonly.Catalog;
using PdsReadonly.Index;
using PdsReadonly.Lightrail;
using PdsReadonly.Server;
using PdsReadonly.Tests.Index;
using PdsReadonly.Tests.Server;
using PdsReadonly.Tests.Support;
using PdsReadonly.Web;

namespace PdsReadonly.Tests.Xrpc;

/// <summary>
/// What is answered from the index of remote repos, alone and together with loaded CARs.
/// </summary>
public sealed class LightrailMethodsTests : IDisposable
{
    private const string Post = "app.bsky.feed.post";
    private const string ByCollection = "com.atproto.sync.listReposByCollection";

    private readonly TestArchive _archive = new();
    private readonly LightrailMetrics _metrics = new();
    private readonly LightrailDatabase _index;
    private TestArchive.Run? _run;

    public LightrailMethodsTests() => _index = LightrailDatabase.Open(
        Path.Combine(_archive.Data, "lightrail.sqlite"), _archive.Time);

    public void Dispose()
    {
        _run?.Dispose();
        _index.Dispose();
        _archive.Dispose();
    }

    [Test]
    [Arguments(1)]
    [Arguments(3)]
    [Arguments(50)]
    public void ListReposByCollection_IndexAlone_PagesByDid(int limit)
    {
        RemoteRepo[] repos =
            [.. Enumerable.Range(0, 20).Select(i => Add($"r{i}", Post, $"a.b.c{i % 3}"))];
        Add("none");
        string[] all = Sorted(repos);
        Assert.Equal(all, Walk($"{ByCollection}?collection={Post}&limit={limit}"));
        Assert.Equal(
            Sorted([.. repos.Where((_, i) => i % 3 != 2)]),
            Walk($"{ByCollection}?collection=a.b.c0&collection=a.b.c1&limit={limit}"));
        Assert.Equal(
            all, Walk($"{ByCollection}?collection=a.b.c0&collection={Post}&limit={limit}"));
        Assert.Equal(21, Walk($"{ByCollection}?limit={limit}").Count);
        Assert.Empty(Walk($"{ByCollection}?collection=no.such.name&limit={limit}"));
        Assert.Equal("""{"repos":[]}""", Ask($"{ByCollection}?collection=no.such.name").Body);
    }

    [Test]
    public void ListReposByCollection_OnePage_IsAsTheLexiconHasIt()
    {
        var repo = Add("alice", Post);
        string did = repo.Id.ToString();
        string expected = $$"""{"repos":[{"did":"{{did}}"}],"cursor":"{{did}}"}""";
        Assert.Equal(expected, Ask($"{ByCollection}?collection={Post}").Body);
        Assert.Equal(expected, Ask($"{ByCollection}?collection={Post}&collection=a.b.c").Body);
    }

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(100)]
    public void ListReposByCollection_WithCars_CoversBothWithoutDuplicates(int limit)
    {
        Load("alice", "bob", "carol");
        var alice = Add("alice", "a.b.c");
        var dave = Add("dave", Post);
        string[] posts = [DidOf("alice"), DidOf("bob"), DidOf("carol"), dave.Id.ToString()];
        Array.Sort(posts, StringComparer.Ordinal);
        Assert.Equal(posts, Walk($"{ByCollection}?collection={Post}&limit={limit}"));
        Assert.Equal(posts, Walk($"{ByCollection}?limit={limit}"));
        Assert.Equal(
            posts, Walk($"{ByCollection}?collection={Post}&collection=a.b.c&limit={limit}"));
        Assert.Equal([alice.Id.ToString()], Walk($"{ByCollection}?collection=a.b.c"));
    }

    [Test]
    public void ListReposByCollection_HiddenHere_IsHiddenWhateverOthersSay()
    {
        Load((DidOf("alice"), HostingStatus.Takendown), "alice", "bob");
        Add("alice", Post);
        Assert.Equal([DidOf("bob")], Walk($"{ByCollection}?collection={Post}&limit=1"));
        Assert.Equal([DidOf("bob")], Walk($"{ByCollection}?limit=1"));
    }

    [Test]
    public void ListReposByCollection_HiddenThere_IsLeftOut()
    {
        var alice = Add("alice", Post);
        var bob = Add("bob", Post);
        Hide(alice, AccountStatus.Deactivated);
        string[] shown = [bob.Id.ToString()];
        Assert.Equal(shown, Walk($"{ByCollection}?collection={Post}&limit=1"));
        Assert.Equal(shown, Walk($"{ByCollection}?collection={Post}&collection=a.b.c&limit=1"));
        Assert.Equal(shown, Walk($"{ByCollection}?limit=1"));
    }

    [Test]
    public void ListReposByCollection_ListThatChanges_GoesOnBehindTheCursor()
    {
        RemoteRepo[] repos = [.. Enumerable.Range(0, 9).Select(i => Add($"r{i}", Post))];
        string[] all = Sorted(repos);
        var page = Page(Ask($"{ByCollection}?collection={Post}&limit=4"), out string? cursor);
        Assert.Equal(all[..4], page);
        Hide(repos.Single(repo => repo.Id.ToString() == cursor), AccountStatus.Suspended);
        Hide(repos.Single(repo => repo.Id.ToString() == all[0]), AccountStatus.Suspended);
        page = Page(Ask($"{ByCollection}?collection={Post}&cursor={cursor}"), out _);
        Assert.Equal(all[4..], page);
    }

    [Test]
    [Arguments("", "Missing required key \"collection\"")]
    [Arguments("?collection=a.b.c&collection=a.b.d",
        "Expected string value type (got [\"a.b.c\", \"a.b.d\"])")]
    [Arguments("?collection=a.b.c&collection=a.b.d&collection=a.b.e",
        "Expected string value type (got [\"a.b.c\", \"a.b.d\", ...])")]
    [Arguments("?collection=a", "Invalid NSID (got \"a\")")]
    public void ListReposByCollection_WithoutAnIndex_TakesOneAndWantsOne(string query, string issue)
    {
        var answer = Ask(ByCollection + query, index: null);
        Assert.Equal(400, answer.Status);
        using var body = JsonDocument.Parse(answer.Bytes);
        Assert.Equal(
            $"Invalid {ByCollection} params: {issue}",
            body.RootElement.GetProperty("message").GetString());
    }

    [Test]
    public void ListReposByCollection_TooMany_IsRefused()
    {
        string query = string.Join(
            '&', Enumerable.Range(0, 101).Select(i => $"collection=a.b.c{i}"));
        Assert.Equal(400, Ask($"{ByCollection}?{query}").Status);
        Assert.Equal(200, Ask($"{ByCollection}?{query[..query.LastIndexOf('&')]}").Status);
        Assert.Equal(400, Ask($"{ByCollection}?limit=2001").Status);
    }

    [Test]
    public void ListReposByCollection_OnALoop_WaitsOnlyForTheCatalog()
    {
        Add("alice", Post);
        string target = $"/xrpc/{ByCollection}?collection={Post}";
        Assert.Equal(NextStep.Write, Exchange.Begin(DispatcherOf(_index), target));
        Load("bob");
        Assert.Equal(NextStep.Offload, Exchange.Begin(DispatcherOf(_index), target));
    }

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(100)]
    public void ListRepos_WithCars_CoversBothInOrderOfFirstSight(int limit)
    {
        var dave = Add("dave", Post);
        _archive.Time.Now = _archive.Time.Now.AddSeconds(1);
        Load("alice", "bob");
        _archive.Time.Now = _archive.Time.Now.AddSeconds(1);
        Add("alice", Post);
        var erin = Add("erin");
        Hide(erin, AccountStatus.Throttled);
        var frank = Add("frank");
        _index.Purge(frank.Id);
        var found = Walk($"com.atproto.sync.listRepos?limit={limit}");
        Assert.Equal(4, found.Count);
        Assert.Equal((dave.Id.ToString(), erin.Id.ToString()), (found[0], found[3]));
        Assert.Equal(
            Sorted([DidOf("alice"), DidOf("bob")]), found[1..3].Order(StringComparer.Ordinal));
        string rows = Ask("com.atproto.sync.listRepos").Body;
        Assert.Contains(
            $$"""
            {"did":"{{dave.Id}}","head":"{{dave.Commit}}","rev":"{{dave.Rev}}","active":true}
            """,
            rows);
        Assert.Contains("\"active\":false,\"status\":\"throttled\"", rows);
    }

    [Test]
    public void GetRepoStatus_OfARemoteRepo_IsItsOwn()
    {
        Load("bob");
        var alice = Add("alice", Post);
        string query = $"com.atproto.sync.getRepoStatus?did={alice.Id}";
        Assert.Equal(
            $$"""{"did":"{{alice.Id}}","active":true,"rev":"{{alice.Rev}}"}""", Ask(query).Body);
        Hide(alice, AccountStatus.Takendown);
        Assert.Equal(
            $$"""{"did":"{{alice.Id}}","active":false,"status":"takendown"}""", Ask(query).Body);
        Hide(alice, AccountStatus.Inactive);
        Assert.Equal($$"""{"did":"{{alice.Id}}","active":false}""", Ask(query).Body);
        _index.Purge(alice.Id);
        Assert.Contains("RepoNotFound", Ask(query).Body);
        Assert.Contains("RepoNotFound", Ask(query, index: null).Body);
        string bob = Ask($"com.atproto.sync.getRepoStatus?did={DidOf("bob")}").Body;
        Assert.Contains("\"active\":true", bob);
    }

    [Test]
    public void GetRepoCollections_OfAKeptProof_IsTheProof()
    {
        var alice = Add("alice", Post, "a.b.c", "x.y.z");
        string query = $"com.atproto.sync.getRepoCollections?did={alice.Id}";
        Assert.Contains("RepoNotFound", Ask(query).Body);
        _index.KeepProof(alice.Id, alice.Commit, alice.Proof);
        var answer = Ask(query);
        Assert.Equal("application/vnd.ipld.car", answer.Header("Content-Type"));
        Assert.Equal(alice.Proof.ToArray(), answer.Bytes);
        Assert.Equal(200, Ask($"{query}&commit={alice.Commit}").Status);
        string other = Add("bob").Commit.ToString();
        Assert.Contains("CommitChanged", Ask($"{query}&commit={other}").Body);
        byte[] page = Ask($"{query}&after=a.b.c&limit=1").Bytes;
        Assert.Null(CollectionProof.Verify(page, alice.Id, null, "a.b.c", out var proven));
        Assert.Equal([Post, "x.y.z"], proven!.Collections);
        Hide(alice, AccountStatus.Deactivated);
        Assert.Contains("RepoDeactivated", Ask(query).Body);
        Hide(alice, AccountStatus.Suspended);
        Assert.Contains("RepoSuspended", Ask(query).Body);
        Hide(alice, AccountStatus.Takendown);
        Assert.Contains("RepoTakendown", Ask(query).Body);
        _index.Purge(alice.Id);
        Assert.Contains("RepoNotFound", Ask(query).Body);
    }

    [Test]
    public void GetRepoCollections_OfALoadedCar_IsMadeOfTheCar()
    {
        Load("alice");
        var remote = Add("alice", "a.b.c");
        _index.KeepProof(remote.Id, remote.Commit, remote.Proof);
        byte[] car = Ask($"com.atproto.sync.getRepoCollections?did={remote.Id}").Bytes;
        Assert.Null(CollectionProof.Verify(car, remote.Id, null, null, out var proven));
        Assert.Equal(["app.bsky.actor.profile", Post], proven!.Collections);
    }

    [Test]
    public void Metrics_TellTotalsAndCounts()
    {
        var alice = Add("alice", Post, "a.b.c");
        Hide(alice, AccountStatus.Suspended);
        _metrics.Proofs.Add("Probe", 3);
        _metrics.IdentityFailures.Add("Unreachable", 2);
        _metrics.DirectorySilence = static () => TimeSpan.FromSeconds(12.4);
        _metrics.HostFaults.Add("https://a.example/\"\n");
        _metrics.Stream("wss://relay.example").Handled(42, TimeSpan.FromMilliseconds(1500));
        _metrics.Stream("wss://relay.example").IsConnected = true;
        var answer = Exchange.Send(DispatcherOf(_index), "GET", "/metrics", []);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Header("Content-Type"));
        string[] lines = answer.Body.Split('\n');
        foreach (string line in (string[])
        [
            "lightrail_repos 1", "lightrail_repos_active 0", "lightrail_pairs 2",
            "lightrail_resyncing_bytes 0", "lightrail_rollbacks_total 0",
            "# TYPE lightrail_rollbacks_total counter",
            "lightrail_proofs_total{strategy=\"Probe\"} 3",
            "lightrail_host_faults_total{host=\"https://a.example/\\\"\\n\"} 1",
            "lightrail_directory_silence_seconds 12",
            "lightrail_identity_failures_total{reason=\"Unreachable\"} 2",
            "lightrail_stream_seq{upstream=\"wss://relay.example\"} 42",
            "lightrail_stream_lag_seconds{upstream=\"wss://relay.example\"} 1.5",
            "lightrail_stream_connected{upstream=\"wss://relay.example\"} 1",
            "lightrail_stream_connects_total{upstream=\"wss://relay.example\"} 1",
        ])
        {
            Assert.Contains(line, lines);
        }

        Assert.All(
            lines[..^1], line => Assert.Matches("^(# (HELP|TYPE) )?lightrail_[a-z_]+", line));
    }

    [Test]
    [Arguments(null, false)]
    [Arguments(1, false)]
    [Arguments(12, true)]
    public void StatusPage_SilentDirectory_IsSaidWhenItLasts(int? seconds, bool isSaid)
    {
        _metrics.Directory = "plc.directory";
        _metrics.DirectorySilence = () =>
            seconds is { } length ? TimeSpan.FromSeconds(length) : null;
        string page = Exchange.Send(DispatcherOf(_index), "GET", "/", []).Body;
        const string Said = "waiting for plc.directory: no answer for 12 s\n";
        Assert.Equal(isSaid, page.Contains(Said, StringComparison.Ordinal));
    }

    [Test]
    public void StatusPage_TellsWhatIsNoted()
    {
        Add("alice", Post);
        // As a host may spell it.
        _index.Tell(NoteKind.BadEvent, "did:web:x.test", "clear\u001b[2J\rme");
        _index.HostIdOf("https://pds.example");
        _index.Tell(NoteKind.Rollback, "did:web:x.test", "it went back");
        _metrics.Stream("wss://relay.example").IsConnected = false;
        var answer = Exchange.Send(DispatcherOf(_index), "GET", "/", []);
        Assert.Equal("text/plain; charset=utf-8", answer.Header("Content-Type"));
        foreach (string part in (string[])
        [
            "BadEvent did:web:x.test: clear\\u{1b}[2J\\u{d}me\n",
            "repos         1, 1 of them active", "Rollback did:web:x.test: it went back",
            "https://pds.example: not listed to the end, 0 requests, 0 faults",
            "wss://relay.example: not connected, at 0, 0.0 s behind",
        ])
        {
            Assert.Contains(part, answer.Body);
        }
    }

    [Test]
    public void Health_IndexThatCannotBeRead_IsNotHealthy()
    {
        var dispatcher = DispatcherOf(_index);
        Assert.Equal(200, Exchange.Send(dispatcher, "GET", "/xrpc/_health", []).Status);
        string path = Path.Combine(_archive.Data, "lightrail.sqlite");
        using (var file = SqliteDatabase.OpenShared(path))
        {
            file.Execute("DROP TABLE repo");
        }

        Assert.Equal(503, Exchange.Send(dispatcher, "GET", "/xrpc/_health", []).Status);
    }

    [Test]
    public void CounterFamily_OfMoreLabelsThanItKeeps_PutsTheRestTogether()
    {
        var family = new LightrailMetrics.CounterFamily("x", "host");
        for (int i = 0; i < 3000; i++) family.Add($"{i}");
        Assert.Equal(3000, family.Total);
        Assert.Equal(1001, family.Values.Count());
        Assert.Equal(2000, family["others"]);
    }

    private RemoteRepo Add(string name, params string[] collections)
    {
        var repo = new RemoteRepo(name, collections);
        Assert.True(_index.SetProven(repo.Id, 0, repo.Prove(), CollectionOrigin.Proof));
        return repo;
    }

    private void Hide(RemoteRepo repo, AccountStatus status) => _index.Apply("", 1,
    [
        new RepoChange { After = _index.Find(repo.Id)! with { Status = status } },
    ]);

    private void Load(params string[] names) => Load(default, names);

    private void Load((string Did, HostingStatus Status) status, params string[] names)
    {
        foreach (string name in names)
        {
            _archive.WriteCar(name + ".car", TestRepos.Build(name).ToCar());
        }

        _run?.Dispose();
        _run = status.Did is null ? _archive.Load() : _archive.Load(status);
    }

    private Answer Ask(string query) => Ask(query, _index);

    private Answer Ask(string query, LightrailDatabase? index) =>
        Exchange.Send(DispatcherOf(index), "GET", "/xrpc/" + query, []);

    private XrpcDispatcher DispatcherOf(LightrailDatabase? index)
    {
        _run ??= _archive.Load();
        var services = TestServer.ServicesOf(_run, index);
        var directory = new HostDirectory(_run.Catalog, index);
        var routes = new PlainRoutes(
            new LightrailRoute(_index, _metrics),
            new MetricsRoute(_index, _metrics),
            new HealthRoute(TestServer.Options, directory));
        return new XrpcDispatcher(services, routes, NullLogger<XrpcDispatcher>.Instance);
    }

    private List<string> Walk(string query)
    {
        var all = new List<string>();
        string? cursor = null;
        do
        {
            string more = cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}";
            all.AddRange(Page(Ask(query + more), out cursor));
        }
        while (cursor is not null);

        return all;
    }

    private static List<string> Page(Answer answer, out string? cursor)
    {
        Assert.True(answer.Status == 200, answer.Body);
        using var body = JsonDocument.Parse(answer.Bytes);
        cursor = body.RootElement.TryGetProperty("cursor", out var c) ? c.GetString() : null;
        return [.. body.RootElement.GetProperty("repos").EnumerateArray()
            .Select(repo => repo.GetProperty("did").GetString()!)];
    }

    private static string DidOf(string name) => TestRepos.DidOf(name);

    private static string[] Sorted(params RemoteRepo[] repos) =>
        Sorted([.. repos.Select(repo => repo.Id.ToString())]);

    private static string[] Sorted(params string[] dids) =>
        [.. dids.Order(StringComparer.Ordinal)];
}
