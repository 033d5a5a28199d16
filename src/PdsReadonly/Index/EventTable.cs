using Microsoft.Data.Sqlite;

namespace PdsReadonly.Index;

/// <summary>What an event says; the numbers are stored.</summary>
internal enum EventKind
{
    Identity = 1,
    Account = 2,
    Sync = 3,

    /// <summary>
    /// Stands for a #commit for each batch of a head's records, which are made when they are sent.
    /// </summary>
    Replay = 4,
}

/// <summary>One stored event.</summary>
/// <param name="Seq">Its number, or the first of its range.</param>
/// <param name="Last">The same, or the last of its range.</param>
/// <param name="Did">Whose.</param>
/// <param name="Kind">What is said.</param>
/// <param name="Time">Unix milliseconds.</param>
/// <param name="Frame">As it is sent; for a range, the CID of its head.</param>
internal sealed record EventRow(
    long Seq, long Last, string Did, EventKind Kind, long Time, byte[] Frame);

/// <summary>
/// What the stream said last of a repo, and the number of the newest event of each kind.
/// </summary>
internal sealed record AnnouncedRow
{
    public required string Did { get; init; }

    public required string Status { get; init; }

    public string? Handle { get; init; }

    public string? Rev { get; init; }

    public string? Head { get; init; }

    public long? Identity { get; init; }

    public long? Account { get; init; }

    public long? Sync { get; init; }

    public long? Replay { get; init; }
}

/// <summary>The event stream's part of the catalog. Every call is made under its gate.</summary>
internal sealed class EventTable(CatalogDatabase database)
{
    private const string Columns = "seq, last, did, kind, time, frame";

    // From the row at or before the number on, since that one may be a range that goes beyond it.
    private const string FindBeyondSql = $"""
        SELECT {Columns} FROM event
        WHERE seq >= ifnull((SELECT seq FROM event WHERE seq <= ?1 ORDER BY seq DESC LIMIT 1), 0)
          AND last > ?1
        ORDER BY seq LIMIT 1
        """;

    // What may be: who looks at the repo decides. Must name all that is told only if it differs.
    private const string UntoldSql = """
        SELECT repo.did FROM repo LEFT JOIN announced ON announced.did = repo.did
        WHERE announced.did IS NULL
          OR announced.status <>
            ifnull((SELECT value FROM status WHERE status.did = repo.did), 'Active')
          OR (announced.status = 'Active' AND (
            announced.head IS NOT repo.head
            OR (?1 AND announced.replay IS NULL)
            OR (announced.handle IS NOT repo.handle
              AND (?2 IS NULL OR repo.pds_host = ?2 COLLATE NOCASE))))
        """;

    private const string DueSql =
        "SELECT time, seq FROM superseded WHERE time < ?1 ORDER BY time, seq LIMIT ?2";

