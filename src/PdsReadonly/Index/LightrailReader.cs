using Atproto.Syntax;

namespace PdsReadonly.Index;

/// <summary>DIDs in ascending order, one after the other.</summary>
internal interface IDidCursor
{
    /// <summary>Valid until the next one is read.</summary>
    ReadOnlySpan<byte> Current { get; }

    /// <summary>Goes to the next one; false behind the last.</summary>
    bool Read();
}

/// <summary>
/// One connection for what requests ask of the index of remote repos; sees what was committed. For
/// one thread at a time, and given back by Dispose.
/// </summary>
internal sealed class LightrailReader : IDisposable
{
    // In one text, made inside SQLite: a row at a time takes several times as long.
    private const string PageSql = $"SELECT group_concat(did, ?4) FROM ({DidsOfSql})";
    private const string ActivePageSql = $"SELECT group_concat(did, ?4) FROM ({ActiveSql})";

    private const string DidsOfSql = """
        SELECT did FROM pair
        WHERE collection = (SELECT id FROM collection WHERE name = ?1) AND shown = 1 AND did > ?2
        ORDER BY did LIMIT ?3
        """;

    // Before its account's document has named a host, a repo is a name that somebody told.
    private const string ActiveSql = """
        SELECT did FROM repo
        WHERE status = 0 AND (host <> 0 OR origin <> 0) AND did > ?2 ORDER BY did LIMIT ?3
        """;

    private const long NoLimit = -1;

    private readonly LightrailReaders _owner;
    private readonly SqliteDatabase _database;
    private readonly Dictionary<string, SqliteStatement> _statements =
        new(ReferenceEqualityComparer.Instance);

    // Several run at once where pages are merged.
    private readonly List<DidCursor> _cursors = [];

    internal LightrailReader(LightrailReaders owner, string path)
    {
        _owner = owner;
        _database = SqliteDatabase.OpenReading(path);
        _database.Execute("PRAGMA cache_size = -2048");
    }

    internal bool IsDamaged => _database.IsDamaged;

    /// <summary>
    /// The active repos that hold a collection, or all where none is named, by DID, beyond a DID.
    /// </summary>
    /// <param name="collection">The name; empty for all.</param>
    /// <param name="after">The DID behind which the page begins.</param>
    /// <param name="limit">How many.</param>
    /// <param name="separator">Stands between two.</param>
    internal DidPage ReadPage(
        ReadOnlySpan<byte> collection, ReadOnlySpan<byte> after, int limit,
        ReadOnlySpan<byte> separator)
    {
        var statement = Statement(collection.IsEmpty ? ActivePageSql : PageSql)
            .BindText(2, after).Bind(3, (long)limit).BindText(4, separator);
        if (!collection.IsEmpty) statement.BindText(1, collection);
        statement.Step();
        return new DidPage(statement, separator);
    }

    /// <summary>
    /// The same, without an end, to be read one by one; valid until the reader is given back.
    /// </summary>
    /// <param name="collection">The name; empty for all.</param>
    /// <param name="after">The DID behind which they begin.</param>
    /// <param name="index">
    /// Which of the reader's cursors to take: 0, then 1 and so on. All active repos have one.
    /// </param>
    internal DidCursor OpenCursor(
        ReadOnlySpan<byte> collection, ReadOnlySpan<byte> after, int index)
    {
        if (collection.IsEmpty)
        {
            return new DidCursor(Statement(ActiveSql).BindText(2, after).Bind(3, NoLimit));
        }

        if (index == _cursors.Count) _cursors.Add(new DidCursor(_database.Prepare(DidsOfSql)));
        var cursor = _cursors[index];
        cursor.Statement.Reset();
        cursor.Statement.BindText(1, collection).BindText(2, after).Bind(3, NoLimit);
        return cursor;
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
        foreach (var cursor in _cursors) cursor.Statement.Reset();
        foreach (var statement in _statements.Values) statement.Reset();
        _owner.Return(this);
    }

    internal void Close()
    {
        foreach (var cursor in _cursors) cursor.Statement.Dispose();
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

    /// <summary>DIDs of one page in one text; valid until it is disposed.</summary>
    internal readonly ref struct DidPage
    {
        private readonly SqliteStatement _statement;
        private readonly ReadOnlySpan<byte> _separator;

        internal DidPage(SqliteStatement statement, ReadOnlySpan<byte> separator)
        {
            _statement = statement;
            _separator = separator;
            Text = statement.Bytes(0);
        }

        /// <summary>The DIDs with separators between them; empty when there is none.</summary>
        internal ReadOnlySpan<byte> Text { get; }

        internal ReadOnlySpan<byte> Last
        {
            get
            {
                int at = Text.LastIndexOf(_separator);
                return at < 0 ? Text : Text[(at + _separator.Length)..];
            }
        }

        public void Dispose() => _statement.Reset();
    }

    /// <summary>A statement's DIDs.</summary>
    internal sealed class DidCursor(SqliteStatement statement) : IDidCursor
    {
        private byte[] _current = new byte[64];
        private int _length;

        internal SqliteStatement Statement => statement;

        /// <inheritdoc/>
        public ReadOnlySpan<byte> Current => _current.AsSpan(0, _length);

        /// <inheritdoc/>
        public bool Read()
        {
            if (!statement.Step()) return false;
            var did = statement.Bytes(0);
            if (did.Length > _current.Length) _current = new byte[Did.LengthMax];
            did.CopyTo(_current);
            _length = did.Length;
            return true;
        }
    }
}
