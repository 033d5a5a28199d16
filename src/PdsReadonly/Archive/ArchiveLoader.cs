using System.Collections.Concurrent;
using System.Text;
using Atproto.Repo;
using Atproto.Syntax;
using Microsoft.Data.Sqlite;
using PdsReadonly.Catalog;
using PdsReadonly.Index;
using PdsReadonly.Platform;

namespace PdsReadonly.Archive;

/// <summary>
/// Loads everything given, while requests are served: small files side by side, large ones one at a
/// time, so that memory stays within one budget. Then waits for files that turned out to have
/// changed.
/// </summary>
internal sealed class ArchiveLoader : IDisposable
{
    /// <summary>From this size on a file is loaded alone among its like.</summary>
    internal const long LargeFileBytes = 24L << 20;

    // Tree nodes kept in memory per load; the rest goes to a file.
    private const long SmallSpillBytes = 4L << 20;
    private const long LargeSpillBytes = 24L << 20;

    private static readonly TimeSpan s_rereadPause = TimeSpan.FromSeconds(5);

    /// <summary>How long files wait for room in the data folder before the next try.</summary>
    internal static readonly TimeSpan RoomPause = TimeSpan.FromSeconds(30);

    private readonly LoadOptions _options;
    private readonly RepoCatalog _catalog;
    private readonly TimeProvider _time;
    private readonly ILoadObserver _observer;
    private readonly RepoLoader _loader;
    private readonly ConcurrentQueue<string> _small = new();
    private readonly ConcurrentQueue<string> _large = new();
    private readonly ConcurrentQueue<string> _waiting = new();
    private readonly TaskCompletionSource _firstRound =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Files to be read again, or being so, and when each was last: null while it waits or runs.
    private readonly ConcurrentDictionary<string, DateTimeOffset?> _rereads = new(
        StringComparer.Ordinal);
    private readonly Lock _report = new();

    // Files whose repos are served by an index of an earlier version; of the loading thread, once
    // it runs.
    private readonly HashSet<string> _outdated = new(StringComparer.Ordinal);
    private readonly AutoResetEvent _wake = new(false);
    private readonly CancellationTokenSource _stop;
    private List<string> _files = [];
    private Thread? _thread;
    private long _bytesDone;

    internal ArchiveLoader(
        LoadOptions options, RepoCatalog catalog, TimeProvider time, ILoadObserver observer,
        CancellationToken stop = default)
    {
        _options = options;
        _catalog = catalog;
        _time = time;
        _observer = observer;
        _loader = new RepoLoader(options, catalog, time);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
    }

    /// <summary>
    /// Shows what is unchanged since an earlier run, and finds out what is to be read. Returns how
    /// many files there are.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    internal int Plan()
    {
        _files = ArchiveFiles.Expand(
            _options.Cars, out var problems, _options.DataFolder, _stop.Token);
        foreach (var problem in problems) _observer.OnProblem(problem);
        var sources = _catalog.ReadSources();
        var now = _time.GetUtcNow();
        var beside = ArchiveFiles.SidecarsBeside(_files);
        var unchanged = new Dictionary<string, SourceRecord>(StringComparer.Ordinal);
        foreach (string file in _files)
        {
            _stop.Token.ThrowIfCancellationRequested();
            bool known = sources.TryGetValue(file, out var source)
                && _options.IsUnchanged(source, now, beside);
            if (known) unchanged.Add(file, source!);
        }

        var stored = new StoredFiles(_options);
        _catalog.Restore(_options.IndexFolder, unchanged, stored.HoldAllOf);
        long bytes = 0;
        int count = 0;
        foreach (string file in _files)
        {
            _stop.Token.ThrowIfCancellationRequested();
            if (unchanged.TryGetValue(file, out var source) && IsSettled(source))
            {
                if (IsOutdated(source)) _outdated.Add(file);
                continue;
            }

            bytes += Enqueue(file);
            count++;
        }

        _observer.OnPlan(count, bytes, _files.Count - count);
        return _files.Count;
    }

