namespace PdsReadonly.Archive;

/// <summary>
/// What lies deeper than in the DIDs' own folders, so that a search for a blob that is not there
/// looks at no folder. Trees are made and renewed by one thread, beside all requests, which rests
/// nine times as long as it works: a tenth of a core at most, whatever is asked for.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="faults">Where to report a folder of which not all is found.</param>
/// <param name="patience">How long a search waits for a tree that was not there yet.</param>
internal sealed class BlobFolders(TimeProvider time, BlobFaults faults, TimeSpan patience)
{
    /// <summary>A tree that a search finds older than this is made again.</summary>
    internal static readonly TimeSpan AgeMin = TimeSpan.FromSeconds(5);

    private const int RestFactor = 9;
    private const int AgeFactor = 20;
    private const int EntriesMax = 4096;
    private static readonly TimeSpan s_restMax = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = [];
    private readonly Queue<Entry> _queue = new();
    private bool _isWalking;

    /// <summary>
    /// The tree below a folder that is there; null when it is not known yet. It may be as old as
    /// <see cref="AgeMin"/>, or twenty times what making it took: then it is made again, and the
    /// next search has the new one.
    /// </summary>
    internal BlobTree? Find(string folder)
    {
        Entry? entry;
        lock (_gate)
        {
            if (!_entries.TryGetValue(folder, out entry))
            {
                // All of them wait to be walked: one more has to come again.
                if (_queue.Count >= EntriesMax) return null;
                entry = new Entry(folder);
                _entries.Add(folder, entry);
            }

            entry.UsedAt = time.GetTimestamp();
            if (!entry.IsQueued && IsDue(entry)) Enqueue(entry);
        }

        return entry.Tree ?? (entry.Walked.Task.Wait(patience) ? entry.Tree : null);
    }

    private bool IsDue(Entry entry)
    {
        if (entry.Tree is null) return true;
        var age = time.GetElapsedTime(entry.WalkedAt);
        return age >= AgeMin && age >= entry.Took * AgeFactor;
    }

    private void Enqueue(Entry entry)
    {
        entry.IsQueued = true;
        _queue.Enqueue(entry);
        if (_isWalking) return;
        _isWalking = true;
        new Thread(WalkQueued) { IsBackground = true, Name = "blob folders" }.Start();
    }

    private void WalkQueued()
    {
        using var never = new ManualResetEventSlim();
        while (TryTake(out var entry))
        {
            long start = time.GetTimestamp();
            var tree = BlobTree.Walk(entry.Folder);
            var took = time.GetElapsedTime(start);
            if (tree is { IsWhole: false }) faults.ReportTooMany(entry.Folder, BlobTree.FilesMax);
            lock (_gate)
            {
                entry.Tree = tree ?? entry.Tree ?? BlobTree.Empty;
                entry.Took = took;
                entry.WalkedAt = time.GetTimestamp();
                entry.IsQueued = false;
                Trim(entry);
            }

            entry.Walked.TrySetResult();
            var rest = took * RestFactor;
            never.Wait(rest < s_restMax ? rest : s_restMax);
        }
    }

    private bool TryTake(out Entry entry)
    {
        lock (_gate)
        {
            _isWalking = _queue.TryDequeue(out entry!);
            return _isWalking;
        }
    }

    // Those that were not asked for the longest go first; this one stays.
    private void Trim(Entry kept)
    {
        while (_entries.Count > EntriesMax
            || _entries.Values.Sum(entry => (long)(entry.Tree?.FileCount ?? 0)) > BlobTree.FilesMax)
        {
            var oldest = _entries.Values
                .Where(entry => entry != kept && !entry.IsQueued)
                .MinBy(entry => entry.UsedAt);
            if (oldest is null) return;
            _entries.Remove(oldest.Folder);
        }
    }

    private sealed class Entry(string folder)
    {
        internal string Folder { get; } = folder;

        /// <summary>Completed when it has been walked once.</summary>
        internal TaskCompletionSource Walked { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        // All of it is written under the gate; the tree alone is read without it.
        internal volatile BlobTree? Tree;

        internal TimeSpan Took { get; set; }

        internal long WalkedAt { get; set; }

        internal long UsedAt { get; set; }

        internal bool IsQueued { get; set; }
    }
}
