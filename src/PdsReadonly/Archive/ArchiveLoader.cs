using System.Collections.Concurrent;
using System.Runtime;
using Atproto.Repo;
using PdsReadonly.Catalog;

namespace PdsReadonly.Archive;

/// <summary>
/// Loads everything given, while requests are served: small files side by side, large ones one at a
/// time, so that memory stays within one budget. Then waits for files that turned out to have changed.
/// </summary>
internal sealed class ArchiveLoader : IDisposable
{
    /// <summary>From this size on a file is loaded alone among its like.</summary>
    internal const long LargeFileBytes = 24L << 20;

    // Tree nodes kept in memory per load; the rest goes to a file.
    private const long SmallSpillBytes = 4L << 20;
    private const long LargeSpillBytes = 32L << 20;

    private readonly LoadOptions _options;
    private readonly RepoCatalog _catalog;
    private readonly TimeProvider _time;
    private readonly ILoadObserver _observer;
    private readonly RepoLoader _loader;
    private readonly ConcurrentQueue<string> _small = new();
    private readonly ConcurrentQueue<string> _large = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _reread = new(StringComparer.Ordinal);
    private readonly Lock _report = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly CancellationTokenSource _stop = new();
    private Thread? _thread;
    private long _bytesDone;

    internal ArchiveLoader(
        LoadOptions options, RepoCatalog catalog, TimeProvider time, ILoadObserver observer)
    {
        _options = options;
        _catalog = catalog;
        _time = time;
        _observer = observer;
        _loader = new RepoLoader(options, catalog, time);
    }

    /// <summary>
    /// Shows at once what is unchanged since an earlier run, then loads the rest on threads of its own.
    /// </summary>
    internal void Start()
    {
        Plan();
        _thread = new Thread(Run) { Name = "load", IsBackground = true };
        _thread.Start();
    }

    /// <summary>
    /// A request met a block that is not where it was: the file is read again, but not more often than
    /// every few seconds, since a file that stays bad would be asked for again and again.
    /// </summary>
    internal void Reread(string sourcePath)
    {
        var now = _time.GetUtcNow();
        var last = _reread.GetOrAdd(sourcePath, DateTimeOffset.MinValue);
        if (now - last < TimeSpan.FromSeconds(5)) return;
        if (!_reread.TryUpdate(sourcePath, now, last)) return;
        _small.Enqueue(sourcePath);
        _wake.Set();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _wake.Set();
        _thread?.Join();
        _stop.Dispose();
        _wake.Dispose();
    }

    private void Plan()
    {
        var files = ArchiveFiles.Expand(_options.Cars, out var unmatched);
        foreach (string argument in unmatched) _observer.OnUnmatched(argument);
        var sources = _catalog.ReadSources();
        var now = _time.GetUtcNow();
        var unchanged = new HashSet<string>(StringComparer.Ordinal);
        foreach (string file in files)
        {
            bool known = sources.TryGetValue(file, out var source)
                && source.Fingerprint == FileFingerprint.OfSource(file, source.Did, now);
            if (known) unchanged.Add(file);
        }

        _catalog.Restore(_options.IndexFolder, unchanged.Contains);
        long bytes = 0;
        int count = 0;
        foreach (string file in files)
        {
            if (unchanged.Contains(file) && IsSettled(sources[file])) continue;
            long length = FileStat.Of(file)?.Bytes ?? 0;
            bytes += length;
            count++;
            (length >= LargeFileBytes ? _large : _small).Enqueue(file);
        }

        _observer.OnPlan(count, bytes, files.Count - count);
    }

    // What an unchanged file holds is known. Its head is served, or a later one from elsewhere is;
    // where neither is so, the file that held the later one is gone, and this one is loaded after all.
    private bool IsSettled(SourceRecord source)
    {
        if (source.Fault is not null)
        {
            _observer.OnOutcome(new LoadOutcome { Path = source.Path, Fault = source.Fault });
            return true;
        }

        byte[] did = System.Text.Encoding.ASCII.GetBytes(source.Did ?? "");
        return _catalog.TryFind(did, out var served)
            && string.CompareOrdinal(served.Rev.ToString(), source.Rev) >= 0;
    }

    private void Run()
    {
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
        // What was just replaced without having been served in this run.
        DeleteLeftovers();
        GiveBackMemory();
        if (!_stop.IsCancellationRequested) lock (_report) _observer.OnDone(_catalog.Count);
        while (!_stop.IsCancellationRequested)
        {
            _wake.WaitOne();
            LoadAll(_small, SmallSpillBytes);
            GiveBackMemory();
        }
    }

    private void LoadAll(ConcurrentQueue<string> queue, long spillBytes)
    {
        if (queue.IsEmpty) return;
        using var spill = new SpillFile(_options.DataFolder);
        using var verifier = new RepoVerifier(spill, spillBytes);
        while (!_stop.IsCancellationRequested && queue.TryDequeue(out string? path))
        {
            long before = 0;
            var outcome = _loader.Load(path, verifier, position =>
            {
                long all = Interlocked.Add(ref _bytesDone, position - before);
                before = position;
                lock (_report) _observer.OnProgress(all);
            });
            lock (_report) _observer.OnOutcome(outcome);
        }
    }

    // Loading uses more memory than serving ever will.
    private static void GiveBackMemory()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    // What a run that was killed left behind, and indexes that are no repo's any more.
    private void DeleteLeftovers()
    {
        var (indexes, cars) = _catalog.FilesInUse();
        foreach (string file in Directory.EnumerateFiles(_options.IndexFolder))
        {
            if (!indexes.Contains(Path.GetFileName(file))) File.Delete(file);
        }

        foreach (string file in Directory.EnumerateFiles(_options.UnpackFolder))
        {
            if (!cars.Contains(file)) File.Delete(file);
        }
    }
}