    /// <summary>Whether files wait for room in the data folder.</summary>
    internal bool IsWaiting => !_waiting.IsEmpty;

    /// <summary>Done when everything was tried once.</summary>
    internal Task FirstRound => _firstRound.Task;

    /// <summary>Loads what is to be read, on threads of its own.</summary>
    internal void Start()
    {
        _thread = new Thread(Run) { Name = "load", IsBackground = true };
        _thread.Start();
    }

    /// <summary>
    /// A request met a block that is not where it was: the file is read again. Not while it waits
    /// for that or is being read, and not soon after: a file that stays bad is asked for again and
    /// again.
    /// </summary>
    internal void Reread(string sourcePath)
    {
        var now = _time.GetUtcNow();
        bool isNew = _rereads.TryAdd(sourcePath, null);
        bool isDue = !isNew && _rereads.TryGetValue(sourcePath, out var last)
            && last is { } ended && now - ended > s_rereadPause
            && _rereads.TryUpdate(sourcePath, null, last);
        if (!isNew && !isDue) return;
        Enqueue(sourcePath);
        _wake.Set();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread?.Join();
        _stop.Dispose();
        _wake.Dispose();
    }

    private long Enqueue(string file)
    {
        long length = FileStat.Of(file)?.Bytes ?? 0;
        (length >= LargeFileBytes ? _large : _small).Enqueue(file);
        return length;
    }

    // What an unchanged file holds is known. Its head is served, or a later one from elsewhere is;
    // where neither is so, the file that held the later one is gone, and this one is loaded after
    // all.
    private bool IsSettled(SourceRecord source)
    {
        if (source.Fault is not null)
        {
            _observer.OnOutcome(new LoadOutcome { Path = source.Path, Fault = source.Fault });
            return true;
        }

        return IsServed(source);
    }

    private bool IsOutdated(SourceRecord source) =>
        _catalog.TryFind(Encoding.ASCII.GetBytes(source.Did ?? ""), out var served)
        && served.SourcePath == source.Path && !IndexSchema.IsCurrent(served.IndexPath);

    // Its head is served, or one that won over it.
    private bool IsServed(SourceRecord source)
    {
        byte[] did = Encoding.ASCII.GetBytes(source.Did ?? "");
        if (!_catalog.TryFind(did, out var served)) return false;
        return string.CompareOrdinal(served.Rev.ToString(), source.Rev) >= 0
            || (Tid.TryParse(source.Rev ?? "", out var rev) && RevClock.IsInFuture(
                rev, _time.GetUtcNow()));
    }

    private void Run()
    {
        TellRestored();
        DeleteLeftovers();
        int helpers = Math.Min(_options.Parallelism - 1, _small.Count);
        var threads = new List<Thread>();
        for (int i = 0; i < helpers; i++)
        {
            var thread = new Thread(() => LoadAll(_small, SmallSpillBytes))
            {
                Name = "load",
                IsBackground = true,
            };
            thread.Start();
            threads.Add(thread);
        }

        LoadAll(_large, LargeSpillBytes);
        LoadAll(_small, SmallSpillBytes);
        foreach (var thread in threads) thread.Join();
        ProcessMemory.GiveBack();
        if (!_stop.IsCancellationRequested) EndFirstRound();
        if (!_stop.IsCancellationRequested) RenewOutdated();
        GoOn();
    }

