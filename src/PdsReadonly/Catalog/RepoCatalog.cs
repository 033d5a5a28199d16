using System.Collections.Concurrent;
using System.Text;
using Atproto.Syntax;
using Microsoft.Data.Sqlite;
using PdsReadonly.Index;

namespace PdsReadonly.Catalog;

/// <summary>
/// Which repos are served: a map in memory for requests, the catalog database behind it for what
/// must outlive the process. Requests read without a lock; publishing takes the database's.
/// </summary>
internal sealed partial class RepoCatalog
{
    private readonly CatalogDatabase _database;
    private readonly TimeProvider _time;
    private readonly IAnnouncer? _announcer;
    private readonly ConcurrentDictionary<byte[], RepoEntry> _byDid = new(Utf8Comparer.Instance);
    private readonly
        ConcurrentDictionary<byte[], RepoEntry>.AlternateLookup<ReadOnlySpan<byte>> _find;
    private readonly Dictionary<Handle, List<Did>> _byHandle = [];

    // In order of first sight, which is the order repos are listed in. Guarded by itself, since a
    // request must not wait for a transaction; changed under the database's gate.
    private readonly List<(long FirstSeen, Did Did)> _order = [];

    // The one repo that is served from each file. Guarded by the database's gate.
    private readonly Dictionary<string, Did> _bySource = new(StringComparer.Ordinal);

    /// <param name="database">What outlives the process.</param>
    /// <param name="time">The clock.</param>
    /// <param name="announcer">Tells others of changes, if there is anyone to tell.</param>
    internal RepoCatalog(
        CatalogDatabase database, TimeProvider time, IAnnouncer? announcer = null)
    {
        _database = database;
        _time = time;
        _announcer = announcer;
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
        // Some may not be shown any more, so one look may not fill the page.
        while (page.Count < limit)
        {
            var places = PlacesBeyond(afterTime, afterDid, limit - page.Count);
            if (places.Count == 0) break;
            foreach (var (_, did) in places)
            {
                if (TryFind(KeyOf(did.ToString()), out var entry)) page.Add(entry);
            }

            afterTime = places[^1].FirstSeen;
            afterDid = places[^1].Did.ToString();
        }

        return page;
    }

    /// <summary>Whether the repo is or was hosted here, in whatever status.</summary>
    /// <param name="did">Which.</param>
    /// <param name="isActive">Whether it may be shown.</param>
    internal bool Knows(ReadOnlySpan<byte> did, out bool isActive)
    {
        bool isKnown = _find.TryGetValue(did, out var entry);
        isActive = isKnown && entry!.Status == HostingStatus.Active;
        return isKnown;
    }

    /// <summary>Active repos that hold a collection, by DID, beyond a DID.</summary>
    /// <remarks>Waits for the database.</remarks>
    internal List<string> ListByCollection(string collection, string afterDid, int limit) =>
        ListActive(
            "SELECT did FROM collection WHERE nsid = ?1 AND did > ?2 ORDER BY did LIMIT ?3",
            collection, afterDid, limit);

    /// <summary>All active repos, by DID, beyond a DID.</summary>
    /// <remarks>Waits for the database.</remarks>
    internal List<string> ListByDid(string afterDid, int limit) =>
        ListActive(
            "SELECT did FROM repo WHERE ?1 IS NULL AND did > ?2 ORDER BY did LIMIT ?3",
            null, afterDid, limit);

    private List<string> ListActive(string sql, string? collection, string afterDid, int limit)
    {
        var page = new List<string>();
        lock (_database.Gate)
        {
            // Rows of repos that are not shown now are skipped, so one query may not fill the page.
            while (page.Count < limit)
            {
                int before = 0;
                string last = afterDid;
                using (
                    var rows = _database.Command(sql, collection, afterDid, limit).ExecuteReader())
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
    /// <remarks>Waits for the database.</remarks>
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

    /// <summary>
    /// Whether the database answers: what a health check asks. False when that is not known without
    /// waiting for it.
    /// </summary>
    internal bool TryProbe(bool mayBlock, out bool isHealthy)
    {
        isHealthy = false;
        var gate = _database.Gate;
        if (mayBlock) gate.Enter();
        else if (!gate.TryEnter()) return false;
        try
        {
            isHealthy = _database.Command("SELECT 1").ExecuteScalar() is long;
        }
        catch (SqliteException)
        {
        }
        finally
        {
            gate.Exit();
        }

        return true;
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

    private void ForgetPlaces(RepoEntry entry)
    {
        bool servesIt = _bySource.TryGetValue(entry.SourcePath, out var did) && did == entry.Did;
        if (servesIt) _bySource.Remove(entry.SourcePath);
        lock (_byHandle)
        {
            if (entry.Handle is { } handle && _byHandle.TryGetValue(handle, out var claims))
            {
                claims.Remove(entry.Did);
            }
        }
    }

    private void Show(RepoEntry entry)
    {
        byte[] key = Encoding.ASCII.GetBytes(entry.Did.ToString());
        bool isNew = !_byDid.TryGetValue(key, out var before);
        _byDid[key] = entry;
        if (isNew) AddToOrder(entry);
        if (before is not null) ForgetPlaces(before);
        _bySource[entry.SourcePath] = entry.Did;
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
        var item = (entry.FirstSeen, entry.Did);
        lock (_order)
        {
            int at = FirstBeyond(entry.FirstSeen, entry.Did.ToString());
            if (at > 0 && _order[at - 1] == item) return;
            _order.Insert(at, item);
        }
    }

    private List<(long FirstSeen, Did Did)> PlacesBeyond(long time, string did, int limit)
    {
        lock (_order)
        {
            int first = FirstBeyond(time, did);
            return _order.GetRange(first, Math.Min(limit, _order.Count - first));
        }
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
