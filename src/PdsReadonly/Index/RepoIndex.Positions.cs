using System.Text;

namespace PdsReadonly.Index;

/// <summary>
/// Where a record stands among all of a repo's, ordered by collection and then by key: so many
/// others are before it. <paramref name="Collection"/> and <paramref name="After"/> say where to go
/// on from: behind that key, or at the collection's start where there is none.
/// </summary>
internal readonly record struct RecordPosition(long Index, string Collection, byte[] After)
{
    internal static RecordPosition Start => new(0, "", []);
}

/// <summary>A record with the collection it is in.</summary>
internal readonly record struct PlacedRecord(string Collection, byte[] Rkey, uint Ordinal);

// Walking over all records by their position.
internal sealed partial class RepoIndex
{
    /// <summary>Reads the next records of all, and says where those behind them begin.</summary>
    internal RecordPosition ListAll(
        RecordPosition from, int limit, List<PlacedRecord> page)
    {
        page.Clear();
        var rows = new List<RecordRow>();
        string? collection = from.Collection.Length > 0 ? from.Collection : NextCollection("");
        byte[] after = from.After;
        while (collection is not null && page.Count < limit)
        {
            ListRecords(
                Encoding.ASCII.GetBytes(collection), after, ascending: true, limit - page.Count,
                rows);
            foreach (var row in rows) page.Add(new PlacedRecord(collection, row.Rkey, row.Ordinal));
            after = rows.Count > 0 ? rows[^1].Rkey : after;
            if (page.Count == limit) break;
            collection = NextCollection(collection);
            after = [];
        }

        return new RecordPosition(from.Index + page.Count, collection ?? from.Collection, after);
    }

    /// <summary>
    /// Finds a position by counting: whole collections at first, then the records of one.
    /// </summary>
    internal RecordPosition Seek(long position)
    {
        var (collection, before) = CollectionAt(position);
        byte[] after = [];
        long left = position - before;
        if (left == 0) return new RecordPosition(position, collection, after);
        Span<byte> key = stackalloc byte[RecordChunkReader.KeyBytesMax];
        var statement = Statement(1, RowsAfterSql).BindText(1, Encoding.ASCII.GetBytes(collection))
            .BindText(2, default);
        while (left > 0 && statement.Step())
        {
            var rows = new RecordChunkReader(statement.Bytes(0), key);
            while (left > 0 && rows.Read())
            {
                if (--left == 0) after = rows.Rkey.ToArray();
            }
        }

        statement.Reset();
        return new RecordPosition(position - left, collection, after);
    }

    private (string Collection, long Before) CollectionAt(long position)
    {
        var statement = Statement(8, CountCollectionsSql).BindText(1, default);
        long before = 0;
        string collection = "";
        while (statement.Step())
        {
            collection = Encoding.ASCII.GetString(statement.Bytes(0));
            long records = statement.Int64(1);
            if (before + records > position) break;
            before += records;
        }

        statement.Reset();
        return (collection, before);
    }

    private string? NextCollection(string after)
    {
        var statement =
            Statement(8, CountCollectionsSql).BindText(1, Encoding.ASCII.GetBytes(after));
        string? next = statement.Step() ? Encoding.ASCII.GetString(statement.Bytes(0)) : null;
        statement.Reset();
        return next;
    }
}