    private void GoOn()
    {
        long tried = _time.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            WaitHandle.WaitAny(
                [_wake, _stop.Token.WaitHandle],
                _waiting.IsEmpty ? Timeout.InfiniteTimeSpan : RoomPause);
            bool isRetry = !_waiting.IsEmpty && _time.GetElapsedTime(tried) >= RoomPause;
            if (isRetry)
            {
                tried = _time.GetTimestamp();
                for (int i = _waiting.Count; i > 0 && _waiting.TryDequeue(out string? path); i--)
                {
                    Enqueue(path);
                }
            }

            LoadAll(_large, LargeSpillBytes);
            LoadAll(_small, SmallSpillBytes);
            ProcessMemory.GiveBack();
            if (isRetry && !_stop.IsCancellationRequested)
            {
                lock (_report) _observer.OnRetried(_waiting.Count, _catalog.Count);
            }
        }
    }

    private void TellRestored()
    {
        try
        {
            _catalog.TellRestored(_stop.Token);
        }
        catch (SqliteException)
        {
            // The disk is full: what was not told is told at the next start.
        }
    }

    private void EndFirstRound()
    {
        try
        {
            _catalog.HideAbsent();
        }
        catch (SqliteException)
        {
            // The disk is full: what is gone is told at the next start.
        }

        lock (_report) _observer.OnDone(_catalog.Count);
        _firstRound.TrySetResult();
    }

    // After all that is new, and one at a time: each repo is served by the index it has until the
    // other one takes its place.
    private void RenewOutdated()
    {
        if (_outdated.Count == 0) return;
        lock (_report) _observer.OnRenewal(_outdated.Count);
        foreach (string file in _outdated) Enqueue(file);
        LoadAll(_large, LargeSpillBytes);
        LoadAll(_small, SmallSpillBytes);
        _outdated.Clear();
        ProcessMemory.GiveBack();
        lock (_report) _observer.OnRenewal(0);
    }

    private void LoadAll(ConcurrentQueue<string> queue, long spillBytes)
    {
        if (queue.IsEmpty) return;
        using var spill = new SpillFile(_options.DataFolder);
        using var verifier = new RepoVerifier(spill, spillBytes) { Stop = _stop.Token };
        while (!_stop.IsCancellationRequested && queue.TryDequeue(out string? path))
        {
            try
            {
                LoadOne(path, verifier);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                // A bug of ours or a disk that fails us: this file is not loaded, the others are.
                TryReport(new LoadOutcome { Path = path, Fault = $"LoadFailed: {e.Message}" });
            }
        }
    }

    private void LoadOne(string path, RepoVerifier verifier)
    {
        long before = 0;
        bool isRenewed = _outdated.Contains(path);
        var outcome = _loader.Load(path, verifier, position =>
        {
            _stop.Token.ThrowIfCancellationRequested();
            if (isRenewed) return;
            long all = Interlocked.Add(ref _bytesDone, position - before);
            before = position;
            lock (_report) _observer.OnProgress(all);
        });
        if (outcome.IsWaiting) _waiting.Enqueue(path);
        if (!isRenewed || outcome.Fault is not null) TryReport(outcome);
        if (!_rereads.ContainsKey(path)) return;
        _rereads[path] = _time.GetUtcNow();
        // It may hold an older head than before, or another repo: then another file's turn has
        // come.
        EnqueueUnserved();
    }

    private void EnqueueUnserved()
    {
        var sources = _catalog.ReadSources();
        foreach (string file in _files)
        {
            bool waits = sources.TryGetValue(file, out var source)
                && source.Fault is null && !IsServed(source) && _rereads.TryAdd(file, null);
            if (waits) Enqueue(file);
        }
    }

    // The log may be a full disk; what was loaded is loaded all the same.
    private void TryReport(LoadOutcome outcome)
    {
        try
        {
            lock (_report) _observer.OnOutcome(outcome);
        }
        catch (IOException)
        {
        }
    }

    // What a run that was killed left behind, and indexes and unpacked files that are no repo's any
    // more.
    private void DeleteLeftovers()
    {
        try
        {
            var inUse = _catalog.FilesInUse();
            foreach (string folder in (string[])[_options.IndexFolder, _options.UnpackFolder])
            {
                foreach (string file in Directory.EnumerateFiles(folder))
                {
                    if (!inUse.Contains(Path.GetFileName(file))) File.Delete(file);
                }
            }
        }
        catch (Exception e) when (
            e is IOException or UnauthorizedAccessException or SqliteException)
        {
            // They are in nobody's way; the next start tries again.
        }
    }
}
