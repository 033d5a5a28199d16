using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Archive;

public sealed class RepoPoolTests : IDisposable
{
    private readonly TestArchive _archive = new();
    private readonly TestArchive.Run _run;
    private readonly List<RepoEntry> _damaged = [];

    public RepoPoolTests()
    {
        foreach (string name in (string[])["a", "b", "c"])
        {
            _archive.WriteCar(name + ".car", TestRepos.Build(name).ToCar());
        }

        _run = _archive.Load();
    }

    public void Dispose()
    {
        _run.Dispose();
        _archive.Dispose();
    }

    [Test]
    public void TryRent_AfterReturn_IsTheSameReader()
    {
        using var pool = new RepoPool(2, _damaged.Add);

        var first = Use(pool, "a");

        Assert.Same(first, Use(pool, "a"));
    }

    [Test]
    public void TryRent_LentAlready_OpensAnother()
    {
        using var pool = new RepoPool(2, _damaged.Add);

        Assert.True(pool.TryRent(Entry("a"), forLong: false, out var first, out _));
        Assert.True(pool.TryRent(Entry("a"), forLong: false, out var second, out _));

        Assert.NotSame(first.Reader, second.Reader);
        first.Dispose();
        second.Dispose();
    }

    [Test]
    public void TryRent_BeyondTheLimit_ClosesTheOneUnusedForLongest()
    {
        using var pool = new RepoPool(2, _damaged.Add);
        var a = Use(pool, "a");
        var b = Use(pool, "b");
        Assert.Same(a, Use(pool, "a"));

        Use(pool, "c");

        Assert.Same(a, Use(pool, "a"));
        Assert.NotSame(b, Use(pool, "b"));
    }

    [Test]
    public void TryRent_AllLent_IsRefusedUntilOneComesBack()
    {
        using var pool = new RepoPool(1, _damaged.Add);
        Assert.True(pool.TryRent(Entry("a"), forLong: false, out var lease, out _));

        Assert.False(pool.TryRent(Entry("b"), forLong: false, out _, out string? reason));
        Assert.Equal("1 repos are open, which is the limit", reason);
        lease.Dispose();

        Use(pool, "b");
        Assert.Empty(_damaged);
    }

    [Test]
    public void TryRent_ForLong_LeavesHalfToTheOthers()
    {
        using var pool = new RepoPool(2, _damaged.Add);
        Assert.True(pool.TryRent(Entry("a"), forLong: true, out var lease, out _));

        Assert.False(pool.TryRent(Entry("b"), forLong: true, out _, out string? reason));
        Assert.Equal("1 repos are being read, which leaves none for a long answer", reason);
        Use(pool, "b");
        lease.Dispose();
    }

    [Test]
    public void TryRent_ForLong_LeavesTheLastOpenOneOfARepo()
    {
        using var pool = new RepoPool(8, _damaged.Add);
        var open = Use(pool, "a");

        // It may not wait for another to be opened, and is asked again where it may.
        Assert.False(pool.TryRent(Entry("a"), true, out _, out var reason, new(mayBlock: false)));
        Assert.Null(reason);
        Assert.True(pool.TryRent(Entry("a"), forLong: true, out var lease, out _));
        Assert.NotSame(open, lease.Reader);
        Assert.True(pool.TryRent(Entry("a"), false, out var brief, out _, new(mayBlock: false)));
        Assert.Same(open, brief.Reader);
        brief.Dispose();
        lease.Dispose();
    }

    [Test]
    public void Return_StaleReader_IsClosedAndTold()
    {
        using var pool = new RepoPool(2, _damaged.Add);
        var entry = Entry("a");
        Assert.True(pool.TryRent(entry, forLong: false, out var lease, out _));
        using (var car = TempFolder.OpenShared(entry.CarPath)) car.SetLength(10);
        Assert.Equal(
            ReadStatus.Changed, lease.Reader.Read(lease.Reader.Index.LocationOf(0), out _, out _));

        lease.Dispose();

        Assert.Equal([entry], _damaged);
        Assert.NotSame(lease.Reader, Use(pool, "a"));
    }

    [Test]
    public void TryRent_CarGone_IsToldAndCountsNothing()
    {
        using var pool = new RepoPool(1, _damaged.Add);
        File.Delete(Entry("a").CarPath);

        Assert.False(pool.TryRent(Entry("a"), forLong: false, out _, out string? reason));
        Assert.Contains("cannot be opened", reason, StringComparison.Ordinal);
        Assert.Single(_damaged);

        Use(pool, "b");
    }

    private RepoEntry Entry(string name) => _run.Find(TestRepos.DidOf(name))!;

    private RepoReader Use(RepoPool pool, string name)
    {
        Assert.True(
            pool.TryRent(Entry(name), forLong: false, out var lease, out string? reason), reason);
        using (lease) return lease.Reader;
    }
}
