using EndToEnd.Tests.Harness;
using EndToEnd.Tests.Xrpc;
using Samples;

namespace EndToEnd.Tests.Web;

/// <summary>What lies outside of XRPC.</summary>
[ClassDataSource<ArchiveServer>(Shared = SharedType.PerClass)]
public sealed class PlainRouteTests(ArchiveServer server)
{
    [Test]
    public async Task Root_Asked_SaysWhatThisIs()
    {
        var answer = await server.Pds.FetchRawAsync("/");
        Assert.Equal(
            (200, "text/plain; charset=utf-8"), (answer.Status, answer.Header("Content-Type")));
        Assert.Contains("/xrpc/", answer.Text, StringComparison.Ordinal);
    }

    [Test]
    public async Task Robots_Asked_AllowsAll()
    {
        var answer = await server.Pds.FetchRawAsync("/robots.txt");
        Assert.Equal(
            (200, "text/plain; charset=utf-8"), (answer.Status, answer.Header("Content-Type")));
        Assert.Contains("User-agent: *\nAllow: /\n", answer.Text, StringComparison.Ordinal);
    }

    [Test]
    public async Task Health_Asked_IsTheVersion()
    {
        var (_, version, _) = await PublishedBinary.RunAsync("--version");
        (await server.Pds.AskAsync("_health")).AssertJson(
            $$"""{"version":"{{version.Split(' ')[1]}}"}""");
    }

    [Test]
    [Arguments("pds.example")]
    [Arguments("PDS.example:443")]
    public async Task DidDocument_OfTheService_IsOurs(string host)
    {
        var answer = await server.Pds.FetchRawAsync("/.well-known/did.json", host: host);
        Assert.Equal(200, answer.Status);
        Assert.Equal(
            """
            {"@context":["https://www.w3.org/ns/did/v1"],"id":"did:web:pds.example",
            "service":[{"id":"#atproto_pds","type":"AtprotoPersonalDataServer",
            "serviceEndpoint":"https://pds.example"}]}
            """.ReplaceLineEndings(""),
            answer.Text);
    }

    [Test]
    public async Task DidDocument_OfAnotherHost_IsNone() => Assert.Equal(
        404,
        (await server.Pds.FetchRawAsync("/.well-known/did.json", host: "else.example")).Status);

    [Test]
    [Arguments("alice.test")]
    [Arguments("ALICE.test")]
    [Arguments("alice.test:8080")]
    public async Task AtprotoDid_OfAHostedHandle_IsTheBareDid(string host)
    {
        var answer = await server.Pds.FetchRawAsync("/.well-known/atproto-did", host: host);
        Assert.Equal((200, GoldenRepo.Did), (answer.Status, answer.Text));
        Assert.Equal("text/plain; charset=utf-8", answer.Header("Content-Type"));
    }

    [Test]
    [Arguments("nobody.test")]
    [Arguments("takendown.test")]
    [Arguments("deactivated.test")]
    [Arguments("127.0.0.1")]
    [Arguments("a/../b")]
    public async Task AtprotoDid_OfAnyOtherHost_IsNotFound(string host)
    {
        var answer = await server.Pds.FetchRawAsync("/.well-known/atproto-did", host: host);
        Assert.Contains(answer.Status, (int[])[404, 400]);
        Assert.DoesNotContain("did:plc", answer.Text, StringComparison.Ordinal);
    }

    [Test]
    public async Task DidWeb_HostedHere_HasItsOwnDocument()
    {
        using var folder = new TemporaryFolder();
        using var key = SampleKey.FromSeed(SampleCurve.P256, "web");
        const string Did = "did:web:me.example";
        SampleRepo.Build(
            Did, key, "3jzfcijpj2z2a", [("com.example.thing/self", ArchiveServer.Thing("web"))])
            .WriteTo(folder.Location, "me.example");
        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);
        var answer = await pds.FetchRawAsync("/.well-known/did.json", host: "me.example");
        Assert.Equal(200, answer.Status);
        Assert.Contains($"\"id\":\"{Did}\"", answer.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await pds.AskAsync("com.atproto.sync.getHead", ("did", Did))).Status);
    }
}
