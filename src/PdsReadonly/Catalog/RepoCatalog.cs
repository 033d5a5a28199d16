using System.Collections.Concurrent;
using System.Text;
using Atproto.Multiformats;
using Atproto.Syntax;
using Microsoft.Data.Sqlite;
using PdsReadonly.Index;

namespace PdsReadonly.Catalog;

/// <summary>
/// Which repos are served: a map in memory for requests, the catalog database behind it for what
/// must outlive the process. Requests read without a lock; publishing takes the database's.
/// </summary>
internal sealed class RepoCatalog
{
    private const string SelectRepos = """
        SELECT did, first_seen, (SELECT value FROM status WHERE status.did = repo.did), source, rev,
               head, index_file, index_bytes, signature, handle, document IS NOT NULL, car
        FROM repo
        """;

    private readonly CatalogDatabase _database;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<byte[], RepoEntry> _byDid = new(Utf8Comparer.Instance);
    private readonly
        ConcurrentDictionary<byte[], RepoEntry>.AlternateLookup<ReadOnlySpan<byte>> _find;
    private readonly Dictionary<Handle, List<Did>> _byHandle = [];

    // In order of first sight, which is the order repos are listed in. Guarded by the database's
    // gate.
    private readonly List<(long FirstSeen, Did Did)> _order = [];

