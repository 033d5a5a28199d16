using System.Text.Json;
using EndToEnd.Tests.Harness;
using Shared;

namespace EndToEnd.Tests.Archive;

/// <summary>Repos that nobody here made, compared with what another implementation reads.</summary>
public sealed class RealRepoTests
{
    private static readonly string[] s_names =
    [
        "bsky-app", "dnproto-01-new", "dnproto-02-login", "dnproto-03-setprofile",
        "dnproto-04-firstpost", "empty", "greenground", "jetstream", "rsky-valid", "snarfed2",
        "tiny",
    ];

    public static TheoryData<string> Names => [.. s_names];

    public static TheoryData<string, string> Refused => new()
    {
        { "repo_slice.car", "CommitLegacy" },
        { "go-car-sample-v1.car", "RootUnsupported" },
        { "ipld-carv1-basic.car", "CidMalformed" },
        { "go-car-sample-wrapped-v2.car", "VersionUnsupported" },
        { "ipld-carv2-basic.car", "VersionUnsupported" },
        { "go-car-badheaderlength.car", "LengthMalformed" },
        { "go-car-badsectionlength.car", "RootAbsent" },
    };

    [Test]
    public void Names_Listed_AreAllOfTheCorpus()
    {
        string folder = Corpus.PathOf("repos");
        var there = Directory.GetFiles(folder, "*.car").Select(Path.GetFileNameWithoutExtension);
        Assert.Equal(s_names, there.Order(StringComparer.Ordinal));
    }

    [Test]
    [MethodDataSource(nameof(Names))]
    public async Task Repo_OfTheCorpus_IsServedAsExpected(string name)
    {
        string car = Corpus.PathOf($"repos/{name}.car");
        var expected = Read(Corpus.PathOf($"repos/{name}.expected.json"));
        string did = expected.GetProperty("did").GetString()!;
        await using var pds = await PdsProcess.StartAsync("--car", car);

        var commit = await pds.AskAsync("com.atproto.sync.getLatestCommit", ("did", did));
        commit.AssertJson(
            $$"""
            {"cid":"{{expected.GetProperty("head")}}","rev":"{{expected.GetProperty("rev")}}"}
            """.ReplaceLineEndings(""));
        var described = await pds.AskAsync("com.atproto.repo.describeRepo", ("repo", did));
        string[] collections =
            [.. expected.GetProperty("collections").EnumerateObject().Select(c => c.Name)];
        Assert.Equal(
            collections,
            described.Json.GetProperty("collections").EnumerateArray().Select(c => c.GetString()));

        var values = ReadValues(name);
        var found = new List<(string Path, string Cid)>();
        foreach (string collection in collections)
        {
            var records = await pds.WalkAsync(
                "com.atproto.repo.listRecords", "records", 20,
                ("repo", did), ("collection", collection), ("limit", "100"), ("reverse", "true"));
            foreach (var record in records)
            {
                string path = record.GetProperty("uri").GetString()![$"at://{did}/".Length..];
                found.Add((path, record.GetProperty("cid").GetString()!));
                Assert.True(
                    JsonElement.DeepEquals(values[path], record.GetProperty("value")), path);
            }
        }

        var wanted = expected.GetProperty("records").EnumerateArray()
            .Select(record => (record[0].GetString()!, record[1].GetString()!));
        Assert.Equal(wanted, found);
        Assert.Equal(expected.GetProperty("count").GetInt32(), found.Count);
        await AssertSignature(pds, car);
    }

    [Test]
    [MethodDataSource(nameof(Refused))]
    public async Task File_ToBeRefused_IsNamedWithItsCauseWhileAnotherIsServed(
        string name, string code)
    {
        string path = Corpus.PathOf($"refused/{name}");
        await using var pds = await PdsProcess.StartAsync(
            "--car", path, "--car", Corpus.PathOf("repos/tiny.car"));

        Assert.Equal(code, pds.CodeOf(path));
        var repos = await pds.AskAsync("com.atproto.sync.listRepos");
        Assert.Equal(
            "did:plc:7hptvnhdyeu53xp6rz7e42iy",
            Assert.Single(repos.Json.GetProperty("repos").EnumerateArray())
                .GetProperty("did").GetString());
    }

    [Test]
    public async Task Document_OfAnotherDid_IsNotUsed()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Corpus.PathOf("repos/greenground.car"), folder["greenground.car"]);
        File.Copy(
            Corpus.PathOf("refused/document-of-another-did.did.json"),
            folder["greenground.did.json"]);
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);

        const string Did = "did:plc:kzcqyc3unb33eh5sxzsfs25z";
        var described = await pds.AskAsync("com.atproto.repo.describeRepo", ("repo", Did));
        Assert.Equal("handle.invalid", described.Json.GetProperty("handle").GetString());
        (await pds.AskAsync("com.atproto.identity.resolveDid", ("did", Did)))
            .AssertRefused(400, "DidNotFound", $"DID not found: {Did}");
        Assert.Contains(
            "greenground.did.json is not used", pds.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("signature unchecked", pds.Output.ToString(), StringComparison.Ordinal);
    }

    [Test]
    public async Task FourRevsOfOneRepo_InOneFolder_ServeTheLatest()
    {
        string folder = Path.GetDirectoryName(Corpus.PathOf("repos/tiny.car"))!;
        await using var pds = await PdsProcess.StartAsync(
            "--car", Path.Combine(folder, "dnproto-*.car"));

        const string Did = "did:plc:tyme6enconikdp7rnxkywdcg";
        var status = await pds.AskAsync("com.atproto.sync.getRepoStatus", ("did", Did));
        status.AssertJson($$"""{"did":"{{Did}}","active":true,"rev":"3malwzvrz422k"}""");
        var repos = await pds.AskAsync("com.atproto.sync.listRepos");
        Assert.Equal(1, repos.Json.GetProperty("repos").GetArrayLength());
    }

    private static async Task AssertSignature(PdsProcess pds, string car)
    {
        bool keyed = File.Exists(Path.ChangeExtension(car, ".did.json"));
        string state = keyed ? "signature valid" : "signature unchecked";
        string line = await pds.Output.WaitForAsync($"loaded {car}: ", TimeSpan.FromSeconds(10));
        Assert.EndsWith(state, line, StringComparison.Ordinal);
    }

    private static Dictionary<string, JsonElement> ReadValues(string name) =>
        File.ReadLines(Corpus.PathOf($"repos/{name}.expected.values.jsonl"))
            .Where(line => line.Length > 0)
            .Select(ReadText)
            .ToDictionary(
                line => line.GetProperty("path").GetString()!, line => line.GetProperty("value"));

    private static JsonElement Read(string path) => ReadText(File.ReadAllText(path));

    private static JsonElement ReadText(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
