using Atproto.Crypto;
using Atproto.Syntax;
using PdsReadonly.Index;
using PdsReadonly.Tests.Support;
using Samples;

namespace PdsReadonly.Tests.Index;

/// <summary>
/// Random operations on the index of remote repos, with restarts and failing transactions in
/// between, beside a model in memory that must agree with it in everything.
/// </summary>
public sealed class LightrailModelTests
{
    private const string Relay = "https://relay.example";

    private static readonly string[] s_names =
        ["a.b.c", "a.b.c-d.e", "a.b.c.d", "A.b.c", "x.y.z", "x.y.zz", "app.bsky.feed.post"];

    private static readonly PublicKey s_key = KeyOf("model");

    public static TheoryData<ulong> Seeds =>
        [1, 2, 3, 4, (ulong)TimeProvider.System.GetUtcNow().Ticks];

    [Test]
    [MethodDataSource(nameof(Seeds))]
    public void Operations_InAnyOrderWithRestarts_AgreeWithTheModel(ulong seed)
    {
        using var run = new Run(seed);
        for (int i = 0; i < 1500; i++)
        {
            run.Step();
            if (i % 50 == 0) run.Check();
        }

        run.Check();
    }

    private static PublicKey KeyOf(string seed)
    {
        using var key = SampleKey.FromSeed(SampleCurve.P256, seed);
        return DidKey.TryParse(key.DidKey, out var point) == KeyError.None
            ? point!
            : throw new InvalidOperationException("no key");
    }

    // As the index should know it.
    private sealed class Known
    {
        internal required RepoState State { get; set; }

        internal SortedDictionary<string, CollectionOrigin> Held { get; private init; } =
            new(StringComparer.Ordinal);

        internal CollectionOrigin Origin { get; set; }

        internal bool HasProven { get; set; }

        internal long Host { get; set; }

        internal bool IsTaken { get; set; }

        internal bool IsAskedAgain { get; set; }

        internal int Attempts { get; set; }

        internal Known Copy() => new()
        {
            State = State,
            Held = new(Held, StringComparer.Ordinal),
            Origin = Origin,
            HasProven = HasProven,
            Host = Host,
            IsTaken = IsTaken,
            IsAskedAgain = IsAskedAgain,
            Attempts = Attempts,
        };
    }

    private sealed class Run : IDisposable
    {
        private readonly ulong _seed;
        private readonly SampleRandom _random;
        private readonly TempFolder _folder = new();
        private readonly FakeTime _time = new(DateTimeOffset.UnixEpoch.AddYears(56));
        private readonly RemoteRepo[] _repos;
        private readonly long[] _hosts;
        private SortedDictionary<string, Known> _model = new(StringComparer.Ordinal);
        private LightrailDatabase _index;
        private string _path;
        private int _copies;
        private long? _seq;

        internal Run(ulong seed)
        {
            _seed = seed;
            _random = new SampleRandom(seed);
            _repos = [.. Enumerable.Range(0, 40).Select(i => new RemoteRepo($"{seed} {i}"))];
            _path = _folder.At("first.sqlite");
            _index = Open();
            _hosts = [0, _index.HostIdOf(Relay), _index.HostIdOf("https://pds.example")];
        }

        private long Now => _time.Now.ToUnixTimeMilliseconds();

        public void Dispose()
        {
            _index.Dispose();
            _folder.Dispose();
        }

        internal void Step()
        {
            _time.Now = _time.Now.AddMilliseconds(_random.Below(3));
            if (_random.Chance(5)) FailATransaction();
            else if (_random.Chance(3)) Restart();
            else Operate();
        }

        internal void Check()
        {
            Assert.True(_index.PositionOf(Relay) == _seq, $"seed {_seed}");
            foreach (var repo in _repos)
            {
                var known = _model.GetValueOrDefault(repo.Id.ToString());
                Agree(known?.State, _index.Find(repo.Id), "state");
                var held = _index.CollectionsOf(repo.Id);
                Agree(
                    string.Join(' ', known?.Held.Select(p => $"{p.Key}={p.Value}") ?? []),
                    string.Join(' ', held.Select(h => $"{h.Name}={h.Origin}")), "held");
                Assert.All(held, h =>
                    Assert.Equal(h.Origin == CollectionOrigin.Claimed, h.Commit is null));
            }

            foreach (string name in (string[])["", "no.such.name", .. s_names]) CheckPages(name);
            CheckTotals();
        }

        private void Operate()
        {
            var repo = _random.Pick<RemoteRepo>(_repos);
            var known = _model.GetValueOrDefault(repo.Id.ToString());
            switch (_random.Below(12))
            {
                case 0: List(); break;
                case 1: Claim(repo); break;
                case 2: Ask(repo, known); break;
                case 3 or 4: Take(); break;
                case 5: GiveBack(); break;
                case 6 when _random.Chance(20): Purge(repo, known); break;
                case 7 or 8: Prove(repo, known?.Host ?? 0); break;
                default: Follow(); break;
            }
        }

