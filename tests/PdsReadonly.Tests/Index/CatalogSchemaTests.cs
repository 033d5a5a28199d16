using Microsoft.Data.Sqlite;
using PdsReadonly.Index;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Index;

/// <summary>A catalog of an earlier version is changed in place, and loses nothing.</summary>
public sealed class CatalogSchemaTests
{
    [Test]
    public void Upgrade_FromVersion1_KeepsWhatIsThereAndAnnouncesItOnce()
    {
        using var archive = new TestArchive
        {
            EventOptions = new() { Hostname = "pds.example" },
        };
        foreach (string name in (string[])["alice", "bob"])
        {
            archive.WriteCar(name + ".car", TestRepos.Build(name).ToCar());
            archive.WriteCar(name + ".did.json", TestRepos.Document(name, name + ".test"));
        }

        using (archive.Load())
        {
        }

        MakeVersion1(Path.Combine(archive.Data, "catalog.sqlite"));
        for (int start = 0; start < 3; start++)
        {
            using var run = archive.Load();
            Assert.Equal(0, run.Observer.Files);
            Assert.Equal(2, run.Catalog.Count);
            var said = run.Read(0).ConvertAll(message => message.Summary(NameOf));
            Assert.Equal(
                [
                    $"alice account active", "alice identity alice.test",
                    $"alice sync {TestRepos.Rev(1000)}", "bob account active",
                    "bob identity bob.test", $"bob sync {TestRepos.Rev(1000)}",
                ],
                said.Order());
        }
    }

    [Test]
    [Arguments(3)]
    [Arguments(-1)]
    public void Open_VersionFromElsewhere_IsRefused(int version)
    {
        using var folder = new TempFolder();
        string path = folder.At("catalog.sqlite");
        using (CatalogDatabase.Open(path))
        {
        }

        Run(path, $"PRAGMA user_version = {version}");

        var error = Assert.Throws<SqliteException>(() => CatalogDatabase.Open(path));
        Assert.Equal(SQLitePCL.raw.SQLITE_MISMATCH, error.SqliteErrorCode);
    }

    // As the program before the event stream left it.
    internal static void MakeVersion1(string path)
    {
        string columns = "did, first_seen, source, rev, head, index_file, index_bytes, signature, "
            + "handle, document, car";
        Run(
            path,
            $"""
            DROP TABLE event_log; DROP TABLE event; DROP TABLE announced; DROP TABLE superseded;
            ALTER TABLE repo RENAME TO old;
            CREATE TABLE repo(
              did TEXT PRIMARY KEY, first_seen INTEGER NOT NULL UNIQUE,
              source TEXT NOT NULL, rev TEXT NOT NULL, head TEXT NOT NULL,
              index_file TEXT NOT NULL, index_bytes INTEGER NOT NULL,
              signature TEXT NOT NULL, handle TEXT, document BLOB, car TEXT NOT NULL) WITHOUT ROWID;
            INSERT INTO repo SELECT {columns} FROM old;
            DROP TABLE old;
            PRAGMA user_version = 1;
            """);
    }

    private static void Run(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string NameOf(string did) =>
        did == TestRepos.DidOf("alice") ? "alice" : "bob";
}
