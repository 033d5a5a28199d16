using System.Buffers;
using PdsReadonly.Server;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Tests.Server;

public sealed class XrpcDispatcherTests
{
    private const string Known = "/xrpc/com.atproto.server.describeServer";

    private static readonly string s_readOnly =
        Answer.Refusal("AuthenticationRequired", "This PDS is read-only");

    public static TheoryData<string> Procedures => [.. KnownProcedures.Nsids.Order()];

    public static TheoryData<string> WantingAccounts => [.. AccountQueries.Nsids.Order()];

    [Test]
    [Arguments(Known)]
    [Arguments(Known + "/")]
    [Arguments(Known + "?unknown=1&unknown=2")]
    [Arguments(Known + "/?x")]
    [Arguments(Known + "#fragment")]
    [Arguments(Known + "?x=1#fragment")]
    public void Handle_KnownQuery_RunsIt(string target)
    {
        var answer = new TestServer().Ask("GET", target);
        Assert.Equal(200, answer.Status);
        Assert.Equal("application/json; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal(
            """
            {"did":"did:web:pds.example.com","links":{},"contact":{"email":"who@example.com"},
            "availableUserDomains":[],"inviteCodeRequired":true,"blobUploadLimit":0,"readOnly":true}
            """.Replace("\n", "", StringComparison.Ordinal),
            answer.Body);
    }

    [Test]
    public void Handle_HeadOfAQuery_SendsTheHeadersOfTheGet()
    {
        var server = new TestServer();
        var get = server.Ask("GET", Known);
        var head = server.Ask("HEAD", Known);
        Assert.Equal(200, head.Status);
        Assert.Equal("", head.Body);
        Assert.Equal(get.Header("Content-Length"), head.Header("Content-Length"));
        Assert.Equal(get.Header("Content-Type"), head.Header("Content-Type"));
    }

    [Test]
    [Arguments("GET", "/xrpc/")]
    [Arguments("GET", "/xrpc//com.atproto.server.describeServer")]
    [Arguments("GET", "/xrpc/./com.atproto.server.describeServer")]
    [Arguments("GET", "/xrpc/com%2Eatproto.server.describeServer")]
    [Arguments("GET", Known + "/x")]
    [Arguments("GET", Known + ";x")]
    [Arguments("GET", "/xrpc/%ZZ")]
    [Arguments("POST", "/xrpc/")]
    [Arguments("POST", "/xrpc/_health")]
    [Arguments("POST", "/xrpc/%ZZ")]
    [Arguments("PUT", "/xrpc/%ZZ")]
    public void Handle_MalformedPath_Is400(string method, string target)
    {
        var answer = new TestServer().Ask(method, target);
        Assert.Equal(400, answer.Status);
        Assert.Equal(
            Answer.Refusal("InvalidRequest", "invalid xrpc path"), answer.Body);
    }

    [Test]
    [Arguments("GET", "/xrpc")]
    [Arguments("GET", "/unknown")]
    [Arguments("GET", "//xrpc/com.atproto.server.describeServer")]
    [Arguments("GET", "/XRPC/com.atproto.server.describeServer")]
    [Arguments("GET", "/.well-known/oauth-protected-resource")]
    [Arguments("GET", "/.well-known/oauth-authorization-server")]
    [Arguments("PUT", "/")]
    [Arguments("DELETE", "/unknown")]
    public void Handle_OutsideOfXrpc_Is404(string method, string target)
    {
        var answer = new TestServer().Ask(method, target);
        Assert.Equal(404, answer.Status);
        Assert.Equal(Answer.Refusal("NotFound", "Not Found"), answer.Body);
    }

    [Test]
    [Arguments("PUT")]
    [Arguments("DELETE")]
    [Arguments("PATCH")]
    [Arguments("BREW")]
    public void Handle_OtherVerb_Is400(string method)
    {
        foreach (string path in (string[])
            [Known, "/xrpc/com.atproto.repo.createRecord", "/xrpc/com.example.no.thing"])
        {
            var answer = new TestServer().Ask(method, path);
            Assert.Equal(400, answer.Status);
            Assert.Equal(
                Answer.Refusal("InvalidRequest", "XRPC requests only supports GET and POST"),
                answer.Body);
        }
    }

