namespace PdsReadonly.Index;

/// <summary>The layout of the index of remote repos.</summary>
/// <remarks>
/// <para>
/// <c>pair</c> is in the order of the pages of listReposByCollection, and holds nothing else: a
/// page is one run of it (1). Repos that are hidden (0) and those whose collections are merely
/// claimed (2) stand in runs of their own, so that a page passes over none. <c>held</c> has the
/// same pairs by repo, with how each is known; its commit is left out where it is the one that all
/// of the repo's collections were proven at.
/// </para>
/// <para>
/// A repo's number is the time of first sight, which is the order of listRepos. Repos are never
/// deleted: of a deleted account the number, the DID and the highest rev are kept, so that its past
/// cannot come back as news.
/// </para>
/// <para>
/// In <c>resync</c> a row waits (0), is under way (1), or waits until the repo is active (2).
/// <c>again</c> says that it was enqueued anew while it was under way. Its <c>host</c> is who is to
/// be asked: a host, or a queue of those whose account has to be looked up, see
/// <see cref="LookUpQueue"/>.
/// </para>
/// </remarks>
internal static class LightrailSchema
{
    internal const int Version = 2;

    internal const string Create = """
        CREATE TABLE repo(
          id INTEGER PRIMARY KEY, did TEXT NOT NULL UNIQUE, host INTEGER NOT NULL,
          status INTEGER NOT NULL, rev INTEGER, data BLOB, rev_max INTEGER,
          needs_resync INTEGER NOT NULL, head BLOB, head_rev INTEGER,
          origin INTEGER NOT NULL, proven BLOB, proven_rev INTEGER, learned INTEGER NOT NULL,
          signed INTEGER NOT NULL,
          key BLOB, listed INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX repo_active ON repo(did) WHERE status = 0 AND (host <> 0 OR origin <> 0);
        CREATE TABLE collection(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE pair(
          collection INTEGER, shown INTEGER, did TEXT,
          PRIMARY KEY(collection, shown, did)) WITHOUT ROWID;
        CREATE TABLE held(
          repo INTEGER, collection INTEGER, origin INTEGER NOT NULL, rev INTEGER, proven BLOB,
          PRIMARY KEY(repo, collection)) WITHOUT ROWID;
        CREATE TABLE host(
          id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, cursor TEXT, is_listed INTEGER NOT NULL,
          pace REAL NOT NULL, profile TEXT, round INTEGER NOT NULL DEFAULT 0,
          repos INTEGER NOT NULL DEFAULT 0, proven INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE stream(upstream TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE resync(
          repo INTEGER PRIMARY KEY, host INTEGER NOT NULL, reason INTEGER NOT NULL,
          attempts INTEGER NOT NULL, due INTEGER NOT NULL, state INTEGER NOT NULL,
          again INTEGER NOT NULL);
        CREATE INDEX resync_due ON resync(host, state, due);
        CREATE TABLE proof(
          id INTEGER PRIMARY KEY, repo INTEGER NOT NULL UNIQUE, head BLOB NOT NULL,
          bytes INTEGER NOT NULL, car BLOB NOT NULL);
        CREATE TABLE note(
          id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind INTEGER NOT NULL, about TEXT NOT NULL,
          detail TEXT NOT NULL);
        CREATE TABLE total(id INTEGER PRIMARY KEY, value INTEGER NOT NULL);
        """;

    /// <summary>
    /// From the first layout: how many repos a host has, and how many of them were ever proven.
    /// </summary>
    internal const string UpgradeFromOne = """
        ALTER TABLE host ADD COLUMN repos INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE host ADD COLUMN proven INTEGER NOT NULL DEFAULT 0;
        UPDATE host SET repos = counted.repos, proven = counted.proven
        FROM (SELECT host, count(*) AS repos, sum(origin > 1) AS proven FROM repo GROUP BY host)
          AS counted
        WHERE counted.host = host.id;
        """;
}
