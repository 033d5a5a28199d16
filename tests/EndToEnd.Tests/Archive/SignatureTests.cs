using EndToEnd.Tests.Harness;
using Samples;

namespace EndToEnd.Tests.Archive;

/// <summary>Signatures against the keys that lie beside a CAR.</summary>
public sealed class SignatureTests
{
    [Test]
    [Arguments(SampleCurve.K256)]
    [Arguments(SampleCurve.P256)]
    public async Task Signature_OfTheDocumentsKey_IsValid(SampleCurve curve)
    {
        using var folder = new TemporaryFolder();
        using var key = SampleKey.FromSeed(curve, "mine");
        string path = Write(folder, key, key);
        await using var pds = await StartAsync(path, "--signatures", "require");

        Assert.Contains("signature valid", pds.Output.ToString(), StringComparison.Ordinal);
        await AssertServed(pds, true);
    }

    [Test]
    [Arguments("did_plc")]
    [Arguments("did:plc")]
    public async Task Document_NamedAfterTheDid_IsUsed(string prefix)
    {
        using var folder = new TemporaryFolder();
        using var key = SampleKey.FromSeed(SampleCurve.P256, "mine");
        string path = Write(folder, key, key);
        string name = SmallRepo.DidOf("signed")
            .Replace("did:plc", prefix, StringComparison.Ordinal);
        if (prefix == "did_plc") name = name.Replace(':', '_');
        File.Move(folder["repo.did.json"], folder[name + ".did.json"]);
        await using var pds = await StartAsync(path);

        Assert.Contains("signature valid", pds.Output.ToString(), StringComparison.Ordinal);
    }

    [Test]
    [Arguments(null)]
    [Arguments("historical")]
    [Arguments("require")]
    public async Task Signature_OfAnotherKey_IsRefused(string? policy)
    {
        using var folder = new TemporaryFolder();
        using var key = SampleKey.FromSeed(SampleCurve.K256, "mine");
        using var other = SampleKey.FromSeed(SampleCurve.K256, "other");
        string path = Write(folder, key, other);
        string[] options = policy is null ? [] : ["--signatures", policy];
        await using var pds = await StartAsync(path, options);

        Assert.Equal("SignatureKeyMismatch", pds.CodeOf(path));
        await AssertServed(pds, false);
    }

    [Test]
    public async Task Signature_OfAnotherKeyWhereAnyWillDo_IsServedAndMarked()
    {
        using var folder = new TemporaryFolder();
        using var key = SampleKey.FromSeed(SampleCurve.K256, "mine");
        using var other = SampleKey.FromSeed(SampleCurve.P256, "other");
        await using var pds = await StartAsync(Write(folder, key, other), "--signatures", "any");

        Assert.Contains("signature mismatch", pds.Output.ToString(), StringComparison.Ordinal);
        await AssertServed(pds, true);
    }

    [Test]
    public async Task Signature_KeyUnknown_IsServedUnlessRequired()
    {
        using var folder = new TemporaryFolder();
        using var key = SampleKey.FromSeed(SampleCurve.K256, "mine");
        string path = Write(folder, key, null);
        await using (var pds = await StartAsync(path)) await AssertServed(pds, true);

        await using var strict = await StartAsync(path, "--signatures", "require");
        Assert.Equal("SignatureUnchecked", strict.CodeOf(path));
        await AssertServed(strict, false);
    }

    [Test]
    public async Task Signature_OfAnEarlierKeyOfTheLog_IsHistorical()
    {
        using var folder = new TemporaryFolder();
        using var earlier = SampleKey.FromSeed(SampleCurve.K256, "earlier");
        using var today = SampleKey.FromSeed(SampleCurve.P256, "today");
        var log = new PlcLog(today);
        log.Add(earlier, "old.test");
        log.Add(today, "new.test");
        string path = Write(folder, earlier, today, log.Did);
        await File.WriteAllTextAsync(
            folder["repo.plc.json"], log.Json(), TestRun.Cancellation);
        await using var pds = await StartAsync(path);

        Assert.Contains("signature historical", pds.Output.ToString(), StringComparison.Ordinal);
        await AssertServed(pds, true, log.Did);
    }