    internal RepoCatalog(CatalogDatabase database, TimeProvider time)
    {
        _database = database;
        _time = time;
        _find = _byDid.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>How many repos are served.</summary>
    internal int Count => _byDid.Count;

    /// <summary>False when the repo is not hosted here; the entry may be inactive.</summary>
    internal bool TryFind(ReadOnlySpan<byte> did, out RepoEntry entry)
    {
        bool found = _find.TryGetValue(did, out var hit) && hit.Status != HostingStatus.Deleted;
        entry = hit!;
        return found;
    }

    /// <summary>
    /// The only repo whose document claims the handle; two that claim it are none.
    /// </summary>
    internal bool TryFindByHandle(Handle handle, bool activeOnly, out RepoEntry entry)
    {
        entry = null!;
        int claims = 0;
        lock (_byHandle)
        {
            if (!_byHandle.TryGetValue(handle, out var dids)) return false;
            foreach (var did in dids)
            {
                if (!TryFind(Encoding.ASCII.GetBytes(did.ToString()), out var claimant)) continue;
                if (activeOnly && claimant.Status != HostingStatus.Active) continue;
                entry = claimant;
                claims++;
            }
        }

        return claims == 1;
    }

    /// <summary>
    /// The repo's handle as others may be told it: null when it has none, or another active repo
    /// here claims the same, since a document beside a CAR can claim any.
    /// </summary>
    internal Handle? HandleOf(RepoEntry entry) =>
        entry.Handle is { } handle
        && TryFindByHandle(handle, activeOnly: true, out var claimant) && claimant.Did == entry.Did
            ? handle
            : null;

    /// <summary>Repos of every status, in order of first sight, beyond that time and DID.</summary>
    internal List<RepoEntry> ListRepos(long afterTime, string afterDid, int limit)
    {
        var page = new List<RepoEntry>();
        lock (_database.Gate)
        {
            int first = FirstBeyond(afterTime, afterDid);
            for (int i = first; i < _order.Count && page.Count < limit; i++)
            {
                byte[] did = Encoding.ASCII.GetBytes(_order[i].Did.ToString());
                if (TryFind(did, out var entry)) page.Add(entry);
            }
        }

        return page;
    }

    /// <summary>Active repos that hold a collection, by DID, beyond a DID.</summary>
    internal List<string> ListByCollection(string collection, string afterDid, int limit)
    {
        const string Sql =
            "SELECT did FROM collection WHERE nsid = ?1 AND did > ?2 ORDER BY did LIMIT ?3";
        var page = new List<string>();
        lock (_database.Gate)
        {
            // Rows of repos that are not shown now are skipped, so one query may not fill the page.
            while (page.Count < limit)
            {
                int before = 0;
                string last = afterDid;
                using (
                    var rows = _database.Command(Sql, collection, afterDid, limit).ExecuteReader())
                {
                    while (rows.Read() && page.Count < limit)
                    {
                        before++;
                        last = rows.GetString(0);
                        bool active = TryFind(Encoding.ASCII.GetBytes(last), out var entry)
                            && entry.Status == HostingStatus.Active;
                        if (active) page.Add(last);
                    }
                }

                if (before == 0) break;
                afterDid = last;
            }
        }

        return page;
    }

    /// <summary>The stored DID document, minified JSON; null when there is none.</summary>
    internal byte[]? DocumentOf(Did did)
    {
        lock (_database.Gate)
        {
            return _database.Command("SELECT document FROM repo WHERE did = ?1", did.ToString())
                .ExecuteScalar() as byte[];
        }
    }

    /// <summary>
    /// The fingerprint a blob's file had when it was hashed; null when it never was.
    /// </summary>
    internal string? FindBlobCheck(string path)
    {
        lock (_database.Gate)
        {
            return _database.Command("SELECT fingerprint FROM blob_check WHERE path = ?1", path)
                .ExecuteScalar() as string;
        }
    }

    /// <summary>Remembers that a blob's file was hashed and found right.</summary>
    internal void RecordBlobCheck(string path, string fingerprint)
    {
        lock (_database.Gate)
        {
            _database.Execute(
                "INSERT OR REPLACE INTO blob_check VALUES(?1, ?2)", path, fingerprint);
        }
    }

    /// <summary>Whether the database answers: what a health check asks.</summary>
    internal bool IsHealthy()
    {
        lock (_database.Gate)
        {
            try
            {
                return _database.Command("SELECT 1").ExecuteScalar() is long;
            }
            catch (SqliteException)
            {
                return false;
            }
        }
    }

    /// <summary>What was learned from every file ever read, by its path.</summary>
    internal Dictionary<string, SourceRecord> ReadSources()
    {
        var sources = new Dictionary<string, SourceRecord>(StringComparer.Ordinal);
        lock (_database.Gate)
        {
            using var row = _database.Command(
                "SELECT path, fingerprint, did, rev, head, fault FROM source")
                .ExecuteReader();
            while (row.Read())
            {
                sources.Add(row.GetString(0), new SourceRecord
                {
                    Path = row.GetString(0),
                    Fingerprint = row.GetString(1),
                    Did = row.IsDBNull(2) ? null : row.GetString(2),
                    Rev = row.IsDBNull(3) ? null : row.GetString(3),
                    Head = row.IsDBNull(4) ? null : row.GetString(4),
                    Fault = row.IsDBNull(5) ? null : row.GetString(5),
                });
            }
        }

        return sources;
    }

    internal void RecordSource(SourceRecord source)
    {
        lock (_database.Gate) WriteSource(source);
    }

    /// <summary>
    /// Serves again what was published in an earlier run from files that are unchanged, and hold
    /// what was published: not another repo, and no fault. Whether an index is whole shows when it
    /// is opened.
    /// </summary>
    internal void Restore(string indexFolder, IReadOnlyDictionary<string, SourceRecord> unchanged)
    {
        lock (_database.Gate)
        {
            using var rows =
                _database.Command(SelectRepos + " ORDER BY first_seen").ExecuteReader();
            while (rows.Read())
            {
                var entry = ReadEntry(rows, indexFolder);
                if (entry is null || !unchanged.TryGetValue(entry.SourcePath, out var source))
                {
                    continue;
                }
                bool holdsIt = source.Fault is null && source.Did == entry.Did.ToString()
                    && source.Head == entry.Head.ToString();
                if (holdsIt) Show(entry);
            }
        }
    }

    /// <summary>
    /// Makes a verified head the one that is served, or says why not. In one transaction with what
    /// is stored about its file; requests see the old entry or the new one.
    /// </summary>
    internal PublishVerdict Publish(RepoHead head, out RepoEntry? replaced)
    {
        lock (_database.Gate)
        {
            byte[] did = Encoding.ASCII.GetBytes(head.Did.ToString());
            replaced = _byDid.GetValueOrDefault(did);
            var verdict = Judge(head, replaced);
            if (verdict != PublishVerdict.Published)
            {
                // Nothing is wrong with the file itself: should the other one go, this one is
                // served.
                WriteSource(head.Source);
                return verdict;
            }

            var entry = EntryOf(head);
            _database.InTransaction(() =>
            {
                WriteRepo(entry, head);
                WriteCollections(head);
                WriteSource(head.Source);
            });
            HideOthersOf(head);
            Show(entry);
            return verdict;
        }
    }

    /// <summary>
    /// Sets whether a repo is shown, now and after a restart; one that is not here yet gets the
    /// status when it comes.
    /// </summary>
    internal void SetStatus(Did did, HostingStatus status)
    {
        lock (_database.Gate)
        {
            _database.Execute(
                "INSERT OR REPLACE INTO status VALUES(?1, ?2)", did.ToString(), status.ToString());
            byte[] key = Encoding.ASCII.GetBytes(did.ToString());
            if (_byDid.TryGetValue(key, out var entry)) Show(entry with { Status = status });
        }
    }

    /// <summary>Names of the indexes and CARs in use; others of ours may be deleted.</summary>
    internal HashSet<string> FilesInUse()
    {
        lock (_database.Gate)
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            using var rows = _database.Command("SELECT index_file, car FROM repo").ExecuteReader();
            while (rows.Read())
            {
                names.Add(rows.GetString(0));
                names.Add(Path.GetFileName(rows.GetString(1)));
            }

            return names;
        }
    }

