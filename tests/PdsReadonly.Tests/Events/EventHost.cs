using Atproto.Multiformats;
using Atproto.Syntax;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Events;
using PdsReadonly.Index;
using PdsReadonly.Tests.Support;
using Samples;
using Shared;

namespace PdsReadonly.Tests.Events;

/// <summary>
/// A catalog that announces, without files: heads are published straight into it. It can be started
/// again, and killed at any moment.
/// </summary>
internal sealed class EventHost : IDisposable
{
    private static readonly string[] s_names = ["alice", "bob", "carol", "dan", "erin"];

    private readonly TempFolder _folder = new();
    private readonly RepoPool _repos = new(openMax: 4, onDamaged: _ => { });
    private readonly TimeSpan _window;
    private readonly EventOptions _options;
    private string _path;
    private int _lives;
    private CatalogDatabase _database = null!;

    internal EventHost(TimeSpan? window = null, EventOptions? options = null)
    {
        _window = window ?? TimeSpan.FromHours(24);
        _options = options ?? new EventOptions();
        _path = _folder.At("catalog.sqlite");
        Start();
    }

    internal FakeTime Time { get; } = new(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));

    internal long Microseconds => Time.Now.ToUnixTimeMilliseconds() * 1000;

    internal EventLog Log { get; private set; } = null!;

    internal RepoCatalog Catalog { get; private set; } = null!;

    public void Dispose()
    {
        _database.Dispose();
        _repos.Dispose();
        _folder.Dispose();
    }

    internal void Restart()
    {
        _database.Dispose();
        Start();
    }

    /// <summary>
    /// Goes on with the files as they are at this moment, as after kill -9: nothing is closed.
    /// </summary>
    internal void Kill()
    {
        string next = _folder.At($"life{++_lives}.sqlite");
        foreach (string suffix in (string[])["", "-wal"])
        {
            if (!File.Exists(_path + suffix)) continue;
            using var source = TempFolder.OpenShared(_path + suffix);
            using var target = File.Create(next + suffix);
            source.CopyTo(target);
        }

        _database.Dispose();
        _path = next;
        Start();
    }

    /// <summary>As if the data folder had been deleted.</summary>
    internal void LoseData()
    {
        _path = _folder.At($"life{++_lives}.sqlite");
        Restart();
    }

    internal PublishVerdict Publish(
        string name, int revSecond, string? handle = null, string? file = null,
        string pdsHost = "pds.example")
    {
        string did = TestRepos.DidOf(name);
        string revText = TestRepos.Rev(revSecond);
        byte[] block = SampleRecord.Encode(("repo", name), ("rev", revText));
        var cid = Cid.Of(CidCodec.DagCbor, block);
        file ??= name + ".car";
        return Catalog.Publish(
            new RepoHead
            {
                Did = DidOf(did),
                Rev = Tid.TryParse(revText, out var rev) ? rev : default,
                Head = cid,
                Signature = SignatureState.Valid,
                Collections = [],
                CarPath = file,
                IndexPath = _folder.Write("index.sqlite", [1]),
                Handle = handle is null || !Handle.TryParse(handle, out var parsed)
                    ? null
                    : parsed,
                PdsHost = pdsHost,
                Content = new HeadContent(block, Records: 0),
                Source = new SourceRecord
                {
                    Path = file,
                    Fingerprint = "1",
                    Did = did,
                    Rev = revText,
                    Head = cid.ToString(),
                },
            },
            out _);
    }

    internal void SetStatus(string name, HostingStatus status) =>
        Catalog.SetStatus(DidOf(TestRepos.DidOf(name)), status);

    /// <summary>Shows again what was published, but for these files; then all was loaded.</summary>
    internal void Restore(params string[] gone)
    {
        var files = Catalog.ReadSources();
        foreach (string file in gone) files.Remove(file);
        Catalog.Restore(_folder.Path, files, _ => true);
        Catalog.TellRestored(CancellationToken.None);
        Catalog.HideAbsent();
    }

    internal Client Subscribe(long? cursor) =>
        new(Subscription.Open(Log, Catalog, _repos, cursor));

    internal List<EventMessage> Read(long? cursor)
    {
        using var client = Subscribe(cursor);
        return client.Drain();
    }

    /// <summary>Everything beyond a cursor in a few words each.</summary>
    internal string[] Say(long cursor) => [.. Read(cursor).Select(Summary)];

    internal static string Summary(EventMessage message) =>
        message.Summary(did => s_names.Single(name => TestRepos.DidOf(name) == did));

    private void Start()
    {
        _database = CatalogDatabase.Open(_path);
        Log = new EventLog(_database, Time, _window);
        Catalog = new RepoCatalog(_database, Time, new Announcer(Log, _options));
    }

    private static Did DidOf(string text) =>
        Did.TryParse(text, out var did) ? did : throw new ArgumentException(text);
}
