using System.Collections.Concurrent;
using Atproto.Multiformats;
using Atproto.Syntax;
using Http.Work;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using PdsReadonly.Catalog;
using PdsReadonly.Index;
using PdsReadonly.Platform;

namespace PdsReadonly.Archive;

/// <summary>
/// Blobs on disk: DIR/did/…/cid at any depth, the DID with its colons or with underscores, and
/// those inside CARs. A blob is hashed before it is first served; size and times alone say that its
/// file is the same later.
/// </summary>
internal sealed class BlobDirectory
{
    private const int ShardsMax = 8;
    private const int KnownMax = 4096;
    private const int ChecksMax = 256;
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(250);

    private readonly string? _root;
    private readonly RepoCatalog _catalog;
    private readonly TimeProvider _time;
    private readonly BlobFolders _folders;

    // Blob stores name a shard after some of the CID's characters: where they stood last time.
    private readonly ConcurrentDictionary<(int Start, int Length), byte> _shards = new();

    // By the head that references them: what the index said, where they were found, and what their
    // files were like when they were right.
    private readonly ConcurrentDictionary<(Cid Head, Cid Blob), KnownBlob> _known = new();

    // Under way, so that all who ask for one blob share them.
    private readonly ConcurrentDictionary<(string Path, long Offset), BlobCheck> _checks = new();

    // Files that were wrong, as they were then: asking again costs no hash.
    private readonly ConcurrentDictionary<(string Path, long Offset), FileStat> _wrong = new();

    /// <param name="root">The folder; without one there are the blobs inside CARs.</param>
    /// <param name="catalog">Remembers which files were right.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Gets one line for each blob that cannot be served.</param>
    /// <param name="patience">How long a search waits for a first look at deep folders.</param>
    internal BlobDirectory(
        string? root, RepoCatalog catalog, TimeProvider time, ILogger<BlobDirectory> logger,
        TimeSpan? patience = null)
    {
        (_root, _catalog, _time) = (root, catalog, time);
        Faults = new BlobFaults(logger);
        _folders = new BlobFolders(time, Faults, patience ?? s_patience);
    }

    private sealed record KnownBlob(
        BlobRow Row, string Path, FileStat Stat, long Offset, long Length);

    internal BlobFaults Faults { get; }

    /// <summary>Whether there is a folder at all.</summary>
    internal bool HasFolder => _root is not null;

    /// <summary>
    /// Opens a blob that was opened for this head before, if its file is the same; the caller owns
    /// the handle. Does not wait for more than the file's entry in its folder.
    /// </summary>
    internal bool TryOpenKnown(in Cid head, in Cid cid, out BlobFile file, out BlobRow row)
    {
        (file, row) = (default, default);
        if (!_known.TryGetValue((head, cid), out var known)) return false;
        if (FileRead.TryOpen(known.Path) is not { } handle) return false;
        if (FileStat.Of(handle) == known.Stat)
        {
            file = new BlobFile(handle, known.Path, known.Stat, known.Offset, known.Length);
            row = known.Row;
            return true;
        }

        handle.Dispose();
        _known.TryRemove((head, cid), out _);
        return false;
    }

    /// <summary>Lets it be opened again without a look at the index and the folders.</summary>
    internal void Know(in Cid head, in Cid cid, BlobRow row, in BlobFile file)
    {
        if (_known.Count >= KnownMax) _known.Clear();
        _known[(head, cid)] = new KnownBlob(row, file.Path, file.Stat, file.Offset, file.Length);
    }

    /// <summary>
    /// Looks for a file that hashes to the CID; the caller owns its handle. What costs time is done
    /// once: hashing per file, walking through folders beside the requests.
    /// </summary>
    /// <exception cref="IOException">There are no descriptors left.</exception>
    internal BlobSearch Open(Did did, Cid cid, Turn turn, out BlobFile file)
    {
        file = default;
        if (_root is null) return BlobSearch.Missing;
        string name = cid.ToString();
        string text = did.ToString();
        var outcome = BlobSearch.Missing;
        var folders = new List<string>(2);
        foreach (string spelling in (string[])[text, text.Replace(':', '_')])
        {
            string folder = Path.Combine(_root, spelling);
            if (!Directory.Exists(folder)) continue;
            folders.Add(folder);
            if (TryOpenAny(LikelyPaths(folder, name), cid, turn, ref outcome, out file))
            {
                return outcome;
            }
        }

        bool isLater = false;
        foreach (string folder in folders)
        {
            if (_folders.Find(folder) is not { } tree)
            {
                isLater = true;
            }
            else if (TryOpenAny(tree.PathsOf(cid), cid, turn, ref outcome, out file))
            {
                if (outcome == BlobSearch.Found) LearnShard(folder, file.Path, name);
                return outcome;
            }
        }

        return isLater ? BlobSearch.Later : outcome;
    }