    private PublishVerdict Judge(RepoHead head, RepoEntry? current)
    {
        bool fromSameFile = current is not null && current.SourcePath == head.Source.Path;
        if (current is null || fromSameFile) return PublishVerdict.Published;
        if (head.Rev == current.Rev)
        {
            return head.Head == current.Head ? PublishVerdict.SameHead : PublishVerdict.RevConflict;
        }

        // A rev that the clock does not allow yet wins against nothing, whichever came first.
        var now = _time.GetUtcNow();
        bool isInFuture = RevClock.IsInFuture(head.Rev, now);
        if (isInFuture != RevClock.IsInFuture(current.Rev, now))
        {
            return isInFuture ? PublishVerdict.RevInFuture : PublishVerdict.Published;
        }

        return head.Rev < current.Rev ? PublishVerdict.OlderRev : PublishVerdict.Published;
    }

    // A file holds one repo: what was served from it before is gone when it holds another now.
    private void HideOthersOf(RepoHead head)
    {
        foreach (var (did, entry) in _byDid)
        {
            if (entry.SourcePath != head.Source.Path || entry.Did == head.Did) continue;
            if (!_byDid.TryRemove(did, out _)) continue;
            ForgetHandle(entry);
        }
    }

    private void ForgetHandle(RepoEntry entry)
    {
        lock (_byHandle)
        {
            if (entry.Handle is { } handle && _byHandle.TryGetValue(handle, out var claims))
            {
                claims.Remove(entry.Did);
            }
        }
    }

    private RepoEntry EntryOf(RepoHead head)
    {
        var stored = ReadRepo(head.Did.ToString());
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        long last =
            _database.Command("SELECT max(first_seen) FROM repo").ExecuteScalar() as long? ?? 0;
        return new RepoEntry
        {
            Did = head.Did,
            Rev = head.Rev,
            Head = head.Head,
            Status = ReadStatus(head.Did),
            Signature = head.Signature,
            // Never earlier than another's, so that none appears behind a crawler's cursor.
            FirstSeen = stored?.FirstSeen ?? Math.Max(now, last + 1),
            SourcePath = head.Source.Path,
            CarPath = head.CarPath,
            IndexPath = head.IndexPath,
            IndexBytes = new FileInfo(head.IndexPath).Length,
            Handle = head.Handle,
            HasDocument = head.Document is not null,
        };
    }

    private HostingStatus ReadStatus(Did did)
    {
        object? text = _database.Command("SELECT value FROM status WHERE did = ?1", did.ToString())
            .ExecuteScalar();
        return Enum.TryParse<HostingStatus>(text as string, out var status)
            ? status
            : HostingStatus.Active;
    }