    [Test]
    [MethodDataSource(nameof(Procedures))]
    public void Handle_PostOfAProcedure_Is401(string nsid)
    {
        AssertReadOnly(new TestServer().Ask("POST", "/xrpc/" + nsid));
    }

    [Test]
    [Arguments(Known)]
    [Arguments("/xrpc/com.example.no.thing")]
    [Arguments("/xrpc/foo")]
    [Arguments("/xrpc/com.atproto.server.getSession")]
    [Arguments("/")]
    [Arguments("/unknown")]
    [Arguments("/robots.txt")]
    [Arguments("/oauth/par")]
    [Arguments("/oauth/token")]
    [Arguments("/oauth/revoke")]
    public void Handle_PostOfAnythingElse_Is401(string target)
    {
        AssertReadOnly(new TestServer().Ask("POST", target));
    }

    [Test]
    public void Handle_PostWithAHugeBody_Is401WithoutReadingIt()
    {
        AssertReadOnly(new TestServer().Ask(
            "POST",
            "/xrpc/com.atproto.repo.createRecord",
            "Authorization: Bearer x",
            "Content-Type: application/json",
            "Content-Length: 99999999999"));
    }

    [Test]
    [MethodDataSource(nameof(Procedures))]
    public void Handle_GetOfAProcedure_SaysWhichVerb(string nsid)
    {
        var get = new TestServer().Ask("GET", "/xrpc/" + nsid);
        Assert.Equal(400, get.Status);
        Assert.Equal(
            Answer.Refusal("InvalidRequest", "Incorrect HTTP method (GET) expected POST"),
            get.Body);

        var head = new TestServer().Ask("HEAD", "/xrpc/" + nsid);
        Assert.Equal((400, ""), (head.Status, head.Body));
        Assert.Equal(get.Body.Length + 1, int.Parse(head.Header("Content-Length")!));
    }

    [Test]
    public void Procedures_AreAll46() => Assert.Equal(46, KnownProcedures.Nsids.Count);

    [Test]
    public void AccountQueries_AreAll13() => Assert.Equal(13, AccountQueries.Nsids.Count);

    [Test]
    [MethodDataSource(nameof(WantingAccounts))]
    public void Handle_QueryThatNeedsAnAccount_Is401(string nsid)
    {
        var answer = new TestServer().Ask("GET", "/xrpc/" + nsid);
        Assert.Equal(401, answer.Status);
        Assert.Equal(
            Answer.Refusal("AuthenticationRequired", "Authentication Required"),
            answer.Body);
        Assert.Null(answer.Header("WWW-Authenticate"));
    }

    [Test]
    [Arguments("com.atproto.label.queryLabels")]
    [Arguments("com.atproto.lexicon.resolveLexicon")]
    [Arguments("com.atproto.temp.checkHandleAvailability")]
    [Arguments("com.atproto.temp.dereferenceScope")]
    [Arguments("com.atproto.temp.fetchLabels")]
    [Arguments("com.atproto.label.subscribeLabels")]
    [Arguments("com.atproto.sync.getHostStatus")]
    [Arguments("app.bsky.actor.getProfile")]
    [Arguments("chat.bsky.convo.listConvos")]
    [Arguments("tools.ozone.moderation.queryEvents")]
    [Arguments("com.example.no.thing")]
    [Arguments("COM.atproto.server.describeServer")]
    [Arguments("foo")]
    public void Handle_MethodNotServed_Is501(string nsid)
    {
        var get = new TestServer().Ask("GET", "/xrpc/" + nsid, "atproto-proxy: did:web:x#y");
        Assert.Equal(501, get.Status);
        Assert.Equal(
            Answer.Refusal("MethodNotImplemented", "Method Not Implemented"), get.Body);

        var head = new TestServer().Ask("HEAD", "/xrpc/" + nsid);
        Assert.Equal((501, ""), (head.Status, head.Body));
    }

