using EndToEnd.Tests.Harness;
using Samples;
using Shared;

namespace EndToEnd.Tests.Archive;

/// <summary>What lies in the data folder from one run to the next, sound or damaged.</summary>
public sealed class RestartTests
{
    private const string TinyDid = "did:plc:7hptvnhdyeu53xp6rz7e42iy";

    private static readonly string[] s_restartedRev = [SmallRepo.FirstRev, SmallRepo.LaterRev];

    [Test]
    public async Task Restart_FilesUnchanged_AreNotReadAgain()
    {
        string car = Corpus.PathOf("repos/tiny.car");
        using var data = new TemporaryFolder();
        byte[] before = await RunAsync(data, car);
        await using var pds = await StartAsync(data, car);

        Assert.Contains("1 file unchanged since the last run", pds.Output.ToString(),
            StringComparison.Ordinal);
        Assert.DoesNotContain("loaded /", pds.Output.ToString(), StringComparison.Ordinal);
        Assert.Equal(before, (await ExportAsync(pds)).Body);
    }

    [Test]
    public async Task Restart_FileChangedOrGone_IsReadAgainOrNotServed()
    {
        using var folder = new TemporaryFolder();
        using var data = new TemporaryFolder();
        foreach (string rev in s_restartedRev)
        {
            string path = SmallRepo.Write(folder.Location, "x", rev);
            await using var pds = await StartAsync(data, path);
            var status = await pds.AskAsync(
                "com.atproto.sync.getRepoStatus", ("did", SmallRepo.DidOf("x")));
            Assert.Equal(rev, status.Json.GetProperty("rev").GetString());
        }

        File.Delete(folder["x.car"]);
        await using var empty = await StartAsync(data, folder.Location);
        var repos = await empty.AskAsync("com.atproto.sync.listRepos");
        repos.AssertJson("""{"repos":[]}""");
    }

    [Test]
    public async Task Restart_FileOfTheHeadGone_ServesTheOlderOne()
    {
        using var folder = new TemporaryFolder();
        using var data = new TemporaryFolder();
        File.WriteAllBytes(folder["new.car"], SmallRepo.Build("x", SmallRepo.LaterRev).ToCar());
        SmallRepo.Write(folder.Location, "x");
        await using (var pds = await StartAsync(data, folder.Location))
        {
            Assert.Equal(SmallRepo.LaterRev, await RevAsync(pds));
        }

        File.Delete(folder["new.car"]);
        await using var again = await StartAsync(data, folder.Location);
        Assert.Equal(SmallRepo.FirstRev, await RevAsync(again));
    }

    [Test]
    public async Task Restart_Status_IsRememberedAndCanBeTakenBack()
    {
        using var folder = new TemporaryFolder();
        using var data = new TemporaryFolder();
        SmallRepo.Write(folder.Location, "x");
        string did = SmallRepo.DidOf("x");
        await using (await StartAsync(data, folder.Location, "--status", $"{did}=takendown"))
        {
        }

        await using (var pds = await StartAsync(data, folder.Location))
        {
            var answer = await pds.AskAsync("com.atproto.sync.getRepo", ("did", did));
            answer.AssertRefused(400, "RepoTakendown", $"Repo has been takendown: {did}");
        }

        await using var back = await StartAsync(data, folder.Location, "--status", $"{did}=active");
        Assert.Equal(200, (await back.AskAsync("com.atproto.sync.getRepo", ("did", did))).Status);
    }

    [Test]
    public async Task Restart_OrderOfRepos_StaysAndNewOnesComeLast()
    {
        using var folder = new TemporaryFolder();
        using var data = new TemporaryFolder();
        SmallRepo.Write(folder.Location, "m");
        string[] first = await ListAsync(data, folder);
        SmallRepo.Write(folder.Location, "a");
        SmallRepo.Write(folder.Location, "z");
        string[] second = await ListAsync(data, folder);
        Assert.Equal(first, second[..1]);
        Assert.Equal(second, await ListAsync(data, folder));
    }

    [Test]
    [Arguments("cut")]
    [Arguments("gone")]
    [Arguments("empty")]
    [Arguments("noise")]
    [Arguments("zeros")]
    [Arguments("head")]
    [Arguments("tail")]
    public async Task Index_Damaged_IsAnErrorAtMostAndThenRebuilt(string damage)
    {
        string car = Corpus.PathOf("repos/tiny.car");
        using var data = new TemporaryFolder();
        byte[] before = await RunAsync(data, car);
        Damage(Assert.Single(Directory.GetFiles(data["indexes"], "*.sqlite")), damage);
        await using var pds = await StartAsync(data, car);

        var first = await TryExportAsync(pds);
        Assert.True(
            first is null || first.Status is 500 or 503
                || first.Body.AsSpan().SequenceEqual(before));
        await pds.AskUntilAsync(
            answer => answer.Status == 200, "com.atproto.repo.listRecords",
            ("repo", TinyDid), ("collection", "app.bsky.feed.post"));
        var answer = await pds.AskUntilAsync(
            answer => answer.Status == 200, "com.atproto.repo.describeRepo", ("repo", TinyDid));
        Assert.Equal(5, answer.Json.GetProperty("collections").GetArrayLength());
        Assert.Equal(before, (await ExportAsync(pds)).Body);
    }

