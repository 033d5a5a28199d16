using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Atproto.Multiformats;
using Atproto.Repo;

namespace PdsReadonly.Index;

/// <summary>
/// Reads one published index. For one thread at a time: its statements are reused. Damage to the
/// file shows as SqliteException, or as a block that does not hash to what was asked for.
/// </summary>
internal sealed partial class RepoIndex : IDisposable
{
    // The two parts of a collection, as what its number is multiplied by.
    private const int Listed = 1;
    private const int Unlisted = -1;

    // The row that holds a key, if any does, is the last one that does not begin behind it.
    private const string FindRowSql = """
        SELECT r.rows FROM collection c JOIN record r ON r.collection = c.id * ?3
        WHERE c.nsid = ?1 AND r.first <= ?2 ORDER BY r.first DESC LIMIT 1
        """;

    private const string RowsBeforeSql = """
        SELECT r.rows FROM collection c JOIN record r ON r.collection = c.id
        WHERE c.nsid = ?1 AND r.first < ?2 ORDER BY r.first DESC
        """;

    private const string RowsAfterSql = """
        SELECT r.rows FROM collection c JOIN record r ON r.collection = c.id * ?3
        WHERE c.nsid = ?1 AND r.first > ?2 ORDER BY r.first
        """;

    private const string BlocksSql = "SELECT entries FROM block WHERE page = ?1";

    private const string LookupSql =
        "SELECT page, entries FROM block WHERE page BETWEEN ?2 AND ?1 ORDER BY page DESC";

    private const string FindBlobSql = "SELECT mime, offset, length FROM blob WHERE cid = ?1";

    private const string ListBlobsSql = "SELECT cid FROM blob WHERE cid > ?1 ORDER BY cid LIMIT ?2";

    private const string ListCollectionsSql =
        "SELECT nsid FROM collection WHERE nsid > ?1 ORDER BY nsid LIMIT ?2";

    private const string CountCollectionsSql =
        "SELECT nsid, records FROM collection WHERE nsid > ?1 ORDER BY nsid";

    // Above every key: no UTF-8 text has this byte.
    private static ReadOnlySpan<byte> AfterEverything => [0xff];

    private readonly SqliteDatabase _database;
    private readonly SqliteStatement?[] _statements = new SqliteStatement?[9];

    // The row of block entries read last: neighbours are asked for in a row.
    private readonly byte[] _row = new byte[IndexSchema.BlocksPerRow * IndexSchema.BlockEntryBytes];
    private long _rowPage = -1;
    private bool _isIncomplete;
    private int _rowBytes;

    /// <summary>Every statement, for its plan to be looked at.</summary>
    internal static IReadOnlyList<string> Statements { get; } =
    [
        FindRowSql, RowsBeforeSql, RowsAfterSql, BlocksSql, LookupSql, FindBlobSql, ListBlobsSql,
        ListCollectionsSql, CountCollectionsSql,
    ];

    private RepoIndex(SqliteDatabase database) => _database = database;

    /// <summary>Blocks of the tree: commit, nodes, records.</summary>
    internal uint BlockCount { get; private init; }

    /// <summary>Paths of the tree.</summary>
    internal long RecordCount { get; private init; }

    // Those of them that have no JSON form, as far as the index knows.
    private long UnlistedCount { get; init; }

    /// <summary>
    /// Whether listing a collection gives what has a JSON form alone; an index of the version
    /// before lists all.
    /// </summary>
    internal bool IsListingFiltered { get; private init; }

    /// <summary>Bytes of the canonical export.</summary>
    internal long ExportBytes { get; private init; }

    /// <summary>Whether SQLite found the file to be damaged.</summary>
    internal bool IsDamaged => _database.IsDamaged || _isIncomplete;

    internal Cid Head { get; private init; }

    /// <summary>The tree's root node.</summary>
    internal Cid Data { get; private init; }

