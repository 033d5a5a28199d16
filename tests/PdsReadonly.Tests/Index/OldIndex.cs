using PdsReadonly.Index;

namespace PdsReadonly.Tests.Index;

/// <summary>Makes an index the way version 1 of the layout had it.</summary>
internal static class OldIndex
{
    /// <summary>Turns a closed index into one of version 1, which listed every record.</summary>
    internal static void Write(string path)
    {
        using var database = SqliteDatabase.Create(path);
        var collections = new List<(string Nsid, long Id)>();
        using (var row = database.Prepare("SELECT nsid, id FROM collection"))
        {
            while (row.Step()) collections.Add((row.Text(0)!, row.Int64(1)));
        }

        database.Execute("BEGIN");
        foreach (var (_, id) in collections) MergeParts(database, id);
        database.Execute("ALTER TABLE repo DROP COLUMN unlisted; COMMIT; PRAGMA user_version = 1");
    }

    private static void MergeParts(SqliteDatabase database, long collection)
    {
        var records = new List<RecordRow>();
        byte[] key = new byte[RecordChunkReader.KeyBytesMax];
        using (var part = database.Prepare("SELECT rows FROM record WHERE abs(collection) = ?1"))
        {
            part.Bind(1, collection);
            while (part.Step())
            {
                var rows = new RecordChunkReader(part.Bytes(0), key);
                while (rows.Read()) records.Add(new RecordRow(rows.Rkey.ToArray(), rows.Ordinal));
            }
        }

        records.Sort((one, other) => one.Rkey.AsSpan().SequenceCompareTo(other.Rkey));
        database.Execute($"DELETE FROM record WHERE abs(collection) = {collection}");
        using var insert = database.Prepare("INSERT INTO record VALUES(?1, ?2, ?3)");
        var chunk = new RecordChunkWriter();
        foreach (var record in records)
        {
            if (chunk.IsFull) Flush();
            chunk.Add(record.Rkey, record.Ordinal);
        }

        Flush();

        void Flush()
        {
            insert.Bind(1, collection).BindText(2, chunk.First).BindBlob(3, chunk.Bytes).Run();
            chunk.Clear();
        }
    }
}
