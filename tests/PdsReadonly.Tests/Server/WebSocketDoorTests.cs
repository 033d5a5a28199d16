namespace PdsReadonly.Tests.Server;

/// <summary>
/// What requests for the event stream are told that are no handshake of a WebSocket.
/// </summary>
public sealed class WebSocketDoorTests
{
    private const string Stream = "/xrpc/com.atproto.sync.subscribeRepos";
    private const string Key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    private const string Version = "Sec-WebSocket-Version: 13";

    private readonly TestServer _server = new();

    [Test]
    [Arguments()]
    [Arguments("Upgrade: websocket")]
    [Arguments("Connection: Upgrade", Key, Version)]
    [Arguments("Upgrade: h2c", "Connection: Upgrade")]
    public void Get_NoUpgrade_Is426(params string[] headers)
    {
        var answer = _server.Ask("GET", Stream, headers);

        Assert.Equal(426, answer.Status);
        Assert.Equal(
            Answer.Refusal("UpgradeRequired", "This method is a WebSocket"), answer.Body);
        Assert.Equal("websocket", answer.Header("Upgrade"));
        Assert.Equal("keep-alive, upgrade", answer.Header("Connection"));
        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
    }

    [Test]
    public void Get_NoUpgradeAndClose_Is426AndCloses()
    {
        var answer = _server.Ask("GET", Stream, "Connection: close");
        Assert.Equal((426, "close, upgrade"), (answer.Status, answer.Header("Connection")));
    }

    [Test]
    public void Head_Is426WithoutBody()
    {
        var answer = _server.Ask("HEAD", Stream);
        Assert.Equal((426, ""), (answer.Status, answer.Body));
        Assert.Equal("websocket", answer.Header("Upgrade"));
    }

    [Test]
    [Arguments("Sec-WebSocket-Version: 8")]
    [Arguments("Sec-WebSocket-Version: 13, 8")]
    [Arguments("X-None: 1")]
    public void Get_OtherVersion_Is400AndNamesOurs(string version)
    {
        var answer = _server.Ask(
            "GET", Stream, "Upgrade: websocket", "Connection: Upgrade", Key, version);

        Assert.Equal(400, answer.Status);
        Assert.Equal(
            Answer.Refusal(
                "InvalidRequest", "Missing or invalid Sec-WebSocket-Version header"),
            answer.Body);
        Assert.Equal("13", answer.Header("Sec-WebSocket-Version"));
    }

    [Test]
    [Arguments("X-None: 1")]
    [Arguments("Sec-WebSocket-Key: short")]
    [Arguments("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=")]
    [Arguments("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZSBub25jZQ==")]
    public void Get_BadKey_Is400(string key)
    {
        var answer = _server.Ask(
            "GET", Stream, "Upgrade: websocket", "Connection: Upgrade", Version, key);

        Assert.Equal(400, answer.Status);
        Assert.Equal(
            Answer.Refusal("InvalidRequest", "Missing or invalid Sec-WebSocket-Key header"),
            answer.Body);
    }

    [Test]
    [Arguments("POST", 401)]
    [Arguments("PUT", 400)]
    [Arguments("DELETE", 400)]
    public void OtherVerb_IsRefusedAsEverywhere(string verb, int status)
    {
        var answer = _server.Ask(
            verb, Stream, "Upgrade: websocket", "Connection: Upgrade", Version, Key);
        Assert.Equal(status, answer.Status);
    }

    // RFC 9110 §7.8: a server may ignore Upgrade.
    [Test]
    [Arguments("/xrpc/com.atproto.server.describeServer", 200)]
    [Arguments("/xrpc/com.atproto.label.subscribeLabels", 501)]
    [Arguments("/nothing", 404)]
    [Arguments("/", 200)]
    public void Upgrade_Elsewhere_IsIgnored(string path, int status)
    {
        var answer = _server.Ask(
            "GET", path, "Upgrade: websocket", "Connection: Upgrade", Version, Key);
        Assert.Equal(status, answer.Status);
        Assert.Null(answer.Header("Upgrade"));
    }
}
