using EndToEnd.Tests.Harness;
using Samples;

namespace EndToEnd.Tests.Archive;

/// <summary>What --car takes, and several CARs of one repo.</summary>
public sealed class ManyCarsTests
{
    [Test]
    [Arguments("a", "z")]
    [Arguments("z", "a")]
    public async Task TwoRevs_InEitherOrder_ServeTheHigherAndSaySo(string older, string newer)
    {
        using var folder = new TemporaryFolder();
        var first = SmallRepo.Build("x");
        var later = SmallRepo.Build("x", SmallRepo.LaterRev, "later");
        await File.WriteAllBytesAsync(
            folder[older + ".car"], first.ToCar(), TestRun.Cancellation);
        await File.WriteAllBytesAsync(
            folder[newer + ".car"], later.ToCar(), TestRun.Cancellation);
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);

        var export = await pds.AskAsync("com.atproto.sync.getRepo", ("did", first.Did));
        Assert.Equal(later.ToCar(), export.Body);
        Assert.Contains(pds.Output.Error, line =>
            line.StartsWith($"passed over {folder[older + ".car"]}", StringComparison.Ordinal)
            || line.Contains(
                $"takes the place of {folder[older + ".car"]}", StringComparison.Ordinal));
        var repos = await pds.WalkAsync("com.atproto.sync.listRepos", "repos", 3);
        Assert.Single(repos);
    }

    [Test]
    public async Task SameRevOtherHead_OneOfThem_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var one = SmallRepo.Build("x", text: "one");
        var two = SmallRepo.Build("x", text: "two");
        await File.WriteAllBytesAsync(
            folder["one.car"], one.ToCar(), TestRun.Cancellation);
        await File.WriteAllBytesAsync(
            folder["two.car"], two.ToCar(), TestRun.Cancellation);
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);

        string refused = Assert.Single(
            pds.Output.Error, line => line.Contains("RevConflict", StringComparison.Ordinal));
        var served = refused.Contains("refused " + folder["two.car"], StringComparison.Ordinal)
            ? one : two;
        var export = await pds.AskAsync("com.atproto.sync.getRepo", ("did", one.Did));
        Assert.Equal(served.ToCar(), export.Body);
    }

    [Test]
    public async Task SameHeadTwice_InAnotherOrder_IsServedOnce()
    {
        using var folder = new TemporaryFolder();
        var repo = SmallRepo.Build("x");
        await File.WriteAllBytesAsync(
            folder["one.car"], repo.ToCar(), TestRun.Cancellation);
        await File.WriteAllBytesAsync(
            folder["two.car"], repo.ToCar(CarOrder.Shuffled),
            TestRun.Cancellation);
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);

        Assert.Contains("has the same head", pds.Output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("refused", pds.Output.ToString(), StringComparison.Ordinal);
    }

    [Test]
    public async Task Car_FileFolderAndPattern_AreAllTaken()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["in"]);
        Directory.CreateDirectory(folder["deep/one/cars"]);
        Directory.CreateDirectory(folder["deep/two/cars"]);
        SmallRepo.Write(folder.Location, "file");
        SmallRepo.Write(folder["in"], "folder");
        SmallRepo.Write(folder["deep/one/cars"], "pattern-1");
        SmallRepo.Write(folder["deep/two/cars"], "pattern-2");
        SmallRepo.Write(folder["deep/two/cars"], "other");
        await using var pds = await PdsProcess.StartAsync(
            "--car", folder["file.car"], "--car", folder["in"],
            "--car", folder["deep/*/cars/pattern-?.car"],
            "--car", folder["nothing.car"], "--car", folder["no*.car"]);

        await AssertServed(pds, "file", "folder", "pattern-1", "pattern-2");
        foreach (string name in (string[])["nothing.car", "no*.car"])
        {
            Assert.Contains(
                $"--car {folder[name]} names no file", pds.Output.ToString(),
                StringComparison.Ordinal);
        }
    }

    [Test]
    public async Task Car_OnlyTheVariable_IsTaken()
    {
        using var folder = new TemporaryFolder();
        SmallRepo.Write(folder.Location, "a");
        await using var pds = await PdsProcess.StartAsync(new PdsLaunch
        {
            Environment = new Dictionary<string, string> { ["PDS_CAR_DIR"] = folder.Location },
        });
        await AssertServed(pds, "a");
    }

    [Test]
    public async Task Descriptors_256ForManyRepos_Do()
    {
        using var folder = new TemporaryFolder();
        BigRepo.WriteMany(folder.Location, 300, 5, CarOrder.Shuffled, seed: 4, documents: false);
        await using var pds = await PdsProcess.StartAsync(
            new PdsLaunch { Arguments = ["--car", folder.Location], DescriptorsMax = 256 });
        var repos = await pds.WalkAsync("com.atproto.sync.listRepos", "repos", 3);
        Assert.Equal(300, repos.Count);
        string[] dids = [.. repos.Select(repo => repo.GetProperty("did").GetString()!)];

        for (ulong seed = 1; seed <= 2; seed++)
        {
            new SampleRandom(seed).Shuffle<string>(dids);
            var options = new ParallelOptions
            {
                MaxDegreeOfParallelism = 16,
                CancellationToken = TestRun.Cancellation,
            };
            await Parallel.ForEachAsync(dids, options, async (did, _) =>
            {
                var described = await pds.AskAsync("com.atproto.repo.describeRepo", ("repo", did));
                Assert.True(described.Status == 200, $"{described.Text}\n{pds.Output}");
                var export = await pds.AskAsync("com.atproto.sync.getRepo", ("did", did));
                Assert.True(export.Status == 200, $"{export.Text}\n{pds.Output}");
            });
            Assert.InRange(pds.Readings().Descriptors, 1, 256);
        }
    }

    private static async Task AssertServed(PdsProcess pds, params string[] names)
    {
        var repos = await pds.WalkAsync("com.atproto.sync.listRepos", "repos", 3);
        Assert.Equal(
            names.Select(SmallRepo.DidOf).Order(StringComparer.Ordinal),
            repos.Select(repo => repo.GetProperty("did").GetString()!)
                .Order(StringComparer.Ordinal));
    }
}