        // It throws, or the program is killed in the middle of it.
        private void FailATransaction()
        {
            var model = _model.ToDictionary(pair => pair.Key, pair => pair.Value.Copy());
            long? seq = _seq;
            bool isKilled = _random.Chance(30);
            string killed = "";
            Assert.Throws<InvalidDataException>(() => _index.InTransaction(() =>
            {
                for (int i = _random.Below(8); i >= 0; i--) Operate();
                if (isKilled) killed = CopyFiles();
                throw new InvalidDataException();
            }));
            (_model, _seq) = (new(model, StringComparer.Ordinal), seq);
            if (isKilled) Restart(killed);
        }

        // In good order, or killed between two transactions.
        private void Restart() => Restart(_random.Chance(50) ? CopyFiles() : _path);

        private void Restart(string path)
        {
            _index.Dispose();
            _path = path;
            _index = Open();
            foreach (var known in _model.Values) known.IsTaken = known.IsAskedAgain = false;
        }

        // What lies on the disk while the index is open is what a killed program leaves.
        private string CopyFiles()
        {
            string copy = _folder.At($"{_copies++}.sqlite");
            foreach (string end in (string[])["", "-wal"])
            {
                using var from = TempFolder.OpenShared(_path + end);
                using var to = File.Create(copy + end);
                from.CopyTo(to);
            }

            return copy;
        }

        private void List()
        {
            long host = _random.Pick<long>(_hosts);
            var repos = new RemoteRepo[_random.Below(5)];
            for (int i = 0; i < repos.Length; i++) repos[i] = _random.Pick<RemoteRepo>(_repos);
            // What a list changes of known ones has tests of its own.
            repos = Array.FindAll(repos, repo => !_model.TryGetValue(
                repo.Id.ToString(), out var known) || known.State.Status == AccountStatus.Deleted);
            var lister = _index.FindHost(_index.HostIdOf(Relay))!;
            _index.AddListed(lister, [.. repos.Select(repo => repo.Listed())], null, false);
            foreach (var repo in repos)
            {
                if (_model.ContainsKey(repo.Id.ToString())) continue;
                Add(repo).State = new() { Did = repo.Id, NeedsResync = true };
                if (host == 0) continue;
                _index.SetIdentity(repo.Id, host, s_key);
                _model[repo.Id.ToString()].Host = host;
            }
        }

        private void Prove(RemoteRepo repo, long host)
        {
            bool isStored = _index.SetProven(repo.Id, host, repo.Prove(), CollectionOrigin.Blocks);
            var known = _model.GetValueOrDefault(repo.Id.ToString()) ?? Add(repo);
            Agree(known.State.Status != AccountStatus.Deleted, isStored, "stored");
            if (!isStored) return;
            known.Held.Clear();
            foreach (string name in repo.Collections) known.Held[name] = CollectionOrigin.Blocks;
            known.Origin = CollectionOrigin.Blocks;
            known.HasProven = true;
            known.State = known.State with
            {
                Rev = repo.Rev,
                RevMax = repo.Rev,
                Data = repo.Prove().Commit.Data,
                NeedsResync = known.IsAskedAgain,
            };
            if (known.IsAskedAgain) return;
            (known.IsTaken, known.Attempts) = (false, 0);
        }

        private void Claim(RemoteRepo repo)
        {
            string[] names = [.. s_names.Where(_ => _random.Chance(40))];
            _index.SetClaimed(repo.Id, 0, names);
            var known = _model.GetValueOrDefault(repo.Id.ToString()) ?? Add(repo);
            if (known.State.Status == AccountStatus.Deleted) return;
            known.Held.Clear();
            foreach (string name in names) known.Held[name] = CollectionOrigin.Claimed;
            (known.Origin, known.HasProven) = (CollectionOrigin.Claimed, false);
            known.State = known.State with { NeedsResync = true };
        }

        private void Purge(RemoteRepo repo, Known? known)
        {
            _index.Purge(repo.Id);
            if (known is null) return;
            var gone = Add(repo);
            gone.State = new RepoState
            {
                Did = repo.Id,
                RevMax = known.State.RevMax,
                Status = AccountStatus.Deleted,
            };
        }

        private void Ask(RemoteRepo repo, Known? known)
        {
            _index.Enqueue(repo.Id, ResyncReason.Asked, 0);
            if (known is null || known.State.Status == AccountStatus.Deleted) return;
            known.State = known.State with { NeedsResync = true };
            known.IsAskedAgain = known.IsTaken;
        }

        // Which one is taken is the index's choice; that it may be is checked.
        private void Take()
        {
            long host = _random.Pick<long>(_hosts);
            var item = _index.TakeAt(host, Now + 1_000_000);
            bool isAny = _model.Values.Any(k => k.Host == host && k.State.NeedsResync
                && !k.IsTaken && k.State.Status == AccountStatus.Active);
            Agree(isAny, item is not null, "taken");
            if (item is null) return;
            var known = _model[item.Did.ToString()];
            Agree(
                (host, true, false, AccountStatus.Active),
                (known.Host, known.State.NeedsResync, known.IsTaken, known.State.Status), "item");
            Agree(known.Attempts, item.Attempts, "attempts");
            known.IsTaken = true;
        }

