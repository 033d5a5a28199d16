using System.Collections.Concurrent;
using Atproto.Car;
using Atproto.Repo;
using Atproto.Syntax;
using Microsoft.Data.Sqlite;
using PdsReadonly.Catalog;
using PdsReadonly.Index;
using PdsReadonly.Platform;

namespace PdsReadonly.Archive;

/// <summary>What came of loading one file.</summary>
internal sealed record LoadOutcome
{
    public required string Path { get; init; }

    /// <summary>Null when the file was refused.</summary>
    public PublishVerdict? Verdict { get; init; }

    /// <summary>The file's cause in one line; null when it is sound.</summary>
    public string? Fault { get; init; }

    public Did? Did { get; init; }

    public Tid Rev { get; init; }

    public SignatureState Signature { get; init; }

    /// <summary>
    /// Whether the data folder has no room for what is made of the file, or fails: nothing is known
    /// against the file, and it is to be tried again. <see cref="Fault"/> says what failed.
    /// </summary>
    public bool IsWaiting { get; init; }

    /// <summary>Something the operator should know although the repo is served.</summary>
    public string? Warning { get; init; }

    public RepoCounts Counts { get; init; } = new();

    /// <summary>The entry this one took the place of.</summary>
    public RepoEntry? Replaced { get; init; }
}

/// <summary>
/// Loads one file: verifies all of it, writes its index, and publishes the head. A file that is
/// refused leaves everything as it was.
/// </summary>
internal sealed class RepoLoader(LoadOptions options, RepoCatalog catalog, TimeProvider time)
{
    // An index smaller than this is cheaper to build again than to wait for on a slow card.
    private const long SyncedIndexBytesMin = 256 << 10;

    private static readonly TimeSpan Retirement = TimeSpan.FromMinutes(1);

    private static readonly RepoFault TooManyCollections = new()
    {
        Code = nameof(TooManyCollections),
        Message = $"more than {RepoIndexWriter.CollectionsMax:N0} collections",
    };

    private readonly ConcurrentQueue<(string Path, DateTimeOffset Since)> _retired = new();

