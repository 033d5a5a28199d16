namespace Samples.World;

/// <summary>How the events of a script are spread.</summary>
public sealed record EventScriptOptions
{
    public ulong Seed { get; init; } = 1;

    /// <summary>Accounts at the start; a few more come.</summary>
    public int Repos { get; init; } = 2000;

    /// <summary>Records of each at the start, at most.</summary>
    public int RecordsMax { get; init; } = 60;

    /// <summary>Of a hundred events, so many are sent twice, or once more later.</summary>
    public int DuplicatePercent { get; init; }

    /// <summary>Of a hundred commits, so many are never sent.</summary>
    public int GapPercent { get; init; }
}

/// <summary>
/// What happens to the accounts of a network, step by step, and what is true in the end: commits of
/// every kind, syncs, statuses, keys, moves between hosts, rollbacks. Hosts answer as of the step
/// taken last. The same seed gives the same world.
/// </summary>
public sealed partial class EventScript : IDisposable
{
    private const int KeyCount = 8;

    private static readonly string[] s_names =
    [
        "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.feed.repost", "app.bsky.graph.follow",
        "app.bsky.actor.profile", "app.bsky.feed-x.post", "app.bsky.feed.post.d",
        "app.bsky.feed.post0", "com.example.A", "A.B.C", "sh.tangled.repo", "zz.zz.zz",
    ];

    private readonly EventScriptOptions _options;
    private readonly WorldNetwork _network;
    private readonly IReadOnlyList<WorldHost> _hosts;
    private readonly SampleRandom _random;
    private readonly List<WorldAccount> _accounts = [];
    private readonly SampleKey[] _keys = new SampleKey[KeyCount];
    private readonly Dictionary<string, WorldCommit> _older = [];
    private readonly SortedSet<string> _owed = new(StringComparer.Ordinal);

    /// <param name="network">Gets the accounts.</param>
    /// <param name="hosts">Among which accounts move; at least one.</param>
    /// <param name="options">What happens how often.</param>
    public EventScript(
        WorldNetwork network, IReadOnlyList<WorldHost> hosts, EventScriptOptions options)
    {
        _network = network;
        _hosts = hosts;
        _options = options;
        _random = new SampleRandom(options.Seed);
        for (int i = 0; i < KeyCount; i++)
        {
            _keys[i] = SampleKey.FromSeed(SampleCurve.P256, $"script {options.Seed} {i}");
        }

        for (int i = 0; i < options.Repos; i++) Join();
    }

    public EventScriptOptions Options => _options;

    /// <summary>Every account there ever was.</summary>
    public IReadOnlyList<WorldAccount> Accounts => _accounts;

    /// <summary>How often each thing happened.</summary>
    public Dictionary<string, int> Happened { get; } = [];

    /// <summary>Events so far, those that are never sent among them.</summary>
    public long Events => _network.Feed.Last;

    /// <summary>Goes on until there are so many events in all, or a few more.</summary>
    public void Run(long events)
    {
        while (Events < events) Step();
    }

    /// <summary>One thing happens: one event, or a few that belong together.</summary>
    public void Step()
    {
        lock (_network.Gate)
        {
            var account = _accounts[_random.Below(_accounts.Count)];
            string what = account.State switch
            {
                AccountState.Deleted => Note("join", Create),
                AccountState.Active => Happen(account),
                _ => Note("return", () => Return(account)),
            };
            Happened[what] = Happened.GetValueOrDefault(what) + 1;
        }
    }

    /// <summary>
    /// The last word on each account of which an event was withheld: without it nobody could know
    /// that there was one.
    /// </summary>
    public void Settle()
    {
        lock (_network.Gate)
        {
            foreach (string did in _owed.ToList())
            {
                var account = _network.Accounts[did];
                if (account.State != AccountState.Active) continue;
                Emit(account, account.Repo.Write([NewPath(account.Repo)], []), mayDrop: false);
            }

            _owed.Clear();
        }
    }

    /// <summary>Each account's collections now; null where they are not to be told.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>?> Truth()
    {
        lock (_network.Gate)
        {
            return _accounts.ToDictionary(
                account => account.Did,
                account => account.State == AccountState.Active
                    ? account.Repo.Collections()
                    : null);
        }
    }

    public void Dispose()
    {
        foreach (var key in _keys) key.Dispose();
    }

    private WorldAccount Join()
    {
        int number = _accounts.Count;
        var key = _random.Pick<SampleKey>(_keys);
        var paths = new HashSet<string>();
        int count = 1 + _random.Below(_options.RecordsMax);
        int names = 1 + _random.Below(s_names.Length);
        for (int i = 0; i < count; i++) paths.Add($"{s_names[_random.Below(names)]}/{Key()}");
        string did = SampleIdentity.Plc($"script {_options.Seed} {number}");
        var repo = new WorldRepo(did, key, paths) { ForgetsOldBlocks = true };
        var account = new WorldAccount(repo, $"u{number}.example.com", key);
        _network.Add(account, _hosts[_random.Below(_hosts.Count)]);
        _accounts.Add(account);
        return account;
    }

    private static string Note(string what, Action happen)
    {
        happen();
        return what;
    }

    private string Key() =>
        _random.Chance(10) ? "self" : SampleTid.Of((long)(_random.Next() >> 14));
}
