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

    [Theory]
    [InlineData(Known)]
    [InlineData(Known + "/")]
    [InlineData(Known + "?unknown=1&unknown=2")]
    [InlineData(Known + "/?x")]
    [InlineData(Known + "#fragment")]
    [InlineData(Known + "?x=1#fragment")]
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

    [Fact]
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

    [Theory]
    [InlineData("GET", "/xrpc/")]
    [InlineData("GET", "/xrpc//com.atproto.server.describeServer")]
    [InlineData("GET", "/xrpc/./com.atproto.server.describeServer")]
    [InlineData("GET", "/xrpc/com%2Eatproto.server.describeServer")]
    [InlineData("GET", Known + "/x")]
    [InlineData("GET", Known + ";x")]
    [InlineData("GET", "/xrpc/%ZZ")]
    [InlineData("POST", "/xrpc/")]
    [InlineData("POST", "/xrpc/_health")]
    [InlineData("POST", "/xrpc/%ZZ")]
    [InlineData("PUT", "/xrpc/%ZZ")]
    public void Handle_MalformedPath_Is400(string method, string target)
    {
        var answer = new TestServer().Ask(method, target);
        Assert.Equal(400, answer.Status);
        Assert.Equal(
            Answer.Refusal("InvalidRequest", "invalid xrpc path"), answer.Body);
    }

    [Theory]
    [InlineData("GET", "/xrpc")]
    [InlineData("GET", "/unknown")]
    [InlineData("GET", "//xrpc/com.atproto.server.describeServer")]
    [InlineData("GET", "/XRPC/com.atproto.server.describeServer")]
    [InlineData("GET", "/.well-known/oauth-protected-resource")]
    [InlineData("GET", "/.well-known/oauth-authorization-server")]
    [InlineData("PUT", "/")]
    [InlineData("DELETE", "/unknown")]
    public void Handle_OutsideOfXrpc_Is404(string method, string target)
    {
        var answer = new TestServer().Ask(method, target);
        Assert.Equal(404, answer.Status);
        Assert.Equal(Answer.Refusal("NotFound", "Not Found"), answer.Body);
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("BREW")]
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

    [Theory]
    [MemberData(nameof(Procedures))]
    public void Handle_PostOfAProcedure_Is401(string nsid)
    {
        AssertReadOnly(new TestServer().Ask("POST", "/xrpc/" + nsid));
    }

    [Theory]
    [InlineData(Known)]
    [InlineData("/xrpc/com.example.no.thing")]
    [InlineData("/xrpc/foo")]
    [InlineData("/xrpc/com.atproto.server.getSession")]
    [InlineData("/")]
    [InlineData("/unknown")]
    [InlineData("/robots.txt")]
    [InlineData("/oauth/par")]
    [InlineData("/oauth/token")]
    [InlineData("/oauth/revoke")]
    public void Handle_PostOfAnythingElse_Is401(string target)
    {
        AssertReadOnly(new TestServer().Ask("POST", target));
    }

    [Fact]
    public void Handle_PostWithAHugeBody_Is401WithoutReadingIt()
    {
        AssertReadOnly(new TestServer().Ask(
            "POST",
            "/xrpc/com.atproto.repo.createRecord",
            "Authorization: Bearer x",
            "Content-Type: application/json",
            "Content-Length: 99999999999"));
    }

    [Theory]
    [MemberData(nameof(Procedures))]
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

    [Fact]
    public void Procedures_AreAll46() => Assert.Equal(46, KnownProcedures.Nsids.Count);

    [Fact]
    public void AccountQueries_AreAll13() => Assert.Equal(13, AccountQueries.Nsids.Count);

    [Theory]
    [MemberData(nameof(WantingAccounts))]
    public void Handle_QueryThatNeedsAnAccount_Is401(string nsid)
    {
        var answer = new TestServer().Ask("GET", "/xrpc/" + nsid);
        Assert.Equal(401, answer.Status);
        Assert.Equal(
            Answer.Refusal("AuthenticationRequired", "Authentication Required"),
            answer.Body);
        Assert.Null(answer.Header("WWW-Authenticate"));
    }

    [Theory]
    [InlineData("com.atproto.label.queryLabels")]
    [InlineData("com.atproto.lexicon.resolveLexicon")]
    [InlineData("com.atproto.temp.checkHandleAvailability")]
    [InlineData("com.atproto.temp.dereferenceScope")]
    [InlineData("com.atproto.temp.fetchLabels")]
    [InlineData("com.atproto.label.subscribeLabels")]
    [InlineData("com.atproto.sync.getHostStatus")]
    [InlineData("app.bsky.actor.getProfile")]
    [InlineData("chat.bsky.convo.listConvos")]
    [InlineData("tools.ozone.moderation.queryEvents")]
    [InlineData("com.example.no.thing")]
    [InlineData("COM.atproto.server.describeServer")]
    [InlineData("foo")]
    public void Handle_MethodNotServed_Is501(string nsid)
    {
        var get = new TestServer().Ask("GET", "/xrpc/" + nsid, "atproto-proxy: did:web:x#y");
        Assert.Equal(501, get.Status);
        Assert.Equal(
            Answer.Refusal("MethodNotImplemented", "Method Not Implemented"), get.Body);

        var head = new TestServer().Ask("HEAD", "/xrpc/" + nsid);
        Assert.Equal((501, ""), (head.Status, head.Body));
    }

    [Theory]
    [InlineData(Known)]
    [InlineData("/xrpc/com.example.no.thing")]
    [InlineData("/xrpc/%ZZ")]
    [InlineData("/unknown")]
    [InlineData("/")]
    [InlineData("/.well-known/did.json")]
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

    [Fact]
    public void Handle_OptionsWithoutAskedHeaders_AllowsNoneByName()
    {
        Assert.Null(new TestServer().Ask("OPTIONS", "/").Header("Access-Control-Allow-Headers"));
    }

    [Theory]
    [InlineData("GET", Known)]
    [InlineData("GET", "/")]
    [InlineData("GET", "/unknown")]
    [InlineData("GET", "/xrpc/%ZZ")]
    [InlineData("GET", "/xrpc/_health")]
    [InlineData("POST", "/xrpc/com.atproto.repo.createRecord")]
    [InlineData("PUT", Known)]
    public void Handle_Anything_CanBeReadFromAnyPage(string method, string target)
    {
        var answer = new TestServer().Ask(method, target);
        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal("Accept-Encoding", answer.Header("Vary"));
    }

    [Theory]
    [InlineData("Content-Length: 0", "", 200)]
    [InlineData("Content-Length: 1", "x", 400)]
    [InlineData("Content-Length: 99999999999", "x", 400)]
    [InlineData("Transfer-Encoding: chunked", "0\r\n\r\n", 200)]
    [InlineData("Transfer-Encoding: chunked", "1\r\nx\r\n0\r\n\r\n", 400)]
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

    [Theory]
    [InlineData("Content-Length: 2", "{}")]
    [InlineData("Transfer-Encoding: chunked", "2\r\n{}\r\n0\r\n\r\n")]
    public void Handle_PostWithContent_Is401(string framing, string content)
    {
        AssertReadOnly(new TestServer().Send(
            "POST", "/xrpc/com.atproto.repo.createRecord", framing, content));
    }

    [Fact]
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

    [Fact]
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
