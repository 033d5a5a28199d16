using System.Text;
using Atproto.Crypto;
using Atproto.Firehose;
using Atproto.Repo;
using Atproto.Syntax;
using PdsReadonly.Index;
using PdsReadonly.Lightrail;
using Samples.World;
using Shared;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>
/// A network's stream with gaps, duplicates, rollbacks, moves and new keys, followed by the state
/// of each repo alone: what is applied is true at once, and in the end everything is known.
/// </summary>
public sealed class FollowedWorldTests
{
    [Test]
    [Arguments(0, 0)]
    [Arguments(4, 4)]
    public void Follow_WholeScript_ComesToItsTruth(int gapPercent, int duplicatePercent)
    {
        Console.WriteLine($"PDS_WORLD_SEED={WorldSizes.Seed}");
        var network = new WorldNetwork();
        using var script = new EventScript(
            network,
            [new WorldHost(network, HostTraits.Reference)],
            new EventScriptOptions
            {
                Seed = WorldSizes.Seed,
                Repos = 60,
                GapPercent = gapPercent,
                DuplicatePercent = duplicatePercent,
            });
        var reader = new Reader(network);
        var random = new Samples.SampleRandom(WorldSizes.Seed);
        for (int i = 0; i < 3000; i++)
        {
            long before = network.Feed.Last;
            script.Step();
            foreach (var each in network.Feed.Beyond(before, 100)) reader.Hear(each);
            if (random.Chance(30)) reader.ProveSome(random);
        }

        long last = network.Feed.Last;
        script.Settle();
        foreach (var each in network.Feed.Beyond(last, int.MaxValue)) reader.Hear(each);
        reader.ProveAll();
        foreach (var (did, names) in script.Truth())
        {
            Assert.Equal(names, reader.Says(did)?.ToList());
        }

        foreach (var (verdict, count) in reader.Verdicts)
        {
            Console.WriteLine($"{verdict}: {count}");
        }

        Assert.Contains(FollowVerdict.Rollback, reader.Verdicts.Keys);
        Assert.Contains(FollowVerdict.Purge, reader.Verdicts.Keys);
        Assert.Contains(FollowVerdict.Applied, reader.Verdicts.Keys);
        Assert.Contains(FollowVerdict.Resync, reader.Verdicts.Keys);
    }

    /// <summary>What a service does with each message, without a database or a network.</summary>
    private sealed class Reader
    {
        private readonly WorldNetwork _network;
        private readonly HeldCommits _held = new();
        private readonly KeyCache _cache = new(100);
        private readonly Dictionary<Did, RepoState> _states = [];
        private readonly Dictionary<Did, SortedSet<string>> _rows = [];
        private readonly Dictionary<Did, SignatureVerifier> _keys = [];
        private readonly HashSet<Did> _queue = [];

        // All accounts of the beginning are known by a crawl.
        internal Reader(WorldNetwork network)
        {
            _network = network;
            foreach (string text in network.Accounts.Keys) Prove(DidOf(text));
        }

        internal Dictionary<FollowVerdict, int> Verdicts { get; } = [];

        internal void Hear(LoggedEvent logged)
        {
            for (int i = 0; i < logged.Copies; i++)
            {
                Assert.True(StreamFrame.TryRead(logged.Frame, out var message, out _));
                Assert.Equal(logged.Seq, message!.Seq);
                if (message is AccountEvent about) Take(about, StateOf(about.Did));
            }
        }

        internal void ProveSome(Samples.SampleRandom random)
        {
            foreach (var did in _queue.ToArray())
            {
                if (random.Chance(50)) Prove(did);
            }
        }

        internal void ProveAll()
        {
            foreach (var did in _queue.ToArray()) Prove(did);
        }

        internal SortedSet<string>? Says(string text)
        {
            var did = DidOf(text);
            bool isShown = StateOf(did) is { Status: AccountStatus.Active, NeedsResync: false };
            return isShown ? _rows[did] : null;
        }

