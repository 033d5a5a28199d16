using EndToEnd.Tests.Harness;
using Samples;

namespace EndToEnd.Tests.Archive;

/// <summary>
/// Files that change while they are served: an error or the truth, never anything else.
/// </summary>
public sealed class ChangingFileTests
{
    private const string GetRepo = "com.atproto.sync.getRepo";
    private const string GetRecord = "com.atproto.repo.getRecord";

    [Test]
    public async Task Overwrite_InPlace_GivesErrorsUntilTheFileIsGoodAgain()
    {
        using var folder = new TemporaryFolder();
        var first = SmallRepo.Build("x");
        var later = SmallRepo.Build("x", SmallRepo.LaterRev, "later");
        string path = SmallRepo.Write(folder.Location, "x");
        SmallRepo.Write(folder.Location, "other");
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);
        Assert.Equal(first.ToCar(), (await pds.AskAsync(GetRepo, ("did", first.Did))).Body);

        SmallRepo.Overwrite(path, new byte[first.ToCar().Length]);
        (await AskRecordAsync(pds)).AssertRefused(
            500, "InternalServerError", "Internal Server Error");
        await AssertTransferBreaks(pds, first.Did);
        await AssertServes(pds, SmallRepo.Build("other"));
        // What was known of it stays as it was; that the file is bad is said.
        await pds.Output.WaitForAsync($"refused {path}: ", TimeSpan.FromSeconds(30));
        Assert.Equal(first.Rev, await RevAsync(pds));

