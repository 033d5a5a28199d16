using System.Runtime.InteropServices;
using SQLitePCL;

namespace PdsReadonly.Index;

/// <summary>
/// The rows of a statement that has one column, DIDs. A page has thousands of them, and what a row
/// costs is mostly what the calls for it cost: so they go straight to SQLite, by a handle that is
/// held once from <see cref="Open"/> to <see cref="Close"/>. For one thread at a time.
/// </summary>
internal sealed unsafe partial class DidCursor(
    SqliteDatabase database, SqliteStatement statement, sqlite3_stmt handle) : IDidCursor
{
    private const string Library = "e_sqlite3";

    private bool _isHeld;
    private nint _rows;
    private byte* _did;
    private int _length;

    internal SqliteStatement Statement => statement;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Current => new(_did, _length);

    /// <summary>To be called when the statement is bound, and before the first row.</summary>
    internal void Open()
    {
        handle.DangerousAddRef(ref _isHeld);
        _rows = handle.DangerousGetHandle();
    }

    /// <inheritdoc/>
    public bool Read()
    {
        int result = Step(_rows);
        if (result != raw.SQLITE_ROW)
        {
            _length = 0;
            database.Check(result);
            return false;
        }

        _did = ColumnBlob(_rows, 0);
        _length = ColumnBytes(_rows, 0);
        return true;
    }

    /// <summary>Ends reading. Does no harm where it is closed.</summary>
    internal void Close()
    {
        statement.Reset();
        if (_isHeld) handle.DangerousRelease();
        (_isHeld, _rows, _length) = (false, 0, 0);
    }

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    private static partial int Step(nint statement);

    // These two look at what the step has found, and never wait.
    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    [SuppressGCTransition]
    private static partial byte* ColumnBlob(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    [SuppressGCTransition]
    private static partial int ColumnBytes(nint statement, int column);
}
