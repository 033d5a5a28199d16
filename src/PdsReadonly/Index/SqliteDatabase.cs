using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PdsReadonly.Index;

/// <summary>
/// One SQLite connection by its raw handle, for the statements that run per request and per record.
/// For one thread at a time. Failures of SQLite are <see cref="SqliteException"/>.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    private readonly sqlite3 _handle;

    static SqliteDatabase() => raw.SetProvider(new SQLite3Provider_e_sqlite3());

    private SqliteDatabase(sqlite3 handle) => _handle = handle;

    /// <summary>
    /// Opens a file that nobody writes any more: SQLite then takes no locks and looks for no
    /// journal, which makes lookups several times faster.
    /// </summary>
    internal static SqliteDatabase OpenImmutable(string path) =>
        Open(UriOf(path, "immutable=1"), raw.SQLITE_OPEN_READONLY);

    /// <summary>Makes a file that nobody else knows of yet: it needs no locks either.</summary>
    internal static SqliteDatabase Create(string path) =>
        Open(UriOf(path, "nolock=1"), raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);

    /// <summary>
    /// Opens or makes a file that other connections read while this one writes it, by write-ahead
    /// logging.
    /// </summary>
    internal static SqliteDatabase OpenShared(string path) =>
        Waiting(Open(UriOf(path, "mode=rwc"), raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE));

    /// <summary>Opens one that another connection writes, to read what was committed.</summary>
    internal static SqliteDatabase OpenReading(string path)
    {
        // Not read-only for SQLite: a reader may have to put the log in order after a crash.
        var database = Waiting(Open(UriOf(path, "mode=rw"), raw.SQLITE_OPEN_READWRITE));
        database.Execute("PRAGMA query_only = 1");
        return database;
    }

    /// <summary>The version of SQLite that is linked in.</summary>
    internal static string LibraryVersion => raw.sqlite3_libversion().utf8_to_string();

    /// <summary>Whether any error was met: a connection that met one is not used again.</summary>
    internal bool IsDamaged { get; private set; }

    internal void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    internal SqliteStatement Prepare(string sql) => new(this, PrepareRaw(sql));

    /// <summary>For a statement whose one column is a DID.</summary>
    internal DidCursor PrepareCursor(string sql)
    {
        var handle = PrepareRaw(sql);
        return new DidCursor(this, new SqliteStatement(this, handle), handle);
    }

    internal void Check(int result)
    {
        if (result is raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE) return;
        IsDamaged = true;
        SqliteException.ThrowExceptionForRC(result, _handle);
    }

    public void Dispose() => _handle.Dispose();

    private sqlite3_stmt PrepareRaw(string sql)
    {
        Check(
            raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement));
        return statement;
    }

    // Readers and the writer hardly ever meet: only when the log is opened, closed or put in order.
    private static SqliteDatabase Waiting(SqliteDatabase database)
    {
        database.Check(raw.sqlite3_busy_timeout(database._handle, 10_000));
        return database;
    }

    // In a URI these three would end the path; the rest of a file name is taken as it is.
    private static string UriOf(string path, string options)
    {
        string escaped = path.Replace("%", "%25", StringComparison.Ordinal)
            .Replace("?", "%3f", StringComparison.Ordinal)
            .Replace("#", "%23", StringComparison.Ordinal);
        return $"file:{escaped}?{options}";
    }

    private static SqliteDatabase Open(string uri, int flags)
    {
        int result = raw.sqlite3_open_v2(
            uri, out var handle, flags | raw.SQLITE_OPEN_URI | raw.SQLITE_OPEN_NOMUTEX, null);
        if (result == raw.SQLITE_OK) return new SqliteDatabase(handle);
        using (handle) SqliteException.ThrowExceptionForRC(result, handle);
        throw new InvalidOperationException("SQLite failed without saying so");
    }
}
