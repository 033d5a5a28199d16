using System.Text;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Xrpc;

/// <summary>
/// What is refused whatever its parameters: writes, accounts, the unknown, other verbs.
/// </summary>
[ClassDataSource<ArchiveServer>(Shared = SharedType.PerClass)]
public sealed class RefusalTests(ArchiveServer server)
{
    private const string ReadOnly =
        """{"error":"AuthenticationRequired","message":"This PDS is read-only"}""";

    private static readonly string[] s_procedures =
    [
        .. Of("admin",
            "deleteAccount", "disableAccountInvites", "disableInviteCodes", "enableAccountInvites",
            "sendEmail", "updateAccountEmail", "updateAccountHandle", "updateAccountPassword",
            "updateAccountSigningKey", "updateSubjectStatus"),
        .. Of("identity",
            "refreshIdentity", "requestPlcOperationSignature", "signPlcOperation",
            "submitPlcOperation", "updateHandle"),
        .. Of("moderation", "createReport"),
        .. Of("repo",
            "applyWrites", "createRecord", "deleteRecord", "importRepo", "putRecord", "uploadBlob"),
        .. Of("server",
            "activateAccount", "confirmEmail", "createAccount", "createAppPassword",
            "createInviteCode", "createInviteCodes", "createSession", "deactivateAccount",
            "deleteAccount", "deleteSession", "refreshSession", "requestAccountDelete",
            "requestEmailConfirmation", "requestEmailUpdate", "requestPasswordReset",
            "reserveSigningKey", "resetPassword", "revokeAppPassword", "updateEmail"),
        .. Of("sync", "notifyOfUpdate", "requestCrawl"),
        .. Of("temp", "addReservedHandle", "requestPhoneVerification", "revokeAccountCredentials"),
    ];

    public static TheoryData<string> Procedures => [.. s_procedures];

    public static TheoryData<string> AccountQueries =>
    [
        .. Of("admin",
            "getAccountInfo", "getAccountInfos", "getInviteCodes", "getSubjectStatus",
            "searchAccounts"),
        .. Of("identity", "getRecommendedDidCredentials"),
        .. Of("repo", "listMissingBlobs"),
        .. Of("server",
            "checkAccountStatus", "getAccountInviteCodes", "getServiceAuth", "getSession",
            "listAppPasswords"),
        .. Of("temp", "checkSignupQueue"),
    ];

    public static TheoryData<string> Unserved =>
    [
        "com.atproto.label.queryLabels", "com.atproto.lexicon.resolveLexicon",
        "com.atproto.temp.checkHandleAvailability", "com.atproto.temp.dereferenceScope",
        "com.atproto.temp.fetchLabels", "com.atproto.label.subscribeLabels",
        "com.atproto.sync.getHostStatus",
        "com.atproto.sync.listHosts", "app.bsky.feed.getTimeline", "chat.bsky.convo.listConvos",
        "tools.ozone.server.getConfig", "com.example.never.heardOf", "foo",
    ];

    [Test]
    public void Procedures_Listed_AreAll46() => Assert.Equal(46, s_procedures.Distinct().Count());

    [Test]
    [MethodDataSource(nameof(Procedures))]
    public async Task Procedure_ByPost_IsRefusedReadOnly(string nsid)
    {
        var answer = await PostAsync($"/xrpc/{nsid}", """{"handle":"alice.test"}""");
        AssertReadOnly(answer);
    }

    [Test]
    [MethodDataSource(nameof(Procedures))]
    public async Task Procedure_ByGet_HasTheWrongVerb(string nsid)
    {
        var answer = await server.Pds.FetchAsync(HttpMethod.Get, $"/xrpc/{nsid}");
        answer.AssertRefused(400, "InvalidRequest", "Incorrect HTTP method (GET) expected POST");
        var head = await server.Pds.FetchRawAsync($"/xrpc/{nsid}", "HEAD");
        Assert.Equal(400, head.Status);
    }

    [Test]
    [MethodDataSource(nameof(AccountQueries))]
    public async Task AccountQuery_ByAnyVerb_Is401(string nsid)
    {
        var answer = await server.Pds.FetchAsync(HttpMethod.Get, $"/xrpc/{nsid}");
        answer.AssertRefused(401, "AuthenticationRequired", "Authentication Required");
        Assert.Null(answer.Header("WWW-Authenticate"));
        AssertReadOnly(await PostAsync($"/xrpc/{nsid}", ""));
    }

    [Test]
    [MethodDataSource(nameof(Unserved))]
    public async Task Unserved_ByGet_Is501AndByPostReadOnly(string nsid)
    {
        var answer = await server.Pds.FetchAsync(
            HttpMethod.Get, $"/xrpc/{nsid}", ("atproto-proxy", "did:web:a.example#bsky_appview"));
        answer.AssertRefused(501, "MethodNotImplemented", "Method Not Implemented");
        Assert.Equal(501, (await server.Pds.FetchRawAsync($"/xrpc/{nsid}", "HEAD")).Status);
        AssertReadOnly(await PostAsync($"/xrpc/{nsid}", ""));
    }

