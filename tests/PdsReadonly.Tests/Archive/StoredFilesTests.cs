using System.IO.Compression;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Tests.Support;
using Samples;

namespace PdsReadonly.Tests.Archive;

/// <summary>Indexes and unpacked files that are gone, short, or of the version before.</summary>
public sealed class StoredFilesTests : IDisposable
{
    private readonly TestArchive _archive = new();

    public void Dispose() => _archive.Dispose();

    [Test]
    public void Load_IndexGoneWhileServing_IsBuiltAgainWhenAskedFor()
    {
        var repo = TestRepos.Build("alice");
        _archive.WriteCar("a.car", repo.ToCar());
        using (_archive.Load())
        {
        }

        using var run = _archive.Load();
        File.Delete(run.Find(repo.Did)!.IndexPath);
        using var pool = new RepoPool(4, entry => run.Loader.Reread(entry.SourcePath));
        Assert.False(pool.TryRent(run.Find(repo.Did)!, forLong: false, out _, out string? reason));
        Assert.Contains("cannot be opened", reason, StringComparison.Ordinal);
        Assert.True(run.Observer.Told.Wait(TimeSpan.FromMinutes(1), CancellationToken.None));

        Assert.True(pool.TryRent(run.Find(repo.Did)!, forLong: false, out var lease, out _));
        lease.Dispose();
    }

    [Test]
    [Arguments("indexes", true)]
    [Arguments("indexes", false)]
    [Arguments("unpacked", true)]
    public void Load_StoredFileGoneOrShort_IsAsNewAtTheNextStart(string folder, bool isGone)
    {
        var repo = TestRepos.Build("alice");
        WritePacked("a.car.gz", repo);
        _archive.WriteCar("b.car", TestRepos.Build("bob").ToCar());
        long cursor;
        using (var first = _archive.Load())
        {
            var entry = first.Find(repo.Did)!;
            cursor = first.Events.Last;
            string path = folder == "indexes" ? entry.IndexPath : entry.CarPath;
            if (isGone) File.Delete(path);
            else File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1024]);
        }

        using var run = _archive.Load();

        Assert.Equal(1, run.Observer.Files);
        Assert.Equal(2, run.Catalog.Count);
        Assert.True(run.Repos.TryRent(run.Find(repo.Did)!, forLong: false, out var lease, out _));
        lease.Dispose();
        Assert.Empty(run.Read(cursor));
    }

    [Test]
    public void Load_IndexesOfTheVersionBefore_AreServedUntilTheyAreMadeAgain()
    {
        var repo = TestRepos.Build("alice");
        _archive.WriteCar("a.car", repo.ToCar());
        _archive.WriteCar("b.car", "no CAR"u8);
        long cursor;
        using (var first = _archive.Load()) cursor = first.Events.Last;
        _archive.MakeOld();

        using (var run = new TestArchive.Run(_archive))
        {
            run.Loader.Plan();
            var old = run.Find(repo.Did)!;
            Assert.False(IsFiltered(run, old));
            // What was refused may be right to this version; what was right is right.
            Assert.Equal((1, 1), (run.Observer.Files, run.Observer.Unchanged));

            run.Loader.Start();
            Assert.True(run.Observer.Renewed.Wait(TimeSpan.FromMinutes(1), CancellationToken.None));

            var renewed = run.Find(repo.Did)!;
            Assert.NotEqual(old.IndexPath, renewed.IndexPath);
            Assert.True(IsFiltered(run, renewed));
            Assert.Equal(old with { IndexPath = "", IndexBytes = 0 },
                renewed with { IndexPath = "", IndexBytes = 0 });
            Assert.Equal([1, 0], run.Observer.Renewals);
            Assert.Equal("b.car", Path.GetFileName(Assert.Single(run.Observer.Outcomes).Path));
            Assert.Empty(run.Read(cursor));
        }

        using var again = _archive.Load();
        Assert.Empty(again.Observer.Renewals);
        Assert.Equal(0, again.Observer.Files);
        Assert.Single(_archive.DataFiles("indexes"));

        static bool IsFiltered(TestArchive.Run run, RepoEntry entry)
        {
            Assert.True(run.Repos.TryRent(entry, forLong: false, out var lease, out _));
            using (lease) return lease.Reader.Index.IsListingFiltered;
        }
    }

    private void WritePacked(string name, SampleRepo repo)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(repo.ToCar());
        }
        _archive.WriteCar(name, packed.ToArray());
    }
}
