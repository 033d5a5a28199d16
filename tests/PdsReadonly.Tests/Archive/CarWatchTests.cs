using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Archive;

public sealed class CarWatchTests : IDisposable
{
    private readonly TestArchive _archive = new();
    private readonly TestArchive.Run _run;
    private readonly RepoEntry _entry;
    private readonly FakeTime _time = new(DateTimeOffset.UnixEpoch);

    public CarWatchTests()
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
    public void VersionOf_FileChanged_ChangesWithinASecond()
    {
        var watch = new CarWatch(_time);
        long first = watch.VersionOf(_entry);
        _time.Now += TimeSpan.FromSeconds(2);
        Assert.Equal(first, watch.VersionOf(_entry));

        using (var car = TempFolder.OpenShared(_entry.CarPath)) car.SetLength(10);
        Assert.Equal(first, watch.VersionOf(_entry));
        _time.Now += TimeSpan.FromSeconds(1);

        Assert.NotEqual(first, watch.VersionOf(_entry));
    }

    [Test]
    public void VersionOf_FileGone_IsAnother()
    {
        var watch = new CarWatch(_time);
        long first = watch.VersionOf(_entry);
        File.Delete(_entry.CarPath);
        _time.Now += TimeSpan.FromSeconds(1);
        Assert.NotEqual(first, watch.VersionOf(_entry));
    }
}
