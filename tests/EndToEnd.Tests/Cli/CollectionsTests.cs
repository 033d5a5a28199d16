using System.Text;
using System.Text.Json;
using EndToEnd.Tests.Harness;
using Samples;

namespace EndToEnd.Tests.Cli;

/// <summary>pds-readonly collections, asking servers that tell the truth and others.</summary>
[ClassDataSource<CollectionsServer>(Shared = SharedType.PerClass)]
public sealed class CollectionsTests(CollectionsServer server) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static string Did => CollectionsServer.Did;

    public void Dispose() => _folder.Dispose();

    [Test]
    [Arguments("auto", "proof")]
    [Arguments("proof", "proof")]
    [Arguments("blocks", "blocks")]
    [Arguments("probe", "probe")]
    [Arguments("repo", "repo")]
    public async Task Strategy_Each_ProvesTheTruth(string strategy, string expected)
    {
        var (code, json) = await AskAsync(
            "--pds", server.Url, "--did", Did, "--strategy", strategy, "--key", server.Key.DidKey);
        Assert.Equal(0, code);
        Assert.Equal(
            "did pds commit rev signature strategy proven requests bytes collections",
            string.Join(' ', json.EnumerateObject().Select(member => member.Name)));
        Assert.Equal(Did, Text(json, "did"));
        Assert.Equal(server.Url, Text(json, "pds"));
        Assert.Equal(server.Repo.CommitCid.ToString(), Text(json, "commit"));
        Assert.Equal(server.Repo.Rev, Text(json, "rev"));
        Assert.Equal("valid", Text(json, "signature"));
        Assert.Equal(expected, Text(json, "strategy"));
        Assert.True(json.GetProperty("proven").GetBoolean());
        Assert.InRange(json.GetProperty("requests").GetInt32(), 1, 30);
        Assert.InRange(json.GetProperty("bytes").GetInt64(), 1, 2_000_000);
        Assert.Equal(CollectionsServer.Collections, List(json, "collections"));
    }

    [Test]
    [Arguments("http://0.0.0.0")]
    [Arguments("http://0.0.0.0", "--allow-private")]
    [Arguments("http://[::]")]
    [Arguments("http://[::]", "--allow-private")]
    [Arguments("http://127.0.0.1:1")]
    [Arguments("http://[::ffff:127.0.0.1]:1")]
    [Arguments("http://255.255.255.255")]
    [Arguments("http://xn--a")]
    [Arguments("http://a..b")]
    [Arguments("http://LONG")]
    [Arguments("http://LONG", "--allow-private")]
    public async Task Pds_ThatIsNoHostToBeAsked_IsSaidAndNothingAborts(
        string pds, params string[] more)
    {
        string label = new('a', 60);
        string url = pds.Replace(
            "LONG", string.Join('.', Enumerable.Repeat(label, 6)), StringComparison.Ordinal);
        var (code, output, error) = await PublishedBinary.RunAsync(
            ["collections", "--pds", url, "--did", Did, .. more]);
        Assert.InRange(code, 2, 3);
        Assert.NotEqual("", output + error);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Test]
    public async Task Describe_IsNoProof()
    {
        var (code, json) = await AskAsync(
            "--pds", server.Url, "--did", Did, "--strategy", "describe");
        Assert.Equal(1, code);
        Assert.False(json.GetProperty("proven").GetBoolean());
        Assert.Equal("claimed", Text(json, "reason"));
        Assert.Equal("unknown", Text(json, "signature"));
        Assert.Equal(
            CollectionsServer.Collections.Order(StringComparer.Ordinal),
            List(json, "collections").Order(StringComparer.Ordinal));
    }

    [Test]
    public async Task Text_HasTheCollectionsOnLinesOfTheirOwn()
    {
        var (code, output, error) = await RunAsync("--pds", server.Url, "--did", Did);
        Assert.Equal((0, ""), (code, error));
        string[] lines = output.Split('\n');
        Assert.StartsWith(
            $"proven {Did} at {server.Url}: 7 collections at rev {server.Repo.Rev}, commit "
            + $"{server.Repo.CommitCid}, signature unknown; by proof, 1 request, ",
            lines[0], StringComparison.Ordinal);
        Assert.Equal(CollectionsServer.Collections.Select(name => "  " + name), lines[1..]);
    }

    [Test]
    public async Task Account_IsLookedUp()
    {
        var (code, json) = await AskAsync(Did, "--plc-url", server.DirectoryUrl);
        Assert.Equal(0, code);
        Assert.Equal("valid", Text(json, "signature"));
        Assert.Equal(server.Url, Text(json, "pds"));
    }

    [Test]
    public async Task Key_OfAnother_ProvesNothing()
    {
        using var other = SampleKey.FromSeed(SampleCurve.K256, "other");
        var (code, json) = await AskAsync(
            "--pds", server.Url, "--did", Did, "--key", other.DidKey);
        Assert.Equal(1, code);
        Assert.Equal("invalid", Text(json, "signature"));
        Assert.Equal("signatureInvalid", Text(json, "reason"));
        Assert.False(json.GetProperty("proven").GetBoolean());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("collections").ValueKind);
    }

    [Test]
    public async Task Audit_OfTheTruth_Agrees()
    {
        var (code, json) = await AskAsync("--pds", server.Url, "--did", Did, "--audit");
        Assert.Equal(0, code);
        Assert.Empty(List(json.GetProperty("audit"), "missing"));
        Assert.Empty(List(json.GetProperty("audit"), "invented"));
    }

    [Test]
    public async Task Audit_OfALie_TellsIt()
    {
        var claimed = CollectionsServer.Collections.Skip(1).Append("com.example.lie");
        await using var liar = new TinyHost(new Dictionary<string, byte[]>
        {
            ["/xrpc/com.atproto.sync.getRepo"] = server.Repo.ToCar(),
            ["/xrpc/com.atproto.repo.describeRepo"] = Encoding.UTF8.GetBytes(
                $$"""{"did":"{{Did}}","collections":["{{string.Join("\",\"", claimed)}}"]}"""),
        });
        string[] question =
        [
            "--pds", liar.Address.AbsoluteUri, "--did", Did, "--strategy", "repo", "--audit",
        ];
        var (code, json) = await AskAsync(question);
        Assert.Equal(1, code);
        Assert.True(json.GetProperty("proven").GetBoolean());
        var audit = json.GetProperty("audit");
        Assert.Equal([CollectionsServer.Collections[0]], List(audit, "missing"));
        Assert.Equal(["com.example.lie"], List(audit, "invented"));
        var (_, text, _) = await RunAsync(question);
        Assert.Equal(
            [
                "audit: describeRepo says otherwise",
                "  missing there: " + CollectionsServer.Collections[0],
                "  invented there: com.example.lie",
            ],
            text.Split('\n')[^3..]);
    }

    [Test]
    [Arguments("proof")]
    [Arguments("blocks")]
    [Arguments("repo")]
    public async Task Proof_IsKeptAndVerifies(string strategy)
    {
        string file = _folder["proof.car"];
        var (code, _) = await AskAsync(
            "--pds", server.Url, "--did", Did, "--strategy", strategy, "--proof", file);
        Assert.Equal(0, code);
        var served = await server.Pds.AskAsync(
            "com.atproto.sync.getRepoCollections", ("did", Did));
        Assert.Equal(served.Body, File.ReadAllBytes(file));

        var (checkCode, json) = await CheckAsync(file, "--did", Did, "--key", server.Key.DidKey);
        Assert.Equal(0, checkCode);
        Assert.Equal(
            "file did commit rev signature proven collections",
            string.Join(' ', json.EnumerateObject().Select(member => member.Name)));
        Assert.Equal("valid", Text(json, "signature"));
        Assert.Equal(CollectionsServer.Collections, List(json, "collections"));
    }

    [Test]
    public async Task Check_WithoutAKey_LeavesTheSignatureOpen()
    {
        string file = await KeepAsync(("did", Did));
        var (code, output, error) = await PublishedBinary.RunAsync("collections", "--check", file);
        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith(
            $"proven {Did} by {file}: 7 collections at rev {server.Repo.Rev}, commit "
            + $"{server.Repo.CommitCid}, signature unknown\n  ",
            output, StringComparison.Ordinal);
    }

    [Test]
    public async Task Check_OfAnotherKey_IsNoProof()
    {
        using var other = SampleKey.FromSeed(SampleCurve.P256, "other");
        string file = await KeepAsync(("did", Did));
        var (code, json) = await CheckAsync(file, "--key", other.DidKey);
        Assert.Equal(
            (1, "signatureInvalid", false),
            (code, Text(json, "reason"), json.GetProperty("proven").GetBoolean()));
    }

    [Test]
    public async Task Check_OfAnotherAccount_IsRefused()
    {
        string file = await KeepAsync(("did", Did));
        var (code, json) = await CheckAsync(file, "--did", SampleIdentity.Plc("another"));
        Assert.Equal((1, "refused"), (code, Text(json, "reason")));
        Assert.StartsWith("DidMismatch", Text(json, "detail"), StringComparison.Ordinal);
    }

    [Test]
    public async Task Check_OfOnePage_IsIncomplete()
    {
        string file = await KeepAsync(("did", Did), ("limit", "2"));
        var (code, json) = await CheckAsync(file);
        Assert.Equal((1, "incomplete"), (code, Text(json, "reason")));
        Assert.Equal(CollectionsServer.Collections.Take(2), List(json, "collections"));
    }

    [Test]
    public async Task Check_CutOff_IsRefused()
    {
        string file = await KeepAsync(("did", Did));
        byte[] whole = File.ReadAllBytes(file);
        File.WriteAllBytes(file, whole[..^1]);
        var (code, output, _) = await PublishedBinary.RunAsync("collections", "--check", file);
        Assert.Equal(1, code);
        Assert.StartsWith($"refused {file}: UnexpectedEnd", output, StringComparison.Ordinal);
    }

    [Test]
    public async Task Check_NoFile_CannotRun()
    {
        var (code, output, error) = await PublishedBinary.RunAsync(
            "collections", "--check", _folder["none.car"]);
        Assert.Equal((3, ""), (code, output));
        Assert.Equal($"error: {_folder["none.car"]} cannot be read: no such file or folder", error);
    }

    [Test]
    public async Task Repo_NotThere_IsUnproven()
    {
        var (code, json) = await AskAsync(
            "--pds", server.Url, "--did", SampleIdentity.Plc("nobody"));
        Assert.Equal((1, "noRepo"), (code, Text(json, "reason")));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("commit").ValueKind);
    }

    [Test]
    public async Task Host_OnAPrivateAddress_IsNotAskedUnlessAllowed()
    {
        var (code, output, error) = await PublishedBinary.RunAsync(
            "collections", "--pds", server.Url, "--did", Did);
        Assert.Equal((3, ""), (code, output));
        Assert.Equal(
            "error: 127.0.0.1 has no public address: --allow-private asks it all the same", error);
    }

    [Test]
    public async Task Account_NotInTheDirectory_CannotRun()
    {
        string nobody = SampleIdentity.Plc("nobody");
        var (code, output, error) = await RunAsync(nobody, "--plc-url", server.DirectoryUrl);
        Assert.Equal((3, ""), (code, output));
        Assert.Equal($"error: {nobody} does not exist", error);
    }

    [Test]
    public async Task Host_ThatIsDown_CannotRun()
    {
        var host = new TinyHost(new Dictionary<string, byte[]>());
        await host.DisposeAsync();
        var (code, json) = await AskAsync(
            "--pds", host.Address.AbsoluteUri, "--did", Did, "--strategy", "repo");
        Assert.Equal((3, "unreachable"), (code, Text(json, "reason")));
    }

    private static async Task<(int Code, JsonElement Json)> AskAsync(params string[] arguments)
    {
        var (code, output, error) = await RunAsync([.. arguments, "--json"]);
        Assert.Equal("", error);
        return (code, JsonDocument.Parse(output).RootElement);
    }

    private static Task<(int ExitCode, string Out, string Error)> RunAsync(
        params string[] arguments) =>
        PublishedBinary.RunAsync(["collections", "--allow-private", .. arguments]);

    private static async Task<(int Code, JsonElement Json)> CheckAsync(
        string file, params string[] arguments)
    {
        var (code, output, error) = await PublishedBinary.RunAsync(
            ["collections", "--check", file, "--json", .. arguments]);
        Assert.Equal("", error);
        return (code, JsonDocument.Parse(output).RootElement);
    }

    private async Task<string> KeepAsync(params (string Name, string Value)[] parameters)
    {
        var answer = await server.Pds.AskAsync("com.atproto.sync.getRepoCollections", parameters);
        Assert.Equal(200, answer.Status);
        await File.WriteAllBytesAsync(_folder["proof.car"], answer.Body);
        return _folder["proof.car"];
    }

    private static string Text(JsonElement json, string name) =>
        json.GetProperty(name).GetString()!;

    private static string[] List(JsonElement json, string name) =>
        [.. json.GetProperty(name).EnumerateArray().Select(item => item.GetString()!)];
}
