using Samples;
using Samples.World;
using static Bench.Lightrail.SomeCollections;

namespace Bench.Lightrail;

/// <summary>
/// A relay, the hosts of its accounts and the directory of their documents, on sockets of this
/// machine; and what is true of all of them.
/// </summary>
internal sealed class FollowedNetwork : IAsyncDisposable
{
    internal const int HostCount = 20;

    // More than a follower keeps ready.
    private const int KeyCount = 8192;

    private readonly WorldNetwork _network = new();
    private readonly List<WorldServer> _servers = [];
    private readonly SampleRandom _random = new(7);
    private readonly WorldRepo[] _repos;

    internal FollowedNetwork(int repos)
    {
        var hosts = Enumerable.Range(0, HostCount)
            .Select(_ => new WorldHost(_network, HostTraits.Reference)).ToList();
        foreach (var host in hosts) _servers.Add(WorldServer.Start(host));
        var relay = new WorldHost(_network, HostTraits.Reference) { IsRelay = true };
        _servers.Add(WorldServer.Start(relay));
        Url = relay.Url;
        var accounts = Make(repos);
        for (int i = 0; i < repos; i++) _network.Add(accounts[i], hosts[i % HostCount]);
        _repos = [.. accounts.Select(account => account.Repo)];
    }

    /// <summary>The relay's, which is the directory too.</summary>
    internal Uri Url { get; }

    internal int Repos => _repos.Length;

    internal long Records => _repos.Sum(repo => (long)repo.Paths.Count);

    /// <summary>Of a repo and one of its collections.</summary>
    internal long Pairs => _repos.Sum(repo => (long)repo.Collections().Count);

    /// <summary>The number of the newest event.</summary>
    internal long LastSeq => _network.Feed.Last;

    /// <summary>Who holds it, by DID; by each collection that anyone holds.</summary>
    internal SortedDictionary<string, List<string>> Holders()
    {
        var holders = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (string did in _network.Accounts.Keys)
        {
            foreach (string name in _network.Accounts[did].Repo.Collections())
            {
                if (!holders.TryGetValue(name, out var dids)) holders.Add(name, dids = []);
                dids.Add(did);
            }
        }

        return holders;
    }

    /// <summary>
    /// Writes to repos at random; the messages of it are those that <see cref="Tell"/> takes next.
    /// </summary>
    internal List<byte[]> Write(int count)
    {
        var frames = new List<byte[]>(count);
        while (frames.Count < count)
        {
            var repo = _random.Pick<WorldRepo>(_repos);
            lock (_network.Gate)
            {
                long seq = _network.Feed.Last + frames.Count + 1;
                frames.Add(EventFrame.Commit(seq, Write(repo)));
            }
        }

        return frames;
    }

    /// <summary>The relay sends them.</summary>
    internal void Tell(List<byte[]> frames)
    {
        foreach (byte[] frame in frames) _network.Feed.Append(_ => frame);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) await server.DisposeAsync();
    }

    // As on the network nearly all create a record where there are others, and few begin a
    // collection or end one.
    private WorldCommit Write(WorldRepo repo)
    {
        string[] names = [.. repo.Collections()];
        string name = _random.Pick<string>(names);
        return _random.Below(100) switch
        {
            < 80 => repo.Write([NewPath(name, _random)], []),
            < 90 => repo.Write([], [repo.Paths[_random.Below(repo.Paths.Count)]]),
            < 95 => repo.Write([NewPath(Rare(_random.Below(int.MaxValue)), _random)], []),
            _ => repo.Write([], [.. Smallest(repo)]),
        };
    }

    private static IEnumerable<string> Smallest(WorldRepo repo) =>
        repo.Paths.GroupBy(HostedRepo.CollectionOf).MinBy(paths => paths.Count())!;

    private static WorldAccount[] Make(int repos)
    {
        var accounts = new WorldAccount[repos];
        int keys = Math.Min(KeyCount, repos);
        // A key is for one thread.
        Parallel.For(0, keys, number =>
        {
            var key = SampleKey.FromSeed(SampleCurve.K256, $"following {number}");
            for (int i = number; i < repos; i += keys)
            {
                var random = new SampleRandom((ulong)i);
                var repo = new WorldRepo(
                    SampleIdentity.Plc($"following {i}"), key, NewPaths(random));
                accounts[i] = new WorldAccount(repo, $"h{i}.example.com", key);
            }
        });
        return accounts;
    }

    // Some 96.
    private static IEnumerable<string> NewPaths(SampleRandom random)
    {
        string[] names = OfRepo(random);
        for (int i = 0; i < names.Length; i++)
        {
            int records = i < CommonCount ? 16 + random.Below(9) : 1 + random.Below(7);
            while (records-- > 0) yield return NewPath(names[i], random);
        }
    }

    private static string NewPath(string collection, SampleRandom random) =>
        $"{collection}/{SampleTid.Of((long)(random.Next() >> 14))}";
}