    [Test]
    public async Task Log_ThatDoesNotVerify_IsNotUsed()
    {
        using var folder = new TemporaryFolder();
        using var earlier = SampleKey.FromSeed(SampleCurve.K256, "earlier");
        using var today = SampleKey.FromSeed(SampleCurve.P256, "today");
        var log = new PlcLog(today);
        log.Add(earlier, "old.test");
        log.Add(today, "new.test");
        string path = Write(folder, earlier, today, log.Did);
        string forged = log.Json().Replace("old.test", "odd.test", StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            folder["repo.plc.json"], forged, TestRun.Cancellation);
        await using var pds = await StartAsync(path);

        Assert.Equal("SignatureKeyMismatch", pds.CodeOf(path));
    }

    [Test]
    [Arguments("")]
    [Arguments("{")]
    [Arguments("[1]")]
    [Arguments("{\"id\":7}")]
    public async Task Document_Unreadable_IsNotUsedAndNamed(string document)
    {
        using var folder = new TemporaryFolder();
        using var key = SampleKey.FromSeed(SampleCurve.K256, "mine");
        string path = Write(folder, key, key);
        await File.WriteAllTextAsync(
            folder["repo.did.json"], document, TestRun.Cancellation);
        await using var pds = await StartAsync(path);

        Assert.Contains(
            "repo.did.json is not used", pds.Output.ToString(), StringComparison.Ordinal);
        await AssertServed(pds, true);
    }

    [Test]
    public async Task Commit_OfVersion2_IsServedOnlyWhenAllowed()
    {
        using var folder = new TemporaryFolder();
        var repo = SmallRepo.Build("legacy");
        byte[] commit = SampleRecord.Encode(
            ("did", repo.Did), ("rev", repo.Rev), ("data", repo.Data), ("prev", null),
            ("version", 2), ("sig", new byte[64]));
        var block = SampleBlock.Of(commit);
        byte[] car = new SampleCar([block.Cid], [block, .. repo.Car.Blocks.Skip(1)]).ToBytes();
        await File.WriteAllBytesAsync(folder["a.car"], car, TestRun.Cancellation);
        await using (var pds = await StartAsync(folder["a.car"]))
        {
            Assert.Equal("CommitLegacy", pds.CodeOf(folder["a.car"]));
        }

        await using var allowing = await StartAsync(folder["a.car"], "--allow-legacy");
        var export = await allowing.AskAsync("com.atproto.sync.getRepo", ("did", repo.Did));
        Assert.Equal(car, export.Body);
    }

    private static Task<PdsProcess> StartAsync(string car, params string[] options) =>
        PdsProcess.StartAsync(["--car", car, .. options]);

    private static async Task AssertServed(PdsProcess pds, bool served, string? did = null)
    {
        did ??= SmallRepo.DidOf("signed");
        var status = await pds.AskAsync("com.atproto.sync.getLatestCommit", ("did", did));
        Assert.Equal(served ? 200 : 400, status.Status);
    }

    private static string Write(
        TemporaryFolder folder, SampleKey signer, SampleKey? named, string? did = null)
    {
        did ??= SmallRepo.DidOf("signed");
        var repo = SampleRepo.Build(
            did, signer, SmallRepo.FirstRev,
            [("com.example.note/self", SampleRecord.Encode(("$type", "com.example.note")))]);
        File.WriteAllBytes(folder["repo.car"], repo.ToCar());
        if (named is not null)
        {
            File.WriteAllBytes(
                folder["repo.did.json"],
                SampleIdentity.Document(did, "new.test", named, "https://pds.example"));
        }

        return folder["repo.car"];
    }
}
