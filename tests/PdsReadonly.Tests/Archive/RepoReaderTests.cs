using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Archive;

public sealed class RepoReaderTests : IDisposable
{
    private readonly TestArchive _archive = new();
    private readonly TestArchive.Run _run;
    private readonly RepoEntry _entry;

    public RepoReaderTests()
    {
        _archive.WriteCar("a.car", TestRepos.Build("alice").ToCar());
        _run = _archive.Load();
        _entry = _run.Find(TestRepos.DidOf("alice"))!;
    }

    public void Dispose()
    {
        _run.Dispose();
        _archive.Dispose();
    }

    [Test]
    public void Read_FileOverwrittenInPlace_IsChangedAndTheReaderStale()
    {
        using var reader = RepoReader.Open(_entry);
        var location = reader.Index.LocationOf(2);
        using (var car = TempFolder.OpenShared(_entry.CarPath))
        {
            car.Position = location.Offset + location.Length - 1;
            car.WriteByte(0xff);
        }

        Assert.Equal(ReadStatus.Changed, reader.Read(location, out _, out _));
        Assert.True(reader.IsStale);
    }

    [Test]
    public void Read_FileCutShort_IsChanged()
    {
        using var reader = RepoReader.Open(_entry);
        using (var car = TempFolder.OpenShared(_entry.CarPath)) car.SetLength(100);

        Assert.Equal(ReadStatus.Changed, reader.Read(reader.Index.LocationOf(2), out _, out _));
        Assert.True(reader.IsStale);
    }

    // The index vouches for digests, so blocks that agree with their own CIDs do not pass.
    [Test]
    public void Read_FileSwappedForAnotherSoundOne_IsChanged()
    {
        var other = TestRepos.Build("alice", revSecond: 2000);
        File.WriteAllBytes(_entry.CarPath, other.ToCar());
        using var reader = RepoReader.Open(_entry);

        Assert.Equal(ReadStatus.Changed, reader.Read(reader.Index.LocationOf(0), out _, out _));
    }

    [Test]
    public void Open_IndexCutShort_IsRefused()
    {
        using (var index = TempFolder.OpenShared(_entry.IndexPath))
        {
            index.SetLength(_entry.IndexBytes - 1024);
        }

        Assert.Throws<InvalidDataException>(() => RepoReader.Open(_entry));
    }
}