    /// <summary>
    /// Never throws for what a file holds or the disk does: the outcome says it.
    /// OperationCanceledException from <paramref name="onProgress"/> passes through, and leaves
    /// everything as it was.
    /// </summary>
    internal LoadOutcome Load(string path, RepoVerifier verifier, Action<long>? onProgress = null)
    {
        try
        {
            string fingerprint = options.FingerprintOf(path, null, time.GetUtcNow());
            return LoadSource(path, fingerprint, verifier, onProgress);
        }
        catch (IOException e) when (e is SpillFailedException || DiskRoom.IsLacking(e))
        {
            return Waiting(path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new LoadOutcome { Path = path, Fault = $"{CarError.ReadFailed}: {e.Message}" };
        }
        catch (SqliteException e)
        {
            return Waiting(path, e);
        }
    }

    // The fault of the data folder, not of the file: nothing is noted about the file.
    private static LoadOutcome Waiting(string path, Exception e) =>
        new() { Path = path, Fault = $"DataFolderFailed: {e.Message}", IsWaiting = true };

    private LoadOutcome LoadSource(
        string path, string fingerprint, RepoVerifier verifier, Action<long>? onProgress)
    {
        if (!path.EndsWith(ArchiveFiles.PackedSuffix, StringComparison.OrdinalIgnoreCase))
        {
            return LoadCar(path, path, fingerprint, verifier, onProgress);
        }

        string carPath = CarUnpacker.PathFor(path, options.UnpackFolder);
        bool wasThere = File.Exists(carPath);
        if (!wasThere && TryUnpack(path, carPath, onProgress) is { } reason)
        {
            return Refuse(path, fingerprint, null, $"GzipMalformed: {reason}");
        }

        var outcome = LoadCar(path, carPath, fingerprint, verifier, onProgress);
        if (outcome.Fault is null || !wasThere) return outcome;

        // What an earlier run unpacked may have rotted, which is not the packed file's fault.
        _ = TryUnpack(path, carPath, onProgress);
        return LoadCar(path, carPath, fingerprint, verifier, onProgress);
    }

    private static string? TryUnpack(string path, string carPath, Action<long>? onProgress)
    {
        try
        {
            CarUnpacker.Unpack(path, carPath, () => onProgress?.Invoke(0));
            return null;
        }
        catch (InvalidDataException e)
        {
            return PackedFile.Describe(path, e.Message);
        }
    }

    private LoadOutcome LoadCar(
        string path, string carPath, string fingerprint, RepoVerifier verifier,
        Action<long>? onProgress)
    {
        using var car = CarFile.Open(carPath);
        var fault = verifier.ReadBlocks(car, onProgress);
        if (fault is not null) return Refuse(path, fingerprint, null, fault);
        var commit = verifier.Commit!;

        // Now that the DID is known, so are the files named after it.
        string complete = options.FingerprintOf(path, commit.Did.ToString(), time.GetUtcNow());
        if (!FileFingerprint.IsSameFile(fingerprint, complete)) return Changed(path);
        // The first look counts: what was fresh then is to be looked at again.
        if (FileFingerprint.IsRecent(fingerprint)) complete = FileFingerprint.AsRecent(complete);
        if (commit.IsLegacy && !options.AllowLegacy)
        {
            string legacy = $"{CommitError.CommitLegacy}: {CommitError.CommitLegacy.Describe()}";
            return Refuse(path, complete, commit, legacy);
        }

        var identity = IdentityFiles.Read(path, commit, options.Signatures);
        if (identity.IsIncomplete) complete = FileFingerprint.AsRecent(complete);
        if (identity.Fault is { } reason) return Refuse(path, complete, commit, reason);
        return IndexAndPublish(path, carPath, complete, verifier, identity);
    }

    private LoadOutcome IndexAndPublish(
        string path, string carPath, string fingerprint, RepoVerifier verifier,
        RepoIdentity identity)
    {
        var commit = verifier.Commit!;
        string indexPath = Path.Combine(options.IndexFolder, IndexSchema.NewFileName());
        string temporary = indexPath + ".tmp";
        bool isPublished = false;
        try
        {
            var fault = WriteIndex(temporary, verifier, out var collections);
            if (fault is not null) return Refuse(path, fingerprint, commit, fault);
            string after = FileFingerprint.Of(path) + " ";
            if (!FileFingerprint.IsSameFile(fingerprint, after)) return Changed(path);
            File.Move(temporary, indexPath);
            var head = new RepoHead
            {
                Did = commit.Did,
                Rev = commit.Rev,
                Head = commit.Cid,
                Signature = identity.Signature,
                Handle = identity.Handle,
                Document = identity.Document,
                PdsHost = identity.PdsHost,
                Content = new HeadContent(commit.Block, verifier.Counts.Records),
                Collections = collections,
                CarPath = carPath,
                IndexPath = indexPath,
                Source = new SourceRecord
                {
                    Path = path,
                    Fingerprint = fingerprint,
                    Did = commit.Did.ToString(),
                    Rev = commit.Rev.ToString(),
                    Head = commit.Cid.ToString(),
                },
            };
            var verdict = catalog.Publish(head, out var replaced);
            isPublished = verdict == PublishVerdict.Published;
            if (isPublished && replaced is not null) Retire(replaced, head);
            return new LoadOutcome
            {
                Path = path,
                Verdict = verdict,
                Did = commit.Did,
                Rev = commit.Rev,
                Signature = identity.Signature,
                Counts = verifier.Counts,
                Replaced = replaced,
                Warning = WarningOf(identity, verifier, verdict),
                Fault = verdict == PublishVerdict.RevConflict
                    ? $"RevConflict: {replaced?.SourcePath} has rev {commit.Rev} with another head"
                    : null,
            };
        }
        finally
        {
            // Should this fail, what failed before is what is to be known.
            TryDelete(temporary);
            if (!isPublished) TryDelete(indexPath);
        }
    }

    private static RepoFault? WriteIndex(
        string path, RepoVerifier verifier, out IReadOnlyList<string> collections)
    {
        using (var writer = new RepoIndexWriter(path) { Blocks = verifier.Blocks })
        {
            collections = [];
            var fault = verifier.Walk(writer);
            if (fault is not null) return fault;
            writer.Complete(verifier.Commit!, verifier.Counts, verifier.Blocks);
            bool tooMany = writer.Collections.Count > RepoIndexWriter.CollectionsMax;
            if (tooMany) return TooManyCollections;
            collections = [.. writer.Collections.Select(collection => collection.Nsid)];
        }

        using var handle = File.OpenHandle(path, access: FileAccess.ReadWrite);
        if (RandomAccess.GetLength(handle) >= SyncedIndexBytesMin) RandomAccess.FlushToDisk(handle);
        return null;
    }

    private string? WarningOf(RepoIdentity identity, RepoVerifier verifier, PublishVerdict verdict)
    {
        var notes = new List<string>();
        if (identity.Warning is not null) notes.Add(identity.Warning);
        // What is odd about a repo matters once it is served.
        if (verdict == PublishVerdict.Published)
        {
            notes.AddRange(RepoNotes.Of(verifier.Commit!, verifier.Counts, time.GetUtcNow()));
        }

        return notes.Count == 0 ? null : string.Join("; ", notes);
    }

    private LoadOutcome Refuse(string path, string fingerprint, Commit? commit, RepoFault fault)
    {
        // A disk that fails today may work tomorrow, and a file that was being written may be
        // whole.
        bool passing = fault.Code is nameof(CarError.ReadFailed) or nameof(CarError.FileChanged);
        return passing
            ? new LoadOutcome { Path = path, Fault = fault.ToString() }
            : Refuse(path, fingerprint, commit, fault.ToString());
    }

    private LoadOutcome Refuse(string path, string fingerprint, Commit? commit, string fault)
    {
        catalog.RecordSource(new SourceRecord
        {
            Path = path,
            Fingerprint = fingerprint,
            Did = commit?.Did.ToString(),
            Fault = fault,
        });
        return new LoadOutcome { Path = path, Fault = fault };
    }

    // Nothing is noted about the file, so that it is read again.
    private static LoadOutcome Changed(string path) =>
        new() { Path = path, Fault = $"{CarError.FileChanged}: {CarError.FileChanged.Describe()}" };

    // A request may have looked the old entry up and be about to open its files: they go when the
    // next ones are replaced, not now. What is left at the end, the next start deletes.
    private void Retire(RepoEntry replaced, RepoHead head)
    {
        var settledBefore = time.GetUtcNow() - Retirement;
        while (_retired.TryPeek(out var oldest) && oldest.Since < settledBefore
            && _retired.TryDequeue(out oldest))
        {
            TryDelete(oldest.Path);
        }

        _retired.Enqueue((replaced.IndexPath, time.GetUtcNow()));
        bool unpackedHere = replaced.CarPath != replaced.SourcePath
            && Path.GetDirectoryName(replaced.CarPath) == options.UnpackFolder;
        if (unpackedHere && replaced.CarPath != head.CarPath)
        {
            _retired.Enqueue((replaced.CarPath, time.GetUtcNow()));
        }
    }

    // The repo is published: a file that cannot be deleted now must not make it look refused.
    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start deletes what no repo uses.
        }
    }
}
