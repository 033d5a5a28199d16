namespace PdsReadonly.Index;

/// <summary>
/// One connection for what requests ask of the index of remote repos; sees what was committed. For
/// one thread at a time, and given back by Dispose.
/// </summary>
internal sealed class LightrailReader : IDisposable
{
    private const string DidsOfSql = """
        SELECT did FROM pair
        WHERE collection = (SELECT id FROM collection WHERE name = ?1) AND shown = 1 AND did > ?2
        ORDER BY did
        """;

    // Before its account's document has named a host, a repo is a name that somebody told.
    private const string ActiveSql = """
        SELECT did FROM repo
        WHERE status = 0 AND (host <> 0 OR origin <> 0) AND did > ?1 ORDER BY did
        """;

    private readonly LightrailReaders _owner;
    private readonly SqliteDatabase _database;
    private readonly Dictionary<string, SqliteStatement> _statements =
        new(ReferenceEqualityComparer.Instance);

    // Several run at once where lists are merged.
    private readonly List<DidCursor> _cursors = [];
    private DidCursor? _active;

    internal LightrailReader(LightrailReaders owner, string path)
    {
        _owner = owner;
        _database = SqliteDatabase.OpenReading(path);
        _database.Execute("PRAGMA cache_size = -2048");
    }

    internal bool IsDamaged => _database.IsDamaged;

    /// <summary>
    /// The active repos that hold a collection, beyond a DID, without an end; valid until the
    /// reader is given back.
    /// </summary>
    /// <param name="collection">The name.</param>
    /// <param name="after">The DID behind which they begin.</param>
    /// <param name="index">Which of the reader's cursors to take: 0, then 1 and so on.</param>
    internal DidCursor OpenCollection(
        ReadOnlySpan<byte> collection, ReadOnlySpan<byte> after, int index)
    {
        if (index == _cursors.Count) _cursors.Add(_database.PrepareCursor(DidsOfSql));
        var cursor = _cursors[index];
        cursor.Statement.BindText(1, collection).BindText(2, after);
        cursor.Open();
        return cursor;
    }

    /// <summary>The same of all active repos, once at a time.</summary>
    internal DidCursor OpenActive(ReadOnlySpan<byte> after)
    {
        _active ??= _database.PrepareCursor(ActiveSql);
        _active.Statement.BindText(1, after);
        _active.Open();
        return _active;
    }

    /// <summary>Null when the repo was never seen, or is deleted.</summary>
    internal LightrailRepo? Find(ReadOnlySpan<byte> did)
    {
        const string Sql = $"SELECT {RepoRow.Columns} FROM repo WHERE did = ?1 AND status <> 4";
        var statement = Statement(Sql).BindText(1, did);
        var repo = statement.Step() ? RepoRow.Read(statement) : null;
        statement.Reset();
        return repo;
    }

    /// <summary>
    /// Repos of every status whose head is known, in order of first sight, beyond a time and DID;
    /// deleted ones are left out.
    /// </summary>
    internal List<LightrailRepo> ListRepos(long afterTime, string afterDid, int limit)
    {
        const string Sql = $"""
            SELECT {RepoRow.Columns} FROM repo
            WHERE (id > ?1 OR (id = ?1 AND did > ?2))
              AND status <> 4 AND head IS NOT NULL AND head_rev IS NOT NULL
              AND id >= ?1
            ORDER BY id LIMIT ?3
            """;
        var page = new List<LightrailRepo>();
        var statement = Statement(Sql)
            .Bind(1, afterTime).BindString(2, afterDid).Bind(3, (long)limit);
        while (statement.Step()) page.Add(RepoRow.Read(statement));
        statement.Reset();
        return page;
    }

    /// <summary>The proof of a repo's collections; null when none is kept.</summary>
    internal KeptProof? FindProof(long firstSeen)
    {
        const string Sql = "SELECT head, car FROM proof WHERE repo = ?1";
        var statement = Statement(Sql).Bind(1, firstSeen);
        KeptProof? proof = null;
        if (statement.Step() && statement.Cid(0) is { } commit)
        {
            proof = new KeptProof(commit, statement.Bytes(1).ToArray());
        }

        statement.Reset();
        return proof;
    }

    public void Dispose()
    {
        // One that still stood at a row would see the index as it is now for ever.
        foreach (var cursor in _cursors) cursor.Close();
        _active?.Close();
        foreach (var statement in _statements.Values) statement.Reset();
        _owner.Return(this);
    }

    internal void Close()
    {
        foreach (var cursor in _cursors) cursor.Statement.Dispose();
        _active?.Statement.Dispose();
        foreach (var statement in _statements.Values) statement.Dispose();
        _database.Dispose();
    }

    private SqliteStatement Statement(string sql)
    {
        if (_statements.TryGetValue(sql, out var statement))
        {
            statement.Reset();
            return statement;
        }

        statement = _database.Prepare(sql);
        _statements.Add(sql, statement);
        return statement;
    }
}
