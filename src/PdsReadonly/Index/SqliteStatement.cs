using System.Text;
using SQLitePCL;

namespace PdsReadonly.Index;

/// <summary>
/// One prepared statement: bind, step, read, reset. Spans from columns are valid until the next
/// step.
/// </summary>
internal sealed class SqliteStatement(SqliteDatabase database, sqlite3_stmt statement) : IDisposable
{
    internal SqliteStatement Bind(int index, long value)
    {
        database.Check(raw.sqlite3_bind_int64(statement, index, value));
        return this;
    }

    internal SqliteStatement BindText(int index, ReadOnlySpan<byte> utf8)
    {
        // An empty span has no address, which SQLite would take for NULL.
        database.Check(utf8.IsEmpty
            ? raw.sqlite3_bind_text(statement, index, string.Empty)
            : raw.sqlite3_bind_text(statement, index, utf8));
        return this;
    }

    internal SqliteStatement BindString(int index, string text)
    {
        // Almost all are names and DIDs.
        Span<byte> room = stackalloc byte[256];
        return text.Length <= 85
            ? BindText(index, room[..Encoding.UTF8.GetBytes(text, room)])
            : BindText(index, Encoding.UTF8.GetBytes(text));
    }

    internal SqliteStatement Bind(int index, long? value) =>
        value is { } number ? Bind(index, number) : BindNull(index);

    internal SqliteStatement Bind(int index, double value)
    {
        database.Check(raw.sqlite3_bind_double(statement, index, value));
        return this;
    }

    internal SqliteStatement BindBlob(int index, ReadOnlySpan<byte> bytes)
    {
        database.Check(raw.sqlite3_bind_blob(statement, index, bytes));
        return this;
    }

    internal SqliteStatement BindNull(int index)
    {
        database.Check(raw.sqlite3_bind_null(statement, index));
        return this;
    }

    /// <summary>True when there is a row to read.</summary>
    internal bool Step()
    {
        int result = raw.sqlite3_step(statement);
        if (result == raw.SQLITE_ROW) return true;
        if (result != raw.SQLITE_DONE) database.Check(result);
        return false;
    }

    /// <summary>Steps a statement that gives no rows, and makes it ready for the next.</summary>
    internal void Run()
    {
        Step();
        Reset();
    }

    /// <summary>Ends reading; bindings stay. The error of a failed step was thrown there.</summary>
    internal void Reset() => _ = raw.sqlite3_reset(statement);

    internal long Int64(int column) => raw.sqlite3_column_int64(statement, column);

    internal double Double(int column) => raw.sqlite3_column_double(statement, column);

    internal string? Text(int column) =>
        IsNull(column) ? null : Encoding.UTF8.GetString(Bytes(column));

    internal bool IsNull(int column) =>
        raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    /// <summary>Text as UTF-8, or the bytes of a blob.</summary>
    internal ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(statement, column);

    public void Dispose() => statement.Dispose();
}
