using System.Collections.Concurrent;
using Atproto.Crypto;
using Atproto.Multiformats;
using Atproto.Syntax;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;
using PdsReadonly.Catalog;
using PdsReadonly.Index;
using PdsReadonly.Platform;

namespace PdsReadonly.Archive;

/// <summary>A blob's file, open and checked.</summary>
internal readonly record struct BlobFile(SafeFileHandle Handle, string Path, FileStat Stat)
{
    internal long Length => Stat.Bytes;
}

/// <summary>
/// Blobs on disk: DIR/did/…/cid at any depth, the DID with its colons or with underscores. A file
/// is hashed before it is first served; that it is the same later is told by size and times alone.
/// </summary>
internal sealed class BlobDirectory(string? root, RepoCatalog catalog)
{
    // Folders looked through below one DID, and how deep: more is no blob store.
    private const int FoldersMax = 100_000;
    private const int DepthMax = 8;
    private const int HashBufferBytes = 64 << 10;
    private const int ShardsMax = 8;
    private const int KnownMax = 4096;

    // Blob stores name a shard after some of the CID's characters: where they stood last time.
    private readonly ConcurrentDictionary<(int Start, int Length), byte> _shards = new();

    /// <summary>Whether there is a folder at all.</summary>
    internal bool HasFolder => root is not null;

    // By the head that references them: what the index said, where they were found, and what their
    // files were like when they were right.
    private readonly ConcurrentDictionary<(Cid Head, Cid Blob), KnownBlob> _known = new();

    private sealed record KnownBlob(BlobRow Row, string Path, FileStat Stat);

    /// <summary>
    /// Opens a blob that was opened for this head before, if its file is the same; the caller owns
    /// the handle. Does not wait for more than the file's entry in its folder.
    /// </summary>
    internal bool TryOpenKnown(in Cid head, in Cid cid, out BlobFile file, out BlobRow row)
    {
        (file, row) = (default, default);
        if (root is null || !_known.TryGetValue((head, cid), out var known)) return false;
        if (FileRead.TryOpen(known.Path) is not { } handle) return false;
        if (FileStat.Of(handle) == known.Stat)
        {
            file = new BlobFile(handle, known.Path, known.Stat);
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
        _known[(head, cid)] = new KnownBlob(row, file.Path, file.Stat);
    }

    /// <summary>
    /// Opens a blob that hashes to its CID; null when there is none. The caller owns the handle.
    /// Looks through folders and hashes what it has not seen before.
    /// </summary>
    /// <exception cref="IOException">There are no descriptors left.</exception>
    internal BlobFile? Open(Did did, Cid cid)
    {
        if (root is null) return null;
        string name = cid.ToString();
        string text = did.ToString();
        string? path = Find(Path.Combine(root, text), name)
            ?? Find(Path.Combine(root, text.Replace(':', '_')), name);
        if (path is null || OpenChecked(path, cid, out var stat) is not { } handle) return null;
        return new BlobFile(handle, path, stat);
    }

    private string? Find(string folder, string name)
    {
        if (!Directory.Exists(folder)) return null;
        string flat = Path.Combine(folder, name);
        if (File.Exists(flat)) return flat;
        foreach (var (start, length) in _shards.Keys)
        {
            string path = Path.Combine(folder, name.Substring(start, length), name);
            if (File.Exists(path)) return path;
        }

        string? found = Search(folder, name);
        if (found is not null) LearnShard(folder, found, name);
        return found;
    }

    private static string? Search(string folder, string name)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            MaxRecursionDepth = DepthMax,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        };
        foreach (
            string inner in Directory.EnumerateDirectories(folder, "*", options).Take(FoldersMax))
        {
            string path = Path.Combine(inner, name);
            if (File.Exists(path)) return path;
        }

        return null;
    }

    private void LearnShard(string folder, string path, string name)
    {
        string shard = Path.GetRelativePath(folder, Path.GetDirectoryName(path)!);
        int start = name.LastIndexOf(shard, StringComparison.Ordinal);
        if (start >= 0 && _shards.Count < ShardsMax) _shards.TryAdd((start, shard.Length), 0);
    }

    private SafeFileHandle? OpenChecked(string path, Cid cid, out FileStat stat)
    {
        stat = default;
        SafeFileHandle? handle = null;
        try
        {
            handle = InputFile.Open(path);
            if (FileStat.Of(handle) is not { } opened) return null;
            stat = opened;
            string fingerprint = FileFingerprint.Of(stat);
            bool known = IsKnown(path, fingerprint);
            if (!known && !HashesTo(handle, cid)) return null;
            // Only what was the same file before and after is remembered.
            if (!known && FileStat.Of(handle) == stat) Remember(path, fingerprint);
            var file = handle;
            handle = null;
            return file;
        }
        catch (Exception e) when (
            e is IOException or UnauthorizedAccessException && !DescriptorBudget.IsShortage(e))
        {
            return null;
        }
        finally
        {
            handle?.Dispose();
        }
    }

    // Without a catalog that works, a blob is hashed each time.
    private bool IsKnown(string path, string fingerprint)
    {
        try
        {
            return catalog.FindBlobCheck(path) == fingerprint;
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
            catalog.RecordBlobCheck(path, fingerprint);
        }
        catch (SqliteException)
        {
        }
    }

    private static bool HashesTo(SafeFileHandle handle, Cid cid)
    {
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(
            System.Security.Cryptography.HashAlgorithmName.SHA256);
        byte[] buffer = new byte[HashBufferBytes];
        long offset = 0;
        int read;
        while ((read = RandomAccess.Read(handle, buffer, offset)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            offset += read;
        }

        Span<byte> digest = stackalloc byte[Sha256.DigestBytes];
        hash.GetHashAndReset(digest);
        return cid.HasDigest(digest);
    }
}