        private void Take(AccountEvent message, RepoState state)
        {
            switch (message)
            {
                case StreamCommit commit:
                    var fault = CommitVerifier.Verify(
                        commit, KeyOf(message.Did), out var verified);
                    if (fault == CommitFault.SignatureInvalid)
                    {
                        var refused = RepoFollower.Refuse(state, fault, isKeyFresh: false);
                        Keep(refused, null);
                        if (refused.RefreshesIdentity)
                        {
                            fault = CommitVerifier.Verify(
                                commit, KeyOf(message.Did), out verified);
                        }
                    }

                    // What is told again of old was signed with a key that is no more.
                    if (verified is not null) Keep(RepoFollower.Follow(state, verified), verified);
                    else if (RepoFollower.IsPast(state, commit.Rev)) return;
                    else Keep(RepoFollower.Refuse(state, fault, isKeyFresh: true), null);
                    break;
                case StreamSync sync:
                    var syncFault = CommitVerifier.Verify(sync, KeyOf(message.Did), out var found);
                    if (found is not null) Keep(RepoFollower.Follow(state, found), null);
                    else Keep(RepoFollower.Refuse(state, syncFault, isKeyFresh: true), null);
                    break;
                case StreamAccount account:
                    Keep(RepoFollower.Follow(state, account), null);
                    break;
                case StreamIdentity identity:
                    Keep(RepoFollower.Follow(state, identity), null);
                    break;
            }
        }

        private void Keep(FollowResult result, VerifiedCommit? commit)
        {
            var did = result.After.Did;
            Verdicts[result.Verdict] = Verdicts.GetValueOrDefault(result.Verdict) + 1;
            _states[did] = result.After;
            if (result.RefreshesIdentity) _keys.Remove(did);
            if (result.HoldsCommit) _held.Add(commit!);
            if (result.Verdict == FollowVerdict.Resync) _queue.Add(did);
            if (result.Verdict == FollowVerdict.Purge)
            {
                _rows.Remove(did);
                _queue.Remove(did);
                _held.Drop(did);
            }

            if (result.Verdict is FollowVerdict.Applied) Apply(did, result);
        }

        private void Apply(Did did, FollowResult result)
        {
            if (!_rows.TryGetValue(did, out var rows))
            {
                _rows.Add(did, rows = new SortedSet<string>(Comparer<string>.Create(ByPath)));
            }

            foreach (var (collection, presence) in result.Changes)
            {
                Assert.NotEqual(Presence.Unknown, presence);
                if (presence == Presence.Present) rows.Add(collection);
                else rows.Remove(collection);
            }

            // Whatever is known is known of some commit, and was true at it.
            var repo = _network.Accounts[did.ToString()].Repo;
            bool isNewest = result.After.Rev?.ToString() == repo.Rev && !result.After.NeedsResync;
            if (isNewest) Assert.Equal(repo.Collections(), rows);
        }

        // The host answers with what it has now, if it shows the account.
        private void Prove(Did did)
        {
            var account = _network.Accounts[did.ToString()];
            if (account.State != AccountState.Active) return;
            var block = account.Repo.Commit;
            Assert.Equal(CommitError.None, Commit.Read(block.Cid, block.Bytes, out var commit));
            var result = RepoFollower.Prove(StateOf(did), commit!, _held);
            if (result.Verdict is FollowVerdict.Applied or FollowVerdict.Resync)
            {
                _rows.Remove(did);
                Apply(did, result with
                {
                    Changes =
                    [
                        .. account.Repo.Collections()
                            .Select(name => new CollectionEffect(name, Presence.Present)),
                        .. result.Changes,
                    ],
                });
                _held.Drop(did, result.After.Rev);
                _states[did] = result.After;
            }

            if (result.Verdict == FollowVerdict.Applied) _queue.Remove(did);
        }

        private RepoState StateOf(Did did) =>
            _states.GetValueOrDefault(did) ?? new RepoState { Did = did };

        private SignatureVerifier? KeyOf(Did did)
        {
            if (_keys.TryGetValue(did, out var verifier)) return verifier;
            var key = _network.Accounts[did.ToString()].Key;
            Assert.Equal(KeyError.None, DidKey.TryParse(key.DidKey, out var point));
            return _keys[did] = _cache.Find(point!)!;
        }

        private static int ByPath(string? left, string? right) =>
            string.CompareOrdinal(left + "/", right + "/");

        private static Did DidOf(string text)
        {
            Assert.True(Did.TryParse(Encoding.ASCII.GetBytes(text), out var did));
            return did;
        }
    }
}
