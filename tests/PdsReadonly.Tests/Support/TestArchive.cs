using Atproto.Syntax;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Events;
using PdsReadonly.Index;
using PdsReadonly.Tests.Events;
using PdsReadonly.Tests.Index;
using Shared;

namespace PdsReadonly.Tests.Support;

/// <summary>
/// A folder of CARs, a data folder, and the loader run over them in this process, again and again
/// as starts of the program would.
/// </summary>
internal sealed class TestArchive : IDisposable
{
    private readonly TempFolder _folder = new();

    internal TestArchive()
    {
        foreach (string name in (string[])["cars", "data/indexes", "data/unpacked"])
        {
            Directory.CreateDirectory(_folder.At(name));
        }
    }

    /// <summary>A minute on from now, when files just written have settled.</summary>
    internal FakeTime Time { get; } = new(TimeProvider.System.GetUtcNow().AddMinutes(1));

    internal SignaturePolicy Signatures { get; set; }

    internal bool AllowLegacy { get; set; }

    internal EventOptions EventOptions { get; set; } = new();

    internal TimeSpan EventWindow { get; set; } = TimeSpan.FromHours(24);

    internal string Cars => _folder.At("cars");

    internal string Data => _folder.At("data");

    public void Dispose() => _folder.Dispose();

    internal string WriteCar(string name, ReadOnlySpan<byte> content) =>
        _folder.Write(Path.Combine("cars", name), content);

    internal string[] DataFiles(string folder) => _folder.Names(Path.Combine("data", folder));

    /// <summary>Starts, and waits until everything was read.</summary>
    internal Run Load(params (string Did, HostingStatus Status)[] statuses)
    {
        var run = new Run(this);
        foreach (var (did, status) in statuses)
        {
            run.Catalog.SetStatus(
                Did.TryParse(did, out var parsed) ? parsed : throw new ArgumentException(did),
                status);
        }

        run.Loader.Plan();
        run.Loader.Start();
        Assert.True(run.Observer.Done.Wait(TimeSpan.FromMinutes(1)));
        return run;
    }

    /// <summary>
    /// Makes the data folder what the version before left: its indexes, and its judgement of files.
    /// </summary>
    internal void MakeOld()
    {
        using var database = CatalogDatabase.Open(Path.Combine(Data, "catalog.sqlite"));
        foreach (string name in DataFiles("indexes"))
        {
            string old = name.Split('.')[0] + ".sqlite";
            string path = _folder.At(Path.Combine("data", "indexes", old));
            File.Move(_folder.At(Path.Combine("data", "indexes", name)), path);
            OldIndex.Write(path);
            database.Execute(
                "UPDATE repo SET index_file = ?1, index_bytes = ?2 WHERE index_file = ?3", old,
                new FileInfo(path).Length, name);
        }

        database.Execute("UPDATE source SET fingerprint = replace(fingerprint, ' 2 ', ' 1 ')");
    }

    /// <summary>One start of the program.</summary>
    internal sealed class Run : IDisposable
    {
        private readonly CatalogDatabase _database;

        internal Run(TestArchive archive)
        {
            _database = CatalogDatabase.Open(Path.Combine(archive.Data, "catalog.sqlite"));
            Events = new EventLog(_database, archive.Time, archive.EventWindow);
            Catalog = new RepoCatalog(
                _database, archive.Time, new Announcer(Events, archive.EventOptions));
            Repos = new RepoPool(openMax: 8, onDamaged: _ => { });
            var options = new LoadOptions
            {
                Cars = [archive.Cars],
                DataFolder = archive.Data,
                Signatures = archive.Signatures,
                AllowLegacy = archive.AllowLegacy,
                Parallelism = 2,
            };
            Loader = new ArchiveLoader(options, Catalog, archive.Time, Observer);
        }

        internal CatalogDatabase Database => _database;

        internal RepoCatalog Catalog { get; }

        internal EventLog Events { get; }

        internal RepoPool Repos { get; }

        internal ArchiveLoader Loader { get; }

        internal LoadEvents Observer { get; } = new();

        internal RepoEntry? Find(string did) =>
            Catalog.TryFind(TestRepos.Ascii(did), out var entry) ? entry : null;

        internal LoadOutcome Outcome(string fileName) =>
            Observer.Outcomes.Last(outcome => Path.GetFileName(outcome.Path) == fileName);

        /// <summary>What a client with this cursor is sent.</summary>
        internal List<EventMessage> Read(long? cursor)
        {
            using var client = Subscribe(cursor);
            return client.Drain();
        }

        internal Client Subscribe(long? cursor) =>
            new(Subscription.Open(Events, Catalog, Repos, cursor));

        public void Dispose()
        {
            Loader.Dispose();
            Repos.Dispose();
            _database.Dispose();
        }
    }

    /// <summary>Keeps what the loader told.</summary>
    internal sealed class LoadEvents : ILoadObserver
    {
        private readonly List<LoadOutcome> _outcomes = [];

        internal ManualResetEventSlim Done { get; } = new();

        internal SemaphoreSlim Told { get; } = new(0);

        internal LoadOutcome[] Outcomes
        {
            get
            {
                lock (_outcomes) return [.. _outcomes];
            }
        }

        internal int Files { get; private set; } = -1;

        internal int Unchanged { get; private set; }

        internal List<InputProblem> Problems { get; } = [];

        internal (int Waiting, int Served)? Retried { get; private set; }

        internal List<int> Renewals { get; } = [];

        /// <summary>No index of an earlier version is left.</summary>
        internal ManualResetEventSlim Renewed { get; } = new();

        internal int Served { get; private set; }

        public void OnPlan(int files, long bytes, int unchanged) =>
            (Files, Unchanged) = (files, unchanged);

        public void OnProgress(long bytes)
        {
        }

        public void OnOutcome(LoadOutcome outcome)
        {
            lock (_outcomes) _outcomes.Add(outcome);
            Told.Release();
        }

        public void OnProblem(InputProblem problem) => Problems.Add(problem);

        public void OnRenewal(int repos)
        {
            Renewals.Add(repos);
            if (repos == 0) Renewed.Set();
        }

        public void OnDone(int served)
        {
            Served = served;
            Done.Set();
        }

        public void OnRetried(int waiting, int served)
        {
            Retried = (waiting, served);
            Told.Release();
        }
    }
}