    /// <summary>Opens a blob that is a block of a CAR.</summary>
    /// <exception cref="IOException">There are no descriptors left.</exception>
    internal BlobSearch OpenInCar(
        string car, long offset, int length, Cid cid, Turn turn, out BlobFile file) =>
        TryOpen(car, cid, (offset, length), turn, out file);

    private IEnumerable<string> LikelyPaths(string folder, string name)
    {
        yield return Path.Combine(folder, name);
        foreach (var (start, length) in _shards.Keys)
        {
            yield return Path.Combine(folder, name.Substring(start, length), name);
        }
    }

    private void LearnShard(string folder, string path, string name)
    {
        string shard = Path.GetRelativePath(folder, Path.GetDirectoryName(path)!);
        int start = name.LastIndexOf(shard, StringComparison.Ordinal);
        if (start >= 0 && _shards.Count < ShardsMax) _shards.TryAdd((start, shard.Length), 0);
    }

    // The outcome is that of the whole search so far: a wrong file is not forgotten for a missing.
    // True when the search is over, or the turn.
    private bool TryOpenAny(
        IEnumerable<string> paths, Cid cid, Turn turn, ref BlobSearch outcome, out BlobFile file)
    {
        foreach (string path in paths)
        {
            var found = TryOpen(path, cid, part: null, turn, out file);
            if (found != BlobSearch.Missing) outcome = found;
            if (found is BlobSearch.Found or BlobSearch.TurnOver) return true;
        }

        file = default;
        return false;
    }

    /// <param name="path">May name nothing.</param>
    /// <param name="cid">The blob.</param>
    /// <param name="part">Where it lies in the file; the whole of it when null.</param>
    /// <param name="file">The caller's to close.</param>
    /// <param name="turn">Hashing takes its cost from it.</param>
    private BlobSearch TryOpen(
        string path, Cid cid, (long Offset, long Length)? part, Turn turn, out BlobFile file)
    {
        file = default;
        SafeFileHandle? handle = null;
        try
        {
            // Most paths that are tried name nothing.
            if (FileStat.Of(path) is null) return BlobSearch.Missing;
            handle = InputFile.Open(path);
            if (FileStat.Of(handle) is not { } stat) return BlobSearch.Missing;
            var (offset, length) = part ?? (0, stat.Bytes);
            bool? isRight = part is null
                ? IsRightFile(handle, path, stat, cid, turn)
                : IsRight(handle, path, stat, cid, offset, length, turn);
            if (isRight is null) return BlobSearch.TurnOver;
            if (isRight is false) return BlobSearch.Wrong;
            file = new BlobFile(handle, path, stat, offset, length);
            handle = null;
            return BlobSearch.Found;
        }
        catch (Exception e) when (
            e is IOException or UnauthorizedAccessException && !DescriptorBudget.IsShortage(e))
        {
            Faults.ReportWrong(path, $"it cannot be read: {e.Message}");
            return BlobSearch.Wrong;
        }
        finally
        {
            handle?.Dispose();
        }
    }

    // Of whole files the catalog remembers beyond a restart that they were right.
    private bool? IsRightFile(
        SafeFileHandle handle, string path, FileStat stat, Cid cid, Turn turn)
    {
        string fingerprint = FileFingerprint.Of(stat);
        if (IsKnown(path, fingerprint)) return true;
        bool? isRight = IsRight(handle, path, stat, cid, 0, stat.Bytes, turn);
        if (isRight is true) Remember(path, fingerprint);
        if (isRight is false) Faults.ReportWrong(path, "its content does not hash to its CID");
        return isRight;
    }

    // Null when the turn is over: the next one goes on where this ends.
    private bool? IsRight(
        SafeFileHandle handle, string path, FileStat stat, Cid cid, long offset, long length,
        Turn turn)
    {
        var key = (path, offset);
        if (_wrong.TryGetValue(key, out var before) && before == stat) return false;
        if (_checks.Count >= ChecksMax) _checks.Clear();
        var check = _checks.AddOrUpdate(
            key,
            _ => new BlobCheck(cid, stat, offset, length),
            (_, running) =>
                running.Stat == stat ? running : new BlobCheck(cid, stat, offset, length));
        bool? isRight = null;
        while (isRight is null)
        {
            if (!turn.TryTake(BlobCheck.StepBytes)) return null;
            isRight = check.Advance(handle);
        }

        _checks.TryRemove(KeyValuePair.Create(key, check));
        // One that is being written may be right in a moment, of the same size and times.
        if (isRight is false && !FileFingerprint.IsRecent(stat, _time.GetUtcNow()))
        {
            if (_wrong.Count >= KnownMax) _wrong.Clear();
            _wrong[key] = stat;
        }

        return isRight;
    }

    // Without a catalog that works, a blob is hashed each time.
    private bool IsKnown(string path, string fingerprint)
    {
        try
        {
            return _catalog.FindBlobCheck(path) == fingerprint;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    private void Remember(string path, string fingerprint)
    {
        try
        {
            _catalog.RecordBlobCheck(path, fingerprint);
        }
        catch (SqliteException)
        {
        }
    }
}
