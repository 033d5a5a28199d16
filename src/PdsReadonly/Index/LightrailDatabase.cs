using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PdsReadonly.Index;

/// <summary>
/// The index of remote repos: which there are, how far each was followed, which collections each
/// holds and how that is known, what is still to be proven, how far each stream was read. Events
/// and the position behind them are stored in one transaction, so a crash loses neither half.
/// </summary>
/// <remarks>
/// One connection writes, under <see cref="Gate"/>, which every method here takes by itself; those
/// that follow each other inside <see cref="InTransaction"/> are stored together. What requests
/// read they read by <see cref="Readers"/>, beside the writer.
/// </remarks>
internal sealed partial class LightrailDatabase : IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly TimeProvider _time;

    // By the text itself: all are constants.
    private readonly Dictionary<string, SqliteStatement> _statements =
        new(ReferenceEqualityComparer.Instance);

    private bool _isInTransaction;
    private LightrailTotals _totals;
    private volatile Box _published = new(default);

    private LightrailDatabase(SqliteDatabase database, string path, TimeProvider time)
    {
        _database = database;
        _time = time;
        Readers = new LightrailReaders(path);
    }

    /// <summary>Held around every use of the writing connection; may be taken again.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>For any thread.</summary>
    internal LightrailReaders Readers { get; }

    /// <summary>Of the last transaction; for any thread, without waiting.</summary>
    internal LightrailTotals Totals => _published.Totals;

    /// <summary>How much room kept proofs may take; the oldest are dropped.</summary>
    internal long ProofBytesMax { get; init; } = 256L << 20;

    /// <summary>
    /// Opens or makes it. Throws SqliteException when the file is damaged or unwritable.
    /// </summary>
    internal static LightrailDatabase Open(
        string path, TimeProvider time, long proofBytesMax = 256L << 20)
    {
        var database = SqliteDatabase.OpenShared(path);
        var index = new LightrailDatabase(database, path, time) { ProofBytesMax = proofBytesMax };
        try
        {
            index.Prepare();
            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Runs the action as one transaction, or as part of the one under way: all of it happens, or
    /// none.
    /// </summary>
    internal void InTransaction(Action action)
    {
        lock (Gate)
        {
            if (_isInTransaction)
            {
                action();
                return;
            }

            var before = _totals;
            Statement("BEGIN IMMEDIATE").Run();
            _isInTransaction = true;
            try
            {
                action();
                if (_totals != before) WriteTotals();
                Statement("COMMIT").Run();
            }
            catch
            {
                _totals = before;
                _collectionIds.Clear();
                foreach (var statement in _statements.Values) statement.Reset();
                TryRollBack();
                throw;
            }
            finally
            {
                _isInTransaction = false;
            }

            if (_totals != before) _published = new Box(_totals);
        }
    }

    /// <summary>Where the stream was read up to; null before its first event.</summary>
    internal long? PositionOf(string upstream)
    {
        lock (Gate)
        {
            var statement = Statement("SELECT seq FROM stream WHERE upstream = ?1")
                .BindString(1, upstream);
            long? seq = statement.Step() ? statement.Int64(0) : null;
            statement.Reset();
            return seq;
        }
    }

    /// <summary>
    /// Sets the position anew, lower too: after OutdatedCursor or FutureCursor. Null forgets it.
    /// </summary>
    internal void SetPosition(string upstream, long? seq) => InTransaction(() =>
    {
        if (seq is { } position)
        {
            Statement("INSERT OR REPLACE INTO stream VALUES(?1, ?2)")
                .BindString(1, upstream).Bind(2, position).Run();
        }
        else
        {
            Statement("DELETE FROM stream WHERE upstream = ?1").BindString(1, upstream).Run();
        }
    });

    public void Dispose()
    {
        Readers.Dispose();
        foreach (var statement in _statements.Values) statement.Dispose();
        _database.Dispose();
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private SqliteStatement Statement(string sql)
    {
        if (_statements.TryGetValue(sql, out var statement))
        {
            // One whose step failed was left as it was.
            statement.Reset();
            return statement;
        }

        statement = _database.Prepare(sql);
        _statements.Add(sql, statement);
        return statement;
    }

    private void Prepare()
    {
        _database.Execute("PRAGMA journal_mode = WAL");
        // A crash of the process loses nothing, one of the machine the last moments: the stream is
        // read again from the position that is stored with them.
        _database.Execute("PRAGMA synchronous = NORMAL");
        // Events touch rows all over the file: the more of them a checkpoint takes, the fewer pages
        // are written for each; 32 MB of log at most.
        _database.Execute("PRAGMA journal_size_limit = 33554432");
        _database.Execute("PRAGMA wal_autocheckpoint = 8000");
        _database.Execute("PRAGMA cache_size = -16384");
        long version = 0;
        using (var statement = _database.Prepare("PRAGMA user_version"))
        {
            if (statement.Step()) version = statement.Int64(0);
        }

        if (version is not (0 or 1 or LightrailSchema.Version))
        {
            throw new SqliteException($"index is of version {version}", raw.SQLITE_MISMATCH);
        }

        InTransaction(() =>
        {
            if (version == 0) _database.Execute(LightrailSchema.Create);
            if (version == 1) _database.Execute(LightrailSchema.UpgradeFromOne);
            _database.Execute($"PRAGMA user_version = {LightrailSchema.Version}");
            // What was under way when the program ended begins again.
            GiveBackAll();
            // Names that nobody uses any more; a hostile repo can make up any number.
            _database.Execute("""
                DELETE FROM collection
                WHERE NOT EXISTS(SELECT 1 FROM pair WHERE pair.collection = collection.id)
                """);
        });
        ReadTotals();
        PrepareRepos();
    }

    private void ReadTotals()
    {
        Span<long> values = stackalloc long[LightrailTotals.Count];
        values.Clear();
        var statement = Statement("SELECT id, value FROM total");
        while (statement.Step())
        {
            if (statement.Int64(0) is >= 0 and < LightrailTotals.Count and var id)
            {
                values[(int)id] = statement.Int64(1);
            }
        }

        statement.Reset();
        _totals = LightrailTotals.From(values);
        _published = new Box(_totals);
    }

    private void WriteTotals()
    {
        Span<long> values = stackalloc long[LightrailTotals.Count];
        _totals.CopyTo(values);
        var insert = Statement("INSERT OR REPLACE INTO total VALUES(?1, ?2)");
        for (int i = 0; i < values.Length; i++) insert.Bind(1, (long)i).Bind(2, values[i]).Run();
    }

    // SQLite may have rolled back on its own, on a full disk for one; then there is nothing to
    // undo.
    private void TryRollBack()
    {
        try
        {
            _database.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
        }
    }

    private sealed record Box(LightrailTotals Totals);
}
