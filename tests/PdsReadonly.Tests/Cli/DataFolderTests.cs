using Microsoft.Data.Sqlite;
using PdsReadonly.Cli;
using PdsReadonly.Index;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Cli;

public sealed class DataFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly StringWriter _warnings = new();

    public void Dispose() => _folder.Dispose();

    [Test]
    public void Open_UsedAlready_SaysSo()
    {
        using var first = DataFolder.Open(_folder.Path, _warnings, out _);

        using var second = DataFolder.Open(_folder.Path, _warnings, out string? reason);

        Assert.NotNull(first);
        Assert.Null(second);
        Assert.StartsWith(
            $"data folder {_folder.Path} cannot be used: ", reason, StringComparison.Ordinal);
    }

    [Test]
    public void Open_NamedAFile_SaysSo()
    {
        string path = _folder.Write("file", [1]);

        Assert.Null(DataFolder.Open(path, _warnings, out string? reason));
        Assert.StartsWith($"data folder {path} cannot be used: ", reason, StringComparison.Ordinal);
    }

    [Test]
    public void OpenCatalog_Damaged_IsPutAsideAndBegunAnew()
    {
        byte[] garbage = [.. Enumerable.Repeat((byte)'x', 5000)];
        string path = _folder.Write("catalog.sqlite", garbage);
        using var data = DataFolder.Open(_folder.Path, _warnings, out _)!;

        using var database = data.OpenCatalog(_warnings);

        Assert.StartsWith(
            $"warning: {path} is not usable (", _warnings.ToString(), StringComparison.Ordinal);
        Assert.Equal(garbage, File.ReadAllBytes(path + ".damaged"));
        Assert.Equal(0L, database.Command("SELECT count(*) FROM repo").ExecuteScalar());
    }

    [Test]
    public void OpenCatalog_OfAnotherVersion_IsPutAside()
    {
        using var data = DataFolder.Open(_folder.Path, _warnings, out _)!;
        using (var database = data.OpenCatalog(_warnings))
        {
            database.Execute("PRAGMA user_version = 99");
        }
        Assert.Throws<SqliteException>(() => CatalogDatabase.Open(_folder.At("catalog.sqlite")));

        using var anew = data.OpenCatalog(_warnings);

        Assert.Contains("version 99", _warnings.ToString(), StringComparison.Ordinal);
    }

    [Test]
    public void OpenCatalog_Sound_KeepsWhatItHolds()
    {
        using var data = DataFolder.Open(_folder.Path, _warnings, out _)!;
        using (var database = data.OpenCatalog(_warnings))
        {
            database.Execute("INSERT INTO status VALUES('did:plc:abc', 'Takendown')");
        }

        using var again = data.OpenCatalog(_warnings);

        Assert.Equal(1L, again.Command("SELECT count(*) FROM status").ExecuteScalar());
        Assert.Equal("", _warnings.ToString());
    }
}