    /// <summary>
    /// The least number this log could ever give, the highest it dropped, the highest it gave; null
    /// when there is no log yet.
    /// </summary>
    internal (long Floor, long Dropped, long Last)? ReadLog()
    {
        const string Sql = """
            SELECT floor, dropped,
              ifnull((SELECT last FROM event ORDER BY seq DESC LIMIT 1), 0) FROM event_log
            """;
        using var row = database.Command(Sql).ExecuteReader();
        return row.Read() ? (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)) : null;
    }

    internal void CreateLog(long floor) =>
        database.Execute("INSERT INTO event_log VALUES(?1, 0)", floor);

    internal void Insert(EventRow row) => database.Execute(
        "INSERT INTO event VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
        row.Seq, row.Last, row.Did, (long)row.Kind, row.Time, row.Frame);

    /// <summary>The first event with a number beyond this one.</summary>
    internal EventRow? FindBeyond(long seq)
    {
        using var row = database.Command(FindBeyondSql, seq).ExecuteReader();
        return row.Read()
            ? new EventRow(
                row.GetInt64(0), row.GetInt64(1), row.GetString(2), (EventKind)row.GetInt64(3),
                row.GetInt64(4), row.GetFieldValue<byte[]>(5))
            : null;
    }

    /// <summary>
    /// A newer event has taken the place of this one, which may be dropped one day.
    /// </summary>
    internal void Supersede(long seq) => database.Execute(
        "INSERT OR IGNORE INTO superseded SELECT time, seq FROM event WHERE seq = ?1", seq);

    /// <summary>
    /// Drops superseded events that are older than a time, the oldest first; how many.
    /// </summary>
    internal int DropSuperseded(long beforeTime, int limit, out long highest)
    {
        highest = 0;
        var due = new List<(long Time, long Seq)>();
        using (var row = database.Command(DueSql, beforeTime, limit).ExecuteReader())
        {
            while (row.Read()) due.Add((row.GetInt64(0), row.GetInt64(1)));
        }

        foreach (var (time, seq) in due)
        {
            object? last = database.Command("SELECT last FROM event WHERE seq = ?1", seq)
                .ExecuteScalar();
            highest = Math.Max(highest, last as long? ?? 0);
            database.Execute("DELETE FROM event WHERE seq = ?1", seq);
            database.Execute("DELETE FROM superseded WHERE time = ?1 AND seq = ?2", time, seq);
        }

        if (highest > 0)
        {
            database.Execute("UPDATE event_log SET dropped = max(dropped, ?1)", highest);
        }

        return due.Count;
    }

    /// <summary>
    /// Takes back all that was ever said of a repo. Looks at every event: it is rare.
    /// </summary>
    internal void DeleteAllOf(string did) =>
        database.Execute("DELETE FROM event WHERE did = ?1", did);

    internal AnnouncedRow? FindAnnounced(string did)
    {
        const string Sql = """
            SELECT status, handle, rev, head, identity, account, sync, replay FROM announced
            WHERE did = ?1
            """;
        using var row = database.Command(Sql, did).ExecuteReader();
        if (!row.Read()) return null;
        return new AnnouncedRow
        {
            Did = did,
            Status = row.GetString(0),
            Handle = Text(row, 1),
            Rev = Text(row, 2),
            Head = Text(row, 3),
            Identity = Number(row, 4),
            Account = Number(row, 5),
            Sync = Number(row, 6),
            Replay = Number(row, 7),
        };
    }

    internal void WriteAnnounced(AnnouncedRow row) => database.Execute(
        "INSERT OR REPLACE INTO announced VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        row.Did, row.Status, row.Handle, row.Rev, row.Head, row.Identity, row.Account, row.Sync,
        row.Replay);

    /// <summary>
    /// The repos that were announced, of those that are asked for: the status each was announced
    /// with, and the one set by hand.
    /// </summary>
    internal List<(string Did, string Announced, string? Set)> ListAnnounced(
        Func<string, bool> isAsked)
    {
        const string Sql =
            "SELECT did, status, (SELECT value FROM status s WHERE s.did = a.did) FROM announced a";
        var all = new List<(string, string, string?)>();
        using var row = database.Command(Sql).ExecuteReader();
        while (row.Read())
        {
            string did = row.GetString(0);
            if (isAsked(did)) all.Add((did, row.GetString(1), Text(row, 2)));
        }

        return all;
    }

    /// <summary>The repos that were announced as anything but active.</summary>
    internal List<string> ListInactive() =>
        List(database.Command("SELECT did FROM announced WHERE status <> 'Active'"));

    /// <summary>
    /// Published repos whose status, handle or head may not be the ones announced last.
    /// </summary>
    /// <param name="replays">Whether a head is announced with its records.</param>
    /// <param name="hostname">The host whose handles are announced; null for all.</param>
    internal List<string> FindUntold(bool replays, string? hostname) =>
        List(database.Command(UntoldSql, replays, hostname));

    /// <summary>The host that the repo's document names as its PDS.</summary>
    internal string? FindPdsHost(string did) =>
        database.Command("SELECT pds_host FROM repo WHERE did = ?1", did).ExecuteScalar() as string;

    private static List<string> List(SqliteCommand command)
    {
        var all = new List<string>();
        using var row = command.ExecuteReader();
        while (row.Read()) all.Add(row.GetString(0));
        return all;
    }

    private static string? Text(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    private static long? Number(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetInt64(column);
}
