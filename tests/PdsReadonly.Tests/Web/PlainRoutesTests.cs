using PdsReadonly.Tests.Server;

namespace PdsReadonly.Tests.Web;

public sealed class PlainRoutesTests
{
    [Test]
    public void Root_Get_NamesTheSoftwareAndWhereTheApiIs()
    {
        var answer = new TestServer().Ask("GET", "/");
        Assert.Equal(200, answer.Status);
        Assert.Equal("text/plain; charset=utf-8", answer.Header("Content-Type"));
        Assert.Contains("pds-readonly", answer.Body, StringComparison.Ordinal);
        Assert.Contains("/xrpc/", answer.Body, StringComparison.Ordinal);
    }

    [Test]
    public void Robots_Get_AllowsEverything()
    {
        var answer = new TestServer().Ask("GET", "/robots.txt");
        Assert.Equal(200, answer.Status);
        Assert.Equal("text/plain; charset=utf-8", answer.Header("Content-Type"));
        Assert.Contains("User-agent: *\nAllow: /\n", answer.Body, StringComparison.Ordinal);
    }

    [Test]
    [Arguments("/")]
    [Arguments("/robots.txt")]
    [Arguments("/xrpc/_health")]
    [Arguments("/.well-known/did.json")]
    public void Head_OfEachRoute_IsTheGetWithoutItsBody(string path)
    {
        var server = new TestServer();
        var get = server.Ask("GET", path, "Host: pds.example.com");
        var head = server.Ask("HEAD", path, "Host: pds.example.com");
        Assert.Equal((200, 200, ""), (get.Status, head.Status, head.Body));
        Assert.Equal(get.Header("Content-Length"), head.Header("Content-Length"));
    }

    [Test]
    [Arguments("/xrpc/_health")]
    [Arguments("/xrpc/_health/")]
    public void Health_Well_GivesTheVersion(string path)
    {
        var answer = new TestServer().Ask("GET", path);
        Assert.Equal(200, answer.Status);
        Assert.Equal("application/json; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal("""{"version":"1.2.3"}""", answer.Body);
    }

    [Test]
    public void Health_Unwell_Is503()
    {
        var answer = new TestServer { IsHealthy = false }.Ask("GET", "/xrpc/_health");
        Assert.Equal(503, answer.Status);
        Assert.Equal("""{"version":"1.2.3","error":"Service Unavailable"}""", answer.Body);
    }

    [Test]
    public void Health_PartsMissing_SaysSoAndIsUpAllTheSame()
    {
        var answer = new TestServer { IsDegraded = true }.Ask("GET", "/xrpc/_health");
        Assert.Equal(200, answer.Status);
        Assert.Equal("""{"version":"1.2.3","status":"degraded"}""", answer.Body);
    }

    [Test]
    [Arguments("pds.example.com")]
    [Arguments("PDS.Example.Com:443")]
    public void DidDocument_OfOurHost_IsTheServices(string host)
    {
        var answer = new TestServer().Ask("GET", "/.well-known/did.json", "Host: " + host);
        Assert.Equal(200, answer.Status);
        Assert.Equal("application/json; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal(
            """
            {"@context":["https://www.w3.org/ns/did/v1"],"id":"did:web:pds.example.com",
            "service":[{"id":"#atproto_pds","type":"AtprotoPersonalDataServer",
            "serviceEndpoint":"https://pds.example.com"}]}
            """.Replace("\n", "", StringComparison.Ordinal),
            answer.Body);
    }

    [Test]
    public void DidDocument_OfAHostedDidWeb_IsTheStoredOne()
    {
        var answer = new TestServer().Ask("GET", "/.well-known/did.json", "Host: Web.test:3000");
        Assert.Equal((200, "{\"id\":\"did:web:web.test\"}"), (answer.Status, answer.Body));
    }

    [Test]
    [Arguments("other.example.com")]
    [Arguments("[::1]:3000")]
    [Arguments("127.0.0.1")]
    public void DidDocument_OfAnotherHost_Is404(string host)
    {
        var answer = new TestServer().Ask("GET", "/.well-known/did.json", "Host: " + host);
        Assert.Equal(404, answer.Status);
        Assert.Equal("""{"error":"NotFound","message":"Not Found"}""", answer.Body);
    }

    [Test]
    [Arguments("alice.test")]
    [Arguments("ALICE.TEST:3000")]
    public void AtprotoDid_OfAHandle_IsTheBareDid(string host)
    {
        var answer = new TestServer().Ask("GET", "/.well-known/atproto-did", "Host: " + host);
        Assert.Equal((200, "did:plc:alice"), (answer.Status, answer.Body));
        Assert.Equal("text/plain; charset=utf-8", answer.Header("Content-Type"));
    }

    [Test]
    [Arguments("bob.test")]
    [Arguments("localhost")]
    public void AtprotoDid_OfNobody_Is404(string host)
    {
        var answer = new TestServer().Ask("GET", "/.well-known/atproto-did", "Host: " + host);
        Assert.Equal((404, "User not found"), (answer.Status, answer.Body));
    }
}
