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
            ListAll(Encoding.ASCII.GetBytes(collection), after, limit - page.Count, rows);
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
        byte[] nsid = Encoding.ASCII.GetBytes(collection);
        byte[] after = UnlistedCount == 0
            ? CountOff(nsid, position - before, out long left)
            : CountOffAll(nsid, position - before, out left);
        return new RecordPosition(position - left, collection, after);
    }

    // The last of so many keys of a collection, and how many it does not have.
    private byte[] CountOff(ReadOnlySpan<byte> nsid, long count, out long left)
    {
        byte[] after = [];
        left = count;
        if (left == 0) return after;
        Span<byte> key = stackalloc byte[RecordChunkReader.KeyBytesMax];
        var statement =
            Statement(1, RowsAfterSql).BindText(1, nsid).BindText(2, default).Bind(3, Listed);
        while (left > 0 && statement.Step())
        {
            var rows = new RecordChunkReader(statement.Bytes(0), key);
            while (left > 0 && rows.Read())
            {
                if (--left == 0) after = rows.Rkey.ToArray();
            }
        }

        statement.Reset();
        return after;
    }

    // The same where the collection's keys may be in both parts.
    private byte[] CountOffAll(ReadOnlySpan<byte> nsid, long count, out long left)
    {
        const int AtOnce = 1000;
        byte[] after = [];
        left = count;
        var rows = new List<RecordRow>();
        while (left > 0)
        {
            ListAll(nsid, after, (int)Math.Min(left, AtOnce), rows);
            if (rows.Count == 0) break;
            left -= rows.Count;
            after = rows[^1].Rkey;
        }

        return after;
    }

    // One page of a collection, with what has no JSON form.
    private void ListAll(
        ReadOnlySpan<byte> nsid, ReadOnlySpan<byte> beyond, int limit, List<RecordRow> page)
    {
        ListRecords(nsid, beyond, ascending: true, limit, page);
        if (UnlistedCount == 0) return;
        var unlisted = new List<RecordRow>();
        ListAscending(nsid, Unlisted, beyond, limit, unlisted);
        if (unlisted.Count == 0) return;
        page.AddRange(unlisted);
        page.Sort((one, other) => one.Rkey.AsSpan().SequenceCompareTo(other.Rkey));
        if (page.Count > limit) page.RemoveRange(limit, page.Count - limit);
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