    private RepoEntry? ReadRepo(string did)
    {
        using var row = _database.Command(SelectRepos + " WHERE did = ?1", did).ExecuteReader();
        return row.Read() ? ReadEntry(row, indexFolder: "") : null;
    }

    private static RepoEntry? ReadEntry(SqliteDataReader row, string indexFolder)
    {
        bool sound = Did.TryParse(row.GetString(0), out var did);
        sound &= Tid.TryParse(row.GetString(4), out var rev);
        sound &= Cid.TryParse(Encoding.ASCII.GetBytes(row.GetString(5)), out var head);
        var status = HostingStatus.Active;
        if (!row.IsDBNull(2)) sound &= Enum.TryParse(row.GetString(2), out status);
        sound &= Enum.TryParse<SignatureState>(row.GetString(8), out var signature);
        if (!sound) return null;
        Handle? handle = null;
        if (!row.IsDBNull(9) && Handle.TryParse(row.GetString(9), out var parsed)) handle = parsed;
        return new RepoEntry
        {
            Did = did,
            FirstSeen = row.GetInt64(1),
            Status = status,
            SourcePath = row.GetString(3),
            Rev = rev,
            Head = head,
            IndexPath = Path.Combine(indexFolder, row.GetString(6)),
            IndexBytes = row.GetInt64(7),
            Signature = signature,
            Handle = handle,
            HasDocument = row.GetBoolean(10),
            CarPath = row.GetString(11),
        };
    }

    private void WriteRepo(RepoEntry entry, RepoHead head)
    {
        const string Sql = """
            INSERT OR REPLACE INTO repo(
              did, first_seen, source, rev, head, index_file, index_bytes, signature, handle,
              document, car)
            VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """;
        _database.Execute(
            Sql, entry.Did.ToString(), entry.FirstSeen, entry.SourcePath,
            entry.Rev.ToString(), entry.Head.ToString(), Path.GetFileName(entry.IndexPath),
            entry.IndexBytes, entry.Signature.ToString(), entry.Handle?.ToString(), head.Document,
            entry.CarPath);
    }

    private void WriteCollections(RepoHead head)
    {
        string did = head.Did.ToString();
        _database.Execute("DELETE FROM collection WHERE did = ?1", did);
        foreach (string collection in head.Collections)
        {
            _database.Execute("INSERT INTO collection VALUES(?1, ?2)", collection, did);
        }
    }

    private void WriteSource(SourceRecord source) => _database.Execute(
        "INSERT OR REPLACE INTO source VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
        source.Path, source.Fingerprint, source.Did, source.Rev, source.Head, source.Fault);

    private void Show(RepoEntry entry)
    {
        byte[] key = Encoding.ASCII.GetBytes(entry.Did.ToString());
        bool isNew = !_byDid.TryGetValue(key, out var before);
        _byDid[key] = entry;
        if (isNew) AddToOrder(entry);
        if (before is not null) ForgetHandle(before);
        lock (_byHandle)
        {
            if (entry.Handle is not { } handle) return;
            if (!_byHandle.TryGetValue(handle, out var dids)) _byHandle.Add(handle, dids = []);
            dids.Add(entry.Did);
        }
    }

    private void AddToOrder(RepoEntry entry)
    {
        // New repos come last; those restored at a start come in any order.
        int at = FirstBeyond(entry.FirstSeen, entry.Did.ToString());
        var item = (entry.FirstSeen, entry.Did);
        if (at > 0 && _order[at - 1] == item) return;
        _order.Insert(at, item);
    }

    private int FirstBeyond(long time, string did)
    {
        int from = 0;
        int to = _order.Count;
        while (from < to)
        {
            int middle = (from + to) / 2;
            var (seen, other) = _order[middle];
            bool beyond = seen > time
                || (seen == time && string.CompareOrdinal(other.ToString(), did) > 0);
            if (beyond) to = middle;
            else from = middle + 1;
        }

        return from;
    }
}