    [Test]
    [Arguments("/oauth/par")]
    [Arguments("/oauth/token")]
    [Arguments("/oauth/revoke")]
    [Arguments("/")]
    [Arguments("/nowhere")]
    [Arguments("/xrpc")]
    [Arguments("/xrpc/com.atproto.sync.getRepo")]
    [Arguments("/.well-known/did.json")]
    [Arguments("/robots.txt")]
    public async Task Post_Anywhere_IsRefusedReadOnly(string path) =>
        AssertReadOnly(await PostAsync(path, "a=b"));

    [Test]
    public async Task Post_MalformedPath_Is400() =>
        (await PostAsync("/xrpc/_health", "")).AssertRefused(
            400, "InvalidRequest", "invalid xrpc path");

    [Test]
    public async Task Post_LargeContent_IsAnsweredAllTheSame()
    {
        using var raw = await server.Pds.ConnectAsync();
        await raw.SendAsync(
            "POST /xrpc/com.atproto.repo.uploadBlob HTTP/1.1\r\nHost: a\r\n"
            + "Content-Length: 50000000\r\n\r\n" + new string('x', 100_000));
        var response = await raw.ReadResponseAsync();
        Assert.Equal(401, response.Status);
        Assert.Equal(ReadOnly, response.Text);
    }

    [Test]
    public async Task Post_ExpectContinue_IsAnsweredAtOnce()
    {
        using var raw = await server.Pds.ConnectAsync();
        await raw.SendAsync(
            "POST /xrpc/com.atproto.repo.uploadBlob HTTP/1.1\r\nHost: a\r\n"
            + "Expect: 100-continue\r\nContent-Length: 50000000\r\n\r\n");
        Assert.Equal(401, (await raw.ReadResponseAsync()).Status);
    }

    [Test]
    [Arguments("PUT")]
    [Arguments("DELETE")]
    [Arguments("PATCH")]
    public async Task Verb_XrpcDoesNotHave_Is400(string verb)
    {
        string[] nsids = ["com.atproto.sync.getRepo", "com.atproto.repo.putRecord", "a.b.c"];
        foreach (string nsid in nsids)
        {
            var answer = await server.Pds.FetchAsync(new HttpMethod(verb), $"/xrpc/{nsid}");
            answer.AssertRefused(
                400, "InvalidRequest", "XRPC requests only supports GET and POST");
        }

        Assert.Equal(404, (await server.Pds.FetchAsync(new HttpMethod(verb), "/nowhere")).Status);
    }

    [Test]
    [Arguments("5\r\n\r\nhello", 400)]
    [Arguments("0\r\n\r\n", 200)]
    public async Task Get_WithContent_IsRefusedUnlessEmpty(string content, int status)
    {
        using var raw = await server.Pds.ConnectAsync();
        await raw.SendAsync(
            "GET /xrpc/com.atproto.sync.listRepos HTTP/1.1\r\nHost: a\r\n"
            + "Content-Length: " + content);
        var response = await raw.ReadResponseAsync();
        Assert.Equal(status, response.Status);
        if (status == 400)
        {
            Assert.Contains(
                "A request body was provided when none was expected", response.Text,
                StringComparison.Ordinal);
        }
    }

    [Test]
    [Arguments("0\r\n\r\n", 200)]
    [Arguments("2\r\nhi\r\n0\r\n\r\n", 400)]
    public async Task Get_WithChunks_IsRefusedUnlessEmpty(string chunks, int status)
    {
        using var raw = await server.Pds.ConnectAsync();
        await raw.SendAsync(
            "GET /xrpc/com.atproto.sync.listRepos HTTP/1.1\r\nHost: a\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n" + chunks);
        Assert.Equal(status, (await raw.ReadResponseAsync()).Status);
    }

    [Test]
    [Arguments("Bearer nonsense")]
    [Arguments("Basic YTpi")]
    [Arguments("Foo")]
    public async Task Authorization_OfAnyKind_IsIgnored(string credentials)
    {
        var answer = await server.Pds.FetchAsync(
            HttpMethod.Get,
            PdsProcess.UrlOf("com.atproto.sync.getHead", ("did", Samples.GoldenRepo.Did)),
            ("Authorization", credentials));
        Assert.Equal(200, answer.Status);
    }

    private static IEnumerable<string> Of(string group, params string[] names) =>
        names.Select(name => $"com.atproto.{group}.{name}");

    private static void AssertReadOnly(PdsAnswer answer)
    {
        Assert.Equal((401, ReadOnly), (answer.Status, answer.Text));
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
        Assert.Null(answer.Header("WWW-Authenticate"));
    }

    private async Task<PdsAnswer> PostAsync(string path, string content)
    {
        using var body = new StringContent(content, Encoding.UTF8, "application/json");
        return await PdsAnswer.ReadAsync(
            await server.Pds.Client.PostAsync(new Uri(path, UriKind.Relative), body));
    }
}