        SmallRepo.Overwrite(path, later.ToCar());
        var record = await pds.AskUntilAsync(
            answer => answer.Status == 200, GetRecord, RecordParameters("x"));
        Assert.Contains("later 0", record.Text, StringComparison.Ordinal);
        Assert.Equal(later.Rev, await RevAsync(pds));
        await AssertServes(pds, later);
    }

    [Test]
    public async Task Restored_SameBytes_AreServedAgainAtOnce()
    {
        using var folder = new TemporaryFolder();
        var repo = SmallRepo.Build("x");
        string path = SmallRepo.Write(folder.Location, "x");
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);

        SmallRepo.Overwrite(path, []);
        Assert.Equal(500, (await AskRecordAsync(pds)).Status);
        SmallRepo.Overwrite(path, repo.ToCar());
        await AssertServes(pds, repo);
        Assert.Equal(200, (await AskRecordAsync(pds)).Status);
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task Swap_ForASelfConsistentCar_IsSeenWholeOrNotAtAll(bool openBefore)
    {
        using var folder = new TemporaryFolder();
        var first = SmallRepo.Build("x");
        var later = SmallRepo.Build("x", SmallRepo.LaterRev, "later");
        string path = SmallRepo.Write(folder.Location, "x");
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);
        if (openBefore) await AssertServes(pds, first);

        await File.WriteAllBytesAsync(
            folder["new"], later.ToCar(), TestRun.Cancellation);
        File.Move(folder["new"], path, overwrite: true);
        for (int i = 0; i < 20; i++)
        {
            var record = await AskRecordAsync(pds);
            string rev = await RevAsync(pds);
            bool old = record.Text.Contains("first 0", StringComparison.Ordinal);
            bool now = record.Text.Contains("later 0", StringComparison.Ordinal);
            Assert.True(record.Status == 500 || old || now, record.Text);
            if (now) Assert.Equal(later.Rev, rev);
        }

        // Whoever holds the old file open may serve it on; who opens the new one must notice.
        if (openBefore) return;
        await pds.AskUntilAsync(
            answer => answer.Text.Contains("later 0", StringComparison.Ordinal),
            GetRecord, RecordParameters("x"));
        await AssertServes(pds, later);
    }

    [Test]
    public async Task Swap_ForTheCarOfAnotherRepo_NeverServesItUnderTheOldName()
    {
        using var folder = new TemporaryFolder();
        string path = SmallRepo.Write(folder.Location, "x");
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);
        SmallRepo.Overwrite(path, SmallRepo.Build("y", text: "foreign").ToCar());

        await pds.AskUntilAsync(
            _ => pds.Output.ToString().Contains(SmallRepo.DidOf("y"), StringComparison.Ordinal),
            GetRecord, RecordParameters("x"));
        var record = await AskRecordAsync(pds);
        Assert.DoesNotContain("foreign", record.Text, StringComparison.Ordinal);
        Assert.NotEqual(200, record.Status);
    }

    [Test]
    public async Task File_Deleted_IsAnErrorOrTheOpenFile()
    {
        using var folder = new TemporaryFolder();
        string path = SmallRepo.Write(folder.Location, "x");
        SmallRepo.Write(folder.Location, "other");
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);
        File.Delete(path);

        Assert.Equal(500, (await AskRecordAsync(pds)).Status);
        await AssertServes(pds, SmallRepo.Build("other"));
    }

    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task GetRepo_FileCutOrOverwrittenMeanwhile_BreaksTheTransfer(bool overwrite)
    {
        using var folder = new TemporaryFolder();
        string did = BigRepo.Write(folder["big.car"], 60_000, CarOrder.Shuffled, seed: 9);
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);
        using var raw = await pds.ConnectAsync();
        await raw.SendAsync(
            $"GET {PdsProcess.UrlOf(GetRepo, ("did", did))} HTTP/1.1\r\nHost: a\r\n\r\n");
        await pds.AskAsync("_health");
        if (overwrite)
        {
            SmallRepo.Overwrite(
                folder["big.car"], new byte[new FileInfo(folder["big.car"]).Length]);
        }
        else
        {
            SmallRepo.Overwrite(folder["big.car"], []);
        }

        // Cut or reset, but never at an end that looks like one.
        await Assert.ThrowsAnyAsync<IOException>(() => raw.ReadResponseAsync());
        Assert.Equal(200, (await pds.AskAsync("_health")).Status);
    }

    [Test]
    public async Task Tags_AfterANewHead_AreStale()
    {
        using var folder = new TemporaryFolder();
        string path = SmallRepo.Write(folder.Location, "x");
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);
        string url = PdsProcess.UrlOf(GetRecord, RecordParameters("x"));
        string tag = (await pds.FetchAsync(HttpMethod.Get, url)).Header("ETag")!;
        Assert.Equal(
            304, (await pds.FetchAsync(HttpMethod.Get, url, ("If-None-Match", tag))).Status);

        SmallRepo.Overwrite(path, SmallRepo.Build("x", SmallRepo.LaterRev, "later").ToCar());
        await pds.AskUntilAsync(
            answer => answer.Text.Contains("later", StringComparison.Ordinal),
            GetRecord, RecordParameters("x"));
        var fresh = await pds.FetchAsync(HttpMethod.Get, url, ("If-None-Match", tag));
        Assert.Equal(200, fresh.Status);
        Assert.NotEqual(tag, fresh.Header("ETag"));
    }

    private static (string, string)[] RecordParameters(string name) =>
        [("repo", SmallRepo.DidOf(name)), ("collection", SmallRepo.Collection), ("rkey", "k00000")];

    private static Task<PdsAnswer> AskRecordAsync(PdsProcess pds) =>
        pds.AskAsync(GetRecord, RecordParameters("x"));

    private static async Task<string> RevAsync(PdsProcess pds)
    {
        var commit = await pds.AskAsync(
            "com.atproto.sync.getLatestCommit", ("did", SmallRepo.DidOf("x")));
        return commit.Json.GetProperty("rev").GetString()!;
    }

    private static async Task AssertServes(PdsProcess pds, SampleRepo repo)
    {
        var export = await pds.AskAsync(GetRepo, ("did", repo.Did));
        Assert.True(export.Status == 200, export.Text);
        Assert.Equal(repo.ToCar(), export.Body);
    }

    private static async Task AssertTransferBreaks(PdsProcess pds, string did)
    {
        try
        {
            var export = await pds.AskAsync(GetRepo, ("did", did));
            Assert.Equal(500, export.Status);
        }
        catch (HttpRequestException)
        {
            // The answer had begun, and was cut: also right.
        }
    }
}
