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

    [Theory]
    [InlineData()]
    [InlineData("Upgrade: websocket")]
    [InlineData("Connection: Upgrade", Key, Version)]
    [InlineData("Upgrade: h2c", "Connection: Upgrade")]
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

    [Fact]
    public void Get_NoUpgradeAndClose_Is426AndCloses()
    {
        var answer = _server.Ask("GET", Stream, "Connection: close");
        Assert.Equal((426, "close, upgrade"), (answer.Status, answer.Header("Connection")));
    }

    [Fact]
    public void Head_Is426WithoutBody()
    {
        var answer = _server.Ask("HEAD", Stream);
        Assert.Equal((426, ""), (answer.Status, answer.Body));
        Assert.Equal("websocket", answer.Header("Upgrade"));
    }

    [Theory]
    [InlineData("Sec-WebSocket-Version: 8")]
    [InlineData("Sec-WebSocket-Version: 13, 8")]
    [InlineData("X-None: 1")]
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

    [Theory]
    [InlineData("X-None: 1")]
    [InlineData("Sec-WebSocket-Key: short")]
    [InlineData("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=")]
    [InlineData("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZSBub25jZQ==")]
    public void Get_BadKey_Is400(string key)
    {
        var answer = _server.Ask(
            "GET", Stream, "Upgrade: websocket", "Connection: Upgrade", Version, key);

        Assert.Equal(400, answer.Status);
        Assert.Equal(
            Answer.Refusal("InvalidRequest", "Missing or invalid Sec-WebSocket-Key header"),
            answer.Body);
    }

    [Theory]
    [InlineData("POST", 401)]
    [InlineData("PUT", 400)]
    [InlineData("DELETE", 400)]
    public void OtherVerb_IsRefusedAsEverywhere(string verb, int status)
    {
        var answer = _server.Ask(
            verb, Stream, "Upgrade: websocket", "Connection: Upgrade", Version, Key);
        Assert.Equal(status, answer.Status);
    }

    // RFC 9110 §7.8: a server may ignore Upgrade.
    [Theory]
    [InlineData("/xrpc/com.atproto.server.describeServer", 200)]
    [InlineData("/xrpc/com.atproto.label.subscribeLabels", 501)]
    [InlineData("/nothing", 404)]
    [InlineData("/", 200)]
    public void Upgrade_Elsewhere_IsIgnored(string path, int status)
    {
        var answer = _server.Ask(
            "GET", path, "Upgrade: websocket", "Connection: Upgrade", Version, Key);
        Assert.Equal(status, answer.Status);
        Assert.Null(answer.Header("Upgrade"));
    }
}
