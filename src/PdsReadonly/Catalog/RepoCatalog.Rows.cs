using System.Text;
using Atproto.Multiformats;
using Atproto.Syntax;
using Microsoft.Data.Sqlite;

namespace PdsReadonly.Catalog;

// Repos as rows of the database.
internal sealed partial class RepoCatalog
{
    private const string SelectRepos = """
        SELECT did, first_seen, (SELECT value FROM status WHERE status.did = repo.did), source, rev,
               head, index_file, index_bytes, signature, handle, document IS NOT NULL, car
        FROM repo
        """;

    private RepoEntry EntryOf(RepoHead head)
    {
        const string FirstSeenSql = "SELECT first_seen FROM repo WHERE did = ?1";
        long? stored =
            _database.Command(FirstSeenSql, head.Did.ToString()).ExecuteScalar() as long?;
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        long last =
            _database.Command("SELECT max(first_seen) FROM repo").ExecuteScalar() as long? ?? 0;
        return new RepoEntry
        {
            Did = head.Did,
            Rev = head.Rev,
            Head = head.Head,
            Status = ReadStatus(head.Did),
            Signature = head.Signature,
            // Never earlier than another's, so that none appears behind a crawler's cursor.
            FirstSeen = stored ?? Math.Max(now, last + 1),
            SourcePath = head.Source.Path,
            CarPath = head.CarPath,
            IndexPath = head.IndexPath,
            IndexBytes = new FileInfo(head.IndexPath).Length,
            Handle = head.Handle,
            HasDocument = head.Document is not null,
        };
    }

    private HostingStatus ReadStatus(Did did)
    {
        object? text = _database.Command("SELECT value FROM status WHERE did = ?1", did.ToString())
            .ExecuteScalar();
        return Enum.TryParse<HostingStatus>(text as string, out var status)
            ? status
            : HostingStatus.Active;
    }

    private static RepoEntry? ReadEntry(SqliteDataReader row, string indexFolder)
    {
        bool sound = Did.TryParse(row.GetString(0), out var did);
        sound &= Tid.TryParse(row.GetString(4), out var rev);
        sound &= Cid.TryParse(Encoding.ASCII.GetBytes(row.GetString(5)), out var head);
        var status = HostingStatus.Active;
        if (!row.IsDBNull(2)) sound &= Enum.TryParse(row.GetString(2), out status);
        sound &= Enum.TryParse<SignatureState>(row.GetString(8), out var signature);
        if (!sound) return null;
        Handle? handle = null;
        if (!row.IsDBNull(9) && Handle.TryParse(row.GetString(9), out var parsed)) handle = parsed;
        return new RepoEntry
        {
            Did = did,
            FirstSeen = row.GetInt64(1),
            Status = status,
            SourcePath = row.GetString(3),
            Rev = rev,
            Head = head,
            IndexPath = Path.Combine(indexFolder, row.GetString(6)),
            IndexBytes = row.GetInt64(7),
            Signature = signature,
            Handle = handle,
            HasDocument = row.GetBoolean(10),
            CarPath = row.GetString(11),
        };
    }

    private void WriteRepo(RepoEntry entry, RepoHead head)
    {
        const string Sql = """
            INSERT OR REPLACE INTO repo(
              did, first_seen, source, rev, head, index_file, index_bytes, signature, handle,
              document, car, pds_host)
            VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """;
        _database.Execute(
            Sql, entry.Did.ToString(), entry.FirstSeen, entry.SourcePath,
            entry.Rev.ToString(), entry.Head.ToString(), Path.GetFileName(entry.IndexPath),
            entry.IndexBytes, entry.Signature.ToString(), entry.Handle?.ToString(), head.Document,
            entry.CarPath, head.PdsHost);
    }

    private void WriteCollections(RepoHead head)
    {
        string did = head.Did.ToString();
        _database.Execute("DELETE FROM collection WHERE did = ?1", did);
        foreach (string collection in head.Collections)
        {
            _database.Execute("INSERT INTO collection VALUES(?1, ?2)", collection, did);
        }
    }

    private void WriteSource(SourceRecord source) => _database.Execute(
        "INSERT OR REPLACE INTO source VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
        source.Path, source.Fingerprint, source.Did, source.Rev, source.Head, source.Fault);
}