        private void GiveBack()
        {
            Known[] taken = [.. _model.Values.Where(known => known.IsTaken)];
            if (taken.Length == 0) return;
            var known = _random.Pick<Known>(taken);
            if (_random.Chance(50))
            {
                _index.Failed(known.State.Did, Now + _random.Below(100));
                known.Attempts++;
            }
            else
            {
                _index.Done(known.State.Did);
                known.State = known.State with { NeedsResync = known.IsAskedAgain };
                known.Attempts = 0;
            }

            known.IsTaken = known.IsAskedAgain = false;
        }

        // A batch of events of different repos: commits, statuses, and what does not follow.
        private void Follow()
        {
            var changes = new List<RepoChange>();
            var seen = new HashSet<Did>();
            for (int i = _random.Below(6); i > 0; i--)
            {
                var repo = _random.Pick<RemoteRepo>(_repos);
                if (seen.Add(repo.Id)) changes.Add(Event(repo));
            }

            _seq = (_seq ?? 0) + 1 + _random.Below(3);
            _index.Apply(Relay, _seq.Value, changes);
        }

        private RepoChange Event(RemoteRepo repo)
        {
            var known = _model.GetValueOrDefault(repo.Id.ToString()) ?? Add(repo);
            var before = known.State;
            if (_random.Chance(25))
            {
                var status = (AccountStatus)_random.Pick<int>([0, 0, 1, 2, 3, 5, 6, 7]);
                known.State = before with { Status = status };
                // One that was never looked up is news when it is back.
                bool isUnknown = known.Host == 0 && known.Origin <= CollectionOrigin.Claimed
                    && before.RevMax is null && before.Status != AccountStatus.Deleted;
                if (isUnknown && status != AccountStatus.Active) _model.Remove(repo.Id.ToString());
                return new RepoChange { After = known.State };
            }

            string[] added = [.. s_names.Except(repo.Collections).Where(_ => _random.Chance(30))];
            string[] removed = [.. repo.Collections.Where(_ => _random.Chance(30))];
            var change = repo.Change(before, added, removed);
            if (before.Status == AccountStatus.Deleted)
            {
                // A commit does not bring it back.
                known.State = before with { RevMax = repo.Rev };
                return change;
            }

            if (before.NeedsResync || _random.Chance(10))
            {
                // It does not follow from what is known: the tree stays where it was.
                change = new RepoChange
                {
                    After = before with { RevMax = repo.Rev, NeedsResync = true },
                };
                known.State = change.After;
                return change;
            }

            known.State = change.After;
            foreach (string name in removed) known.Held.Remove(name);
            foreach (string name in added)
            {
                bool isNew = known.Held.GetValueOrDefault(name) <= CollectionOrigin.Claimed;
                if (isNew) known.Held[name] = CollectionOrigin.Stream;
            }

            return change;
        }

        private Known Add(RemoteRepo repo) =>
            _model[repo.Id.ToString()] = new Known { State = new RepoState { Did = repo.Id } };

        private void CheckPages(string name)
        {
            var expected = _model.Values
                .Where(k => k.State.Status == AccountStatus.Active
                    && (name.Length == 0
                        ? k.Host != 0 || k.Origin != CollectionOrigin.None
                        : k.Held.ContainsKey(name) && k.Origin != CollectionOrigin.Claimed))
                .Select(k => k.State.Did.ToString());
            using var reader = _index.Readers.Rent();
            string text = string.Join(' ', expected);
            Agree(text, string.Join(' ', LightrailDatabaseSuite.Page(reader, name)), name);

            // From anywhere.
            string after = SampleIdentity.Plc($"anywhere {_random.Below(1000)}");
            var beyond = LightrailDatabaseSuite.Page(reader, name, after);
            var isBeyond = expected.Where(did => string.CompareOrdinal(did, after) > 0);
            Agree(string.Join(' ', isBeyond), string.Join(' ', beyond), $"{name} after {after}");
        }

        private void CheckTotals()
        {
            Known[] all = [.. _model.Values
                .Where(known => known.State.Status != AccountStatus.Deleted)];
            var totals = _index.Totals with
            {
                ClaimsDisproved = 0,
                ClaimsIncomplete = 0,
            };
            var expected = new LightrailTotals
            {
                Repos = all.Length,
                ActiveRepos = all.Count(k => k.State.Status == AccountStatus.Active),
                ProvenRepos = all.Count(k => k.HasProven && !k.State.NeedsResync),
                ClaimedRepos = all.Count(k => k.Origin == CollectionOrigin.Claimed),
                Pairs = all.Sum(k => k.Held.Count),
                ClaimedPairs = all.Sum(k =>
                    k.Held.Values.Count(origin => origin == CollectionOrigin.Claimed)),
                Queued = all.Count(k => k.State.NeedsResync),
            };
            Agree(expected, totals, "totals");
        }

        private void Agree<T>(T expected, T found, string what) => Assert.True(
            EqualityComparer<T>.Default.Equals(expected, found),
            $"seed {_seed}: {what}: expected {expected}, found {found}");

        private LightrailDatabase Open() =>
            LightrailDatabase.Open(_path, _time);
    }
}
