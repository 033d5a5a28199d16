using Atproto.Identity;
using Atproto.Syntax;

namespace PdsReadonly.Index;

/// <summary>
/// The layout of the catalog, version after version: what cannot be made from the CARs again has to
/// survive an upgrade, so an older catalog is changed in place.
/// </summary>
/// <remarks>
/// <c>event</c> holds frames as they are sent, by their numbers; a row of the kind that stands for
/// many spans <c>seq</c> to <c>last</c>. <c>announced</c> is what the stream said last of each
/// repo, with the numbers of its newest events, which are always kept; <c>superseded</c> are the
/// numbers of events that a newer one took the place of, by their times, and that may be dropped.
/// </remarks>
internal static class CatalogSchema
{
    internal const int Version = 2;

    internal const string Version1 = """
        CREATE TABLE repo(
          did TEXT PRIMARY KEY, first_seen INTEGER NOT NULL UNIQUE,
          source TEXT NOT NULL, rev TEXT NOT NULL, head TEXT NOT NULL,
          index_file TEXT NOT NULL, index_bytes INTEGER NOT NULL,
          signature TEXT NOT NULL, handle TEXT, document BLOB, car TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE status(did TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE collection(nsid TEXT, did TEXT, PRIMARY KEY(nsid, did)) WITHOUT ROWID;
        CREATE INDEX collection_by_did ON collection(did);
        CREATE TABLE source(
          path TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, did TEXT, rev TEXT, head TEXT,
          fault TEXT) WITHOUT ROWID;
        CREATE TABLE blob_check(path TEXT PRIMARY KEY, fingerprint TEXT NOT NULL) WITHOUT ROWID;
        """;

    private const string Version2 = """
        ALTER TABLE repo ADD COLUMN pds_host TEXT;
        CREATE TABLE event_log(floor INTEGER NOT NULL, dropped INTEGER NOT NULL);
        CREATE TABLE event(
          seq INTEGER PRIMARY KEY, last INTEGER NOT NULL, did TEXT NOT NULL, kind INTEGER NOT NULL,
          time INTEGER NOT NULL, frame BLOB NOT NULL);
        CREATE TABLE announced(
          did TEXT PRIMARY KEY, status TEXT NOT NULL, handle TEXT, rev TEXT, head TEXT,
          identity INTEGER, account INTEGER, sync INTEGER, replay INTEGER) WITHOUT ROWID;
        CREATE TABLE superseded(
          time INTEGER, seq INTEGER, PRIMARY KEY(time, seq)) WITHOUT ROWID;
        """;

    /// <summary>From a version, 0 for none, to today's; within a transaction.</summary>
    internal static void Upgrade(CatalogDatabase database, long from)
    {
        if (from < 1) database.Execute(Version1);
        database.Execute(Version2);
        FillPdsHosts(database);
        database.Execute($"PRAGMA user_version = {Version}");
    }

    // Version 1 kept the documents whole and looked into none.
    private static void FillPdsHosts(CatalogDatabase database)
    {
        var hosts = new List<(string Did, string Host)>();
        using (var row = database.Command(
            "SELECT did, document FROM repo WHERE document IS NOT NULL").ExecuteReader())
        {
            while (row.Read())
            {
                if (!Did.TryParse(row.GetString(0), out var did)) continue;
                byte[] json = row.GetFieldValue<byte[]>(1);
                _ = DidDocument.TryParse(json, did, out var document);
                if (document?.PdsHost is { } host) hosts.Add((did.ToString(), host));
            }
        }

        foreach (var (did, host) in hosts)
        {
            database.Execute("UPDATE repo SET pds_host = ?1 WHERE did = ?2", host, did);
        }
    }
}