    [Test]
    [Arguments("noise")]
    [Arguments("empty")]
    [Arguments("cut")]
    [Arguments("head")]
    [Arguments("zeros")]
    [Arguments("tail")]
    public async Task Catalog_Damaged_IsSaidAndBegunAnew(string damage)
    {
        string car = Corpus.PathOf("repos/tiny.car");
        using var data = new TemporaryFolder();
        byte[] before = await RunAsync(data, car);
        Damage(data["catalog.sqlite"], damage);
        await using var pds = await StartAsync(data, car);

        Assert.Equal(before, (await ExportAsync(pds)).Body);
        string said = pds.Output.ToString();
        // An empty file is a new database; all else is worth a word.
        if (damage is not ("empty" or "tail"))
        {
            Assert.Contains("catalog.sqlite is not usable", said, StringComparison.Ordinal);
            Assert.Contains("begun anew", said, StringComparison.Ordinal);
        }
    }

    [Test]
    public async Task Kill_AtAnyMomentOfLoading_LeavesNothingWrong()
    {
        ulong seed = Seed();
        Console.WriteLine($"seed {seed} (PDS_TEST_SEED)");
        var random = new SampleRandom(seed);
        using var folder = new TemporaryFolder();
        using var data = new TemporaryFolder();
        var repos = new Dictionary<string, SampleRepo>();
        for (int i = 0; i < 12; i++) Write(i, generation: 0);

        for (int round = 1; round <= 20; round++)
        {
            await KillWhileLoadingAsync(data, folder, random);
            await using (var pds = await StartAsync(data, folder.Location))
            {
                await AssertServesExactly(pds, repos);
            }

            for (int i = 0; i < 3; i++) Write(random.Below(12), round);
        }

        void Write(int number, int generation)
        {
            string rev = SampleTid.Of(1_700_000_000_000_000 + generation);
            var repo = SmallRepo.Build($"r{number}", rev, $"g{generation}", 200);
            repos[repo.Did] = repo;
            File.WriteAllBytes(folder[$"r{number}.car"], repo.ToCar(CarOrder.Shuffled));
        }
    }

    private static async Task KillWhileLoadingAsync(
        TemporaryFolder data, TemporaryFolder folder, SampleRandom random)
    {
        await using var pds = await PdsProcess.StartAsync(new PdsLaunch
        {
            Arguments = ["--car", folder.Location],
            DataFolder = data.Location,
            UntilReady = false,
        });
        // Not a wait for anything: the moment is what is random.
        await Task.Delay(random.Below(60), TestRun.Cancellation);
        await pds.KillAsync();
    }

    private static async Task AssertServesExactly(
        PdsProcess pds, Dictionary<string, SampleRepo> repos)
    {
        var listed = await pds.WalkAsync("com.atproto.sync.listRepos", "repos", 3);
        Assert.Equal(
            repos.Values.Select(repo => (repo.Did, repo.CommitCid.ToString())).Order(),
            listed.Select(repo =>
                (repo.GetProperty("did").GetString()!, repo.GetProperty("head").GetString()!))
                .Order());
        foreach (var repo in repos.Values)
        {
            var export = await pds.AskAsync("com.atproto.sync.getRepo", ("did", repo.Did));
            Assert.True(repo.ToCar().AsSpan().SequenceEqual(export.Body), pds.Output.ToString());
        }
    }

    private static void Damage(string path, string damage)
    {
        byte[] bytes = File.ReadAllBytes(path);
        var random = new SampleRandom(3);
        switch (damage)
        {
            case "gone":
                File.Delete(path);
                return;
            case "cut":
                bytes = bytes[..(bytes.Length / 2)];
                break;
            case "empty":
                bytes = [];
                break;
            case "noise":
                random.Fill(bytes);
                break;
            case "zeros":
                Array.Clear(bytes);
                break;
            case "head":
                random.Fill(bytes.AsSpan(0, 64));
                break;
            case "tail":
                random.Fill(bytes.AsSpan(bytes.Length - 300));
                break;
        }

        File.WriteAllBytes(path, bytes);
    }

    private static async Task<byte[]> RunAsync(TemporaryFolder data, string car)
    {
        await using var pds = await StartAsync(data, car);
        var export = await ExportAsync(pds);
        Assert.Equal(0, await pds.StopAsync());
        return export.Body;
    }

    private static Task<PdsAnswer> ExportAsync(PdsProcess pds) =>
        pds.AskAsync("com.atproto.sync.getRepo", ("did", TinyDid));

    private static async Task<PdsAnswer?> TryExportAsync(PdsProcess pds)
    {
        try
        {
            return await ExportAsync(pds);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static async Task<string> RevAsync(PdsProcess pds)
    {
        var status = await pds.AskAsync(
            "com.atproto.sync.getRepoStatus", ("did", SmallRepo.DidOf("x")));
        return status.Json.GetProperty("rev").GetString()!;
    }

    private static async Task<string[]> ListAsync(TemporaryFolder data, TemporaryFolder folder)
    {
        await using var pds = await StartAsync(data, folder.Location);
        var repos = await pds.WalkAsync(
            "com.atproto.sync.listRepos", "repos", 9, ("limit", "1"));
        return [.. repos.Select(repo => repo.GetProperty("did").GetString()!)];
    }

    private static Task<PdsProcess> StartAsync(
        TemporaryFolder data, string car, params string[] options) =>
        PdsProcess.StartAsync(new PdsLaunch
        {
            Arguments = ["--car", car, .. options],
            DataFolder = data.Location,
        });

    private static ulong Seed() =>
        ulong.TryParse(Environment.GetEnvironmentVariable("PDS_TEST_SEED"), out ulong seed)
            ? seed
            : (ulong)Random.Shared.NextInt64();
}
