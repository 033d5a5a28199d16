using Microsoft.Data.Sqlite;

namespace PdsReadonly.Index;

/// <summary>
/// The one database that is not made from the CARs again: which repos are here, since when, with
/// what status and identity, which files were read, which blobs were hashed, what was said on the
/// event stream. All writes go through one connection under its lock; write-ahead logging keeps
/// what was committed over a crash.
/// </summary>
internal sealed class CatalogDatabase : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _commands = [];

    private CatalogDatabase(SqliteConnection connection) => _connection = connection;

    /// <summary>Held around every use of the connection.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>
    /// Opens or makes it. Throws SqliteException when the file is damaged or unwritable.
    /// </summary>
    internal static CatalogDatabase Open(string path)
    {
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
        // Pooled connections would keep the file open after it is closed.
        var name = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false };
        var connection = new SqliteConnection(name.ToString());
        try
        {
            connection.Open();
            var database = new CatalogDatabase(connection);
            database.Prepare();
            return database;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The command for this SQL, prepared once; parameters by position.</summary>
    internal SqliteCommand Command(string sql, params ReadOnlySpan<object?> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            for (int i = 1; i <= values.Length; i++)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = $"?{i}" });
            }

            _commands.Add(sql, command);
        }

        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return command;
    }

    internal void Execute(string sql, params ReadOnlySpan<object?> values) =>
        Command(sql, values).ExecuteNonQuery();

    /// <summary>Runs the action as one transaction: all of it happens, or none.</summary>
    internal void InTransaction(Action action)
    {
        Execute("BEGIN IMMEDIATE");
        try
        {
            action();
            Execute("COMMIT");
        }
        catch
        {
            TryRollBack();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values) command.Dispose();
        _connection.Dispose();
    }

    private void Prepare()
    {
        Execute("PRAGMA journal_mode = WAL");
        Execute("PRAGMA synchronous = NORMAL");
        // The log would otherwise grow as large as the largest burst of loading, and stay so.
        Execute("PRAGMA journal_size_limit = 4194304");
        // Fewer waits for the disk while ten thousand repos are published; 8 MB of log at most.
        Execute("PRAGMA wal_autocheckpoint = 2000");
        Execute("PRAGMA cache_size = -2048");
        long version = (long)Command("PRAGMA user_version").ExecuteScalar()!;
        if (version == CatalogSchema.Version) return;
        if (version is < 0 or > CatalogSchema.Version)
        {
            throw new SqliteException(
                $"catalog is of version {version}", SQLitePCL.raw.SQLITE_MISMATCH);
        }

        InTransaction(() => CatalogSchema.Upgrade(this, version));
    }

    // SQLite may have rolled back on its own, on a full disk for one; then there is nothing to
    // undo.
    private void TryRollBack()
    {
        try
        {
            Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
        }
    }
}