    [Test]
    [Arguments(Known)]
    [Arguments("/xrpc/com.example.no.thing")]
    [Arguments("/xrpc/%ZZ")]
    [Arguments("/unknown")]
    [Arguments("/")]
    [Arguments("/.well-known/did.json")]
    public void Handle_Options_IsAPreflight(string target)
    {
        var answer = new TestServer().Ask(
            "OPTIONS", target, "Access-Control-Request-Headers: Authorization, X-Thing");
        Assert.Equal((204, ""), (answer.Status, answer.Body));
        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal(
            "GET,HEAD,PUT,PATCH,POST,DELETE", answer.Header("Access-Control-Allow-Methods"));
        Assert.Equal("Authorization, X-Thing", answer.Header("Access-Control-Allow-Headers"));
        Assert.Equal("86400", answer.Header("Access-Control-Max-Age"));
        Assert.Equal("Access-Control-Request-Headers", answer.Header("Vary"));
        Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
    }

    [Test]
    public void Handle_OptionsWithoutAskedHeaders_AllowsNoneByName()
    {
        Assert.Null(new TestServer().Ask("OPTIONS", "/").Header("Access-Control-Allow-Headers"));
    }

    [Test]
    [Arguments("GET", Known)]
    [Arguments("GET", "/")]
    [Arguments("GET", "/unknown")]
    [Arguments("GET", "/xrpc/%ZZ")]
    [Arguments("GET", "/xrpc/_health")]
    [Arguments("POST", "/xrpc/com.atproto.repo.createRecord")]
    [Arguments("PUT", Known)]
    public void Handle_Anything_CanBeReadFromAnyPage(string method, string target)
    {
        var answer = new TestServer().Ask(method, target);
        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal("Accept-Encoding", answer.Header("Vary"));
    }

    [Test]
    [Arguments("Content-Length: 0", "", 200)]
    [Arguments("Content-Length: 1", "x", 400)]
    [Arguments("Content-Length: 99999999999", "x", 400)]
    [Arguments("Transfer-Encoding: chunked", "0\r\n\r\n", 200)]
    [Arguments("Transfer-Encoding: chunked", "1\r\nx\r\n0\r\n\r\n", 400)]
    public void Handle_GetWithContent_IsRefusedUnlessEmpty(
        string framing, string content, int status)
    {
        var answer = new TestServer().Send("GET", Known, framing, content);
        Assert.Equal(status, answer.Status);
        if (status == 200) return;
        Assert.Equal(
            Answer.Refusal("InvalidRequest", "A request body was provided when none was expected"),
            answer.Body);
    }

    [Test]
    [Arguments("Content-Length: 2", "{}")]
    [Arguments("Transfer-Encoding: chunked", "2\r\n{}\r\n0\r\n\r\n")]
    public void Handle_PostWithContent_Is401(string framing, string content)
    {
        AssertReadOnly(new TestServer().Send(
            "POST", "/xrpc/com.atproto.repo.createRecord", framing, content));
    }

    [Test]
    public void Handle_RouteThrows_Is500AndHidesTheCause()
    {
        var server = new TestServer(new TestServer.Route((_, response) =>
        {
            response.AddHeader("X-Half"u8, "1"u8);
            response.Body.Write("half"u8);
            throw new InvalidOperationException("secret");
        }));

        var answer = server.Ask("GET", "/test");
        Assert.Equal(500, answer.Status);
        Assert.Equal(
            Answer.Refusal("InternalServerError", "Internal Server Error"), answer.Body);
        Assert.Null(answer.Header("X-Half"));
        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
    }

    [Test]
    public void Handle_RefusalWithADetail_IsLogged()
    {
        var server = new TestServer(new TestServer.Route((_, _) => XrpcError.Internal("secret")));
        var answer = server.Ask("GET", "/test");
        Assert.Equal(500, answer.Status);
        Assert.DoesNotContain("secret", answer.Body, StringComparison.Ordinal);
        Assert.Equal(["500 InternalServerError for /test: secret"], server.Logged);
    }

    private static void AssertReadOnly(Answer answer)
    {
        Assert.Equal(401, answer.Status);
        Assert.Equal(s_readOnly, answer.Body);
        Assert.Equal("application/json; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
        Assert.Null(answer.Header("WWW-Authenticate"));
    }
}