    /// <summary>
    /// Null when the file is not a whole index of a version that is served: to be built again.
    /// </summary>
    internal static RepoIndex? Open(string path)
    {
        var database = SqliteDatabase.OpenImmutable(path);
        try
        {
            // Pages in use stay in the kernel's cache; a big one of our own per repo would add up.
            database.Execute("PRAGMA cache_size = -64");
            using var stored = database.Prepare("PRAGMA user_version");
            long version = stored.Step() ? stored.Int64(0) : 0;
            bool isFiltered = version == IndexSchema.Version;
            if (!isFiltered && version != IndexSchema.UnfilteredVersion) return Fail(database);
            string unlisted = isFiltered ? "unlisted" : "0";
            using var repo = database.Prepare(
                $"SELECT blocks, export, head, data, records, {unlisted} FROM repo");
            if (!repo.Step() || !Cid.TryRead(repo.Bytes(2), out var head)
                || !Cid.TryRead(repo.Bytes(3), out var data))
            {
                return Fail(database);
            }

            return new RepoIndex(database)
            {
                BlockCount = (uint)repo.Int64(0),
                ExportBytes = repo.Int64(1),
                RecordCount = repo.Int64(4),
                UnlistedCount = repo.Int64(5),
                IsListingFiltered = isFiltered,
                Head = head,
                Data = data,
            };
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The number of a record's block; null when the repo does not hold the record.
    /// </summary>
    internal uint? FindRecord(ReadOnlySpan<byte> collection, ReadOnlySpan<byte> rkey) =>
        FindRecord(collection, rkey, out _);

    /// <summary>The same, and whether the record is one of those that are listed.</summary>
    internal uint? FindRecord(
        ReadOnlySpan<byte> collection, ReadOnlySpan<byte> rkey, out bool isListed)
    {
        uint? listed = FindRecord(collection, rkey, Listed);
        isListed = listed is not null;
        return isListed || UnlistedCount == 0
            ? listed
            : FindRecord(collection, rkey, Unlisted);
    }

    [SkipLocalsInit]
    private uint? FindRecord(ReadOnlySpan<byte> collection, ReadOnlySpan<byte> rkey, int part)
    {
        var statement =
            Statement(0, FindRowSql).BindText(1, collection).BindText(2, rkey).Bind(3, part);
        uint? found = null;
        if (statement.Step())
        {
            Span<byte> key = stackalloc byte[RecordChunkReader.KeyBytesMax];
            var rows = new RecordChunkReader(statement.Bytes(0), key);
            while (found is null && rows.Read())
            {
                if (rows.Rkey.SequenceEqual(rkey)) found = rows.Ordinal;
            }
        }

        statement.Reset();
        return found;
    }

    /// <summary>
    /// One page of a collection's records beyond a key (exclusive; empty: from the end or the
    /// start), without those that have no JSON form where <see cref="IsListingFiltered"/>.
    /// </summary>
    internal void ListRecords(
        ReadOnlySpan<byte> collection, ReadOnlySpan<byte> beyond, bool ascending, int limit,
        List<RecordRow> page)
    {
        page.Clear();
        if (ascending) ListAscending(collection, Listed, beyond, limit, page);
        else ListDescending(collection, beyond.IsEmpty ? AfterEverything : beyond, limit, page);
    }

    /// <summary>The collections that have records, by name, beyond one (exclusive).</summary>
    internal List<string> ListCollections(string beyond, int limit)
    {
        var statement = Statement(7, ListCollectionsSql)
            .BindText(1, Encoding.ASCII.GetBytes(beyond)).Bind(2, limit);
        var collections = new List<string>();
        while (statement.Step()) collections.Add(Encoding.ASCII.GetString(statement.Bytes(0)));
        statement.Reset();
        return collections;
    }

    /// <summary>Where a block of the tree lies, by its number in export order.</summary>
    internal BlockLocation LocationOf(uint ordinal)
    {
        long page = ordinal / IndexSchema.BlocksPerRow;
        if (page != _rowPage) ReadRow(page);
        int start = (int)(ordinal % IndexSchema.BlocksPerRow) * IndexSchema.BlockEntryBytes;
        if (start >= _rowBytes)
        {
            _isIncomplete = true;
            throw new InvalidDataException("the index lacks a block's place");
        }

        var entry = _row.AsSpan(start, IndexSchema.BlockEntryBytes);
        var place = new BlockPlace(BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]));
        return new BlockLocation(
            BinaryPrimitives.ReadUInt128BigEndian(entry), place.Offset, place.Length,
            place.Kind == BlockKind.Raw ? CidCodec.Raw : CidCodec.DagCbor);
    }

    /// <summary>Finds a block of the tree: commit, node or record of the current head.</summary>
    internal bool TryFind(in Cid cid, out BlockLocation location)
    {
        location = default;
        uint digestBits = (uint)(cid.DigestPrefix >> (128 - IndexSchema.LookupDigestBits));
        var statement = Statement(4, LookupSql)
            .Bind(1, IndexSchema.LookupKey(digestBits, uint.MaxValue))
            .Bind(2, IndexSchema.LookupBase);
        bool found = false;
        while (!found && statement.Step())
        {
            found = FindInRow(statement.Bytes(1), digestBits, cid, out location);
            // Entries with these bits can begin in the row before only if this row begins with
            // them.
            if ((statement.Int64(0) - IndexSchema.LookupBase) >> 32 != digestBits) break;
        }

        statement.Reset();
        return found;
    }

    /// <summary>Null when no record of the head references the blob.</summary>
    internal BlobRow? FindBlob(in Cid cid)
    {
        Span<byte> text = stackalloc byte[Cid.TextBytes];
        cid.FormatTo(text);
        var statement = Statement(5, FindBlobSql).BindText(1, text);
        BlobRow? found = null;
        if (statement.Step())
        {
            long? offset = statement.IsNull(1) ? null : statement.Int64(1);
            string mimeType = Encoding.UTF8.GetString(statement.Bytes(0));
            found = new BlobRow(mimeType, offset, (int)statement.Int64(2));
        }

        statement.Reset();
        return found;
    }

    /// <summary>CIDs of referenced blobs as text, ascending, beyond a cursor.</summary>
    internal List<string> ListBlobs(ReadOnlySpan<byte> beyond, int limit)
    {
        var statement = Statement(6, ListBlobsSql).BindText(1, beyond).Bind(2, limit);
        var page = new List<string>();
        while (statement.Step()) page.Add(Encoding.ASCII.GetString(statement.Bytes(0)));
        statement.Reset();
        return page;
    }

    public void Dispose()
    {
        foreach (var statement in _statements) statement?.Dispose();
        _database.Dispose();
    }

    private void ListAscending(
        ReadOnlySpan<byte> collection, int part, ReadOnlySpan<byte> beyond, int limit,
        List<RecordRow> page)
    {
        // The row the page begins in, then those behind it.
        var statement =
            Statement(0, FindRowSql).BindText(1, collection).BindText(2, beyond).Bind(3, part);
        if (statement.Step()) TakeAscending(statement.Bytes(0), beyond, limit, page);
        statement.Reset();

        statement =
            Statement(1, RowsAfterSql).BindText(1, collection).BindText(2, beyond).Bind(3, part);
        while (page.Count < limit && statement.Step())
        {
            TakeAscending(statement.Bytes(0), beyond, limit, page);
        }

        statement.Reset();
    }

    [SkipLocalsInit]
    private static void TakeAscending(
        ReadOnlySpan<byte> row, ReadOnlySpan<byte> beyond, int limit, List<RecordRow> page)
    {
        Span<byte> key = stackalloc byte[RecordChunkReader.KeyBytesMax];
        var rows = new RecordChunkReader(row, key);
        while (page.Count < limit && rows.Read())
        {
            if (rows.Rkey.SequenceCompareTo(beyond) <= 0) continue;
            page.Add(new RecordRow(rows.Rkey.ToArray(), rows.Ordinal));
        }
    }

    private void ListDescending(
        ReadOnlySpan<byte> collection, ReadOnlySpan<byte> beyond, int limit, List<RecordRow> page)
    {
        Span<byte> key = stackalloc byte[RecordChunkReader.KeyBytesMax];
        var statement = Statement(2, RowsBeforeSql).BindText(1, collection).BindText(2, beyond);
        while (page.Count < limit && statement.Step())
        {
            // A row is written forwards: read it whole, then turn it round behind what is there.
            int start = page.Count;
            var rows = new RecordChunkReader(statement.Bytes(0), key);
            while (rows.Read() && rows.Rkey.SequenceCompareTo(beyond) < 0)
            {
                page.Add(new RecordRow(rows.Rkey.ToArray(), rows.Ordinal));
            }

            page.Reverse(start, page.Count - start);
        }

        statement.Reset();
        if (page.Count > limit) page.RemoveRange(limit, page.Count - limit);
    }

    private static RepoIndex? Fail(SqliteDatabase database)
    {
        database.Dispose();
        return null;
    }

    private bool FindInRow(
        ReadOnlySpan<byte> row, uint digestBits, in Cid cid, out BlockLocation location)
    {
        location = default;
        int count = row.Length / IndexSchema.LookupEntryBytes;
        int from = 0;
        int to = count;
        while (from < to)
        {
            int middle = (from + to) / 2;
            if (DigestBitsAt(row, middle) < digestBits) from = middle + 1;
            else to = middle;
        }

        for (; from < count && DigestBitsAt(row, from) == digestBits; from++)
        {
            int ordinalStart = (from * IndexSchema.LookupEntryBytes) + 3;
            location = LocationOf(BinaryPrimitives.ReadUInt32BigEndian(row[ordinalStart..]));
            bool isIt = location.DigestPrefix == cid.DigestPrefix && location.Codec == cid.Codec;
            if (isIt) return true;
        }

        return false;
    }

    private static uint DigestBitsAt(ReadOnlySpan<byte> row, int index)
    {
        var entry = row[(index * IndexSchema.LookupEntryBytes)..];
        return ((uint)entry[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(entry[1..]);
    }

    private void ReadRow(long page)
    {
        var statement = Statement(3, BlocksSql).Bind(1, page);
        _rowPage = -1;
        _rowBytes = 0;
        if (statement.Step())
        {
            var entries = statement.Bytes(0);
            _rowBytes = Math.Min(entries.Length, _row.Length);
            entries[.._rowBytes].CopyTo(_row);
            _rowPage = page;
        }

        statement.Reset();
    }

    private SqliteStatement Statement(int index, string sql) =>
        _statements[index] ??= _database.Prepare(sql);
}
