using System.Text;
using Http.Messages;

namespace Http.Tests.Messages;

/// <summary>What a parsed head says; its refusals are in the suite of raw requests.</summary>
public sealed class RequestHeadTests
{
    [Test]
    [Arguments("GET /a/b?c=d HTTP/1.1\r\nHost: h\r\n\r\n", "/a/b", "c=d", "h")]
    [Arguments("GET / HTTP/1.1\r\nHost: h\r\n\r\n", "/", "", "h")]
    [Arguments("GET /? HTTP/1.1\r\nHost: h\r\n\r\n", "/", "", "h")]
    [Arguments("GET /a?b#c HTTP/1.1\r\nHost: h\r\n\r\n", "/a", "b", "h")]
    [Arguments("GET http://o:81/a?b HTTP/1.1\r\nHost: h\r\n\r\n", "/a", "b", "o:81")]
    [Arguments("GET http://o?b HTTP/1.1\r\nHost: h\r\n\r\n", "/", "b", "o")]
    [Arguments("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "*", "", "h")]
    [Arguments("OPTIONS http://o HTTP/1.1\r\nHost: h\r\n\r\n", "*", "", "o")]
    [Arguments("GET / HTTP/1.0\r\n\r\n", "/", "", "")]
    public void TryParse_Target_IsSplit(string text, string path, string query, string host)
    {
        var (head, bytes) = Parse(text);
        Assert.Equal(path, Encoding.Latin1.GetString(head.PathOf(bytes)));
        Assert.Equal(query, Encoding.Latin1.GetString(head.Query.Of(bytes)));
        Assert.Equal(host, Encoding.Latin1.GetString(head.Host.Of(bytes)));
    }

    [Test]
    [Arguments("GET", HttpMethod.Get)]
    [Arguments("HEAD", HttpMethod.Head)]
    [Arguments("POST", HttpMethod.Post)]
    [Arguments("PUT", HttpMethod.Put)]
    [Arguments("PATCH", HttpMethod.Patch)]
    [Arguments("DELETE", HttpMethod.Delete)]
    [Arguments("OPTIONS", HttpMethod.Options)]
    [Arguments("TRACE", HttpMethod.Other)]
    [Arguments("Get", HttpMethod.Other)]      // methods have a case
    public void TryParse_Method_IsKnownByItsExactName(string name, HttpMethod expected)
    {
        var (head, bytes) = Parse($"{name} / HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.Equal(expected, head.Method);
        Assert.Equal(name, Encoding.Latin1.GetString(head.MethodText.Of(bytes)));
    }

    [Test]
    public void Headers_FoundInAnyCase_GiveTheFirstOfSeveral()
    {
        var (head, bytes) = Parse(
            "GET / HTTP/1.1\r\nHost: h\r\nX-One: 1\r\nx-oNE: 2\r\nX-On: 3\r\n\r\n");
        int first = head.Headers.Find(bytes, "x-one"u8);
        Assert.Equal("1", Encoding.Latin1.GetString(head.Headers.Value(bytes, first)));
        int second = head.Headers.Find(bytes, "x-one"u8, first + 1);
        Assert.Equal("2", Encoding.Latin1.GetString(head.Headers.Value(bytes, second)));
        Assert.Equal(-1, head.Headers.Find(bytes, "x-one"u8, second + 1));
        Assert.Equal(-1, head.Headers.Find(bytes, "x-o"u8));
    }

    [Test]
    [Arguments("1.1", "", true)]
    [Arguments("1.1", "Connection: close\r\n", false)]
    [Arguments("1.1", "Connection: closed\r\n", true)]
    [Arguments("1.1", "Connection: ,, close ,\r\n", false)]
    [Arguments("1.0", "", false)]
    [Arguments("1.0", "Connection: keep-alive\r\n", true)]
    [Arguments("1.0", "Connection: keep-alive\r\nConnection: close\r\n", false)]
    public void KeepAlive_VersionAndOptions_Decide(string version, string header, bool expected)
    {
        var (head, _) = Parse($"GET / HTTP/{version}\r\nHost: h\r\n{header}\r\n");
        Assert.Equal(expected, head.KeepAlive);
    }

    [Test]
    public void TryParse_WithWhatFollows_SaysWhereTheHeadEnds()
    {
        const string Text = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n";
        var head = new RequestHead(new HttpLimits());
        head.Reset();

        byte[] bytes = Encoding.Latin1.GetBytes(Text + "12345GET");
        Assert.Equal(ParseStatus.Done, head.TryParse(bytes, out int length));

        Assert.Equal(Text.Length, length);
        Assert.Equal(5, head.ContentLength);
    }

    private static (RequestHead Head, byte[] Bytes) Parse(string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        var head = new RequestHead(new HttpLimits());
        head.Reset();
        Assert.Equal(ParseStatus.Done, head.TryParse(bytes, out int length));
        Assert.Equal(bytes.Length, length);
        return (head, bytes);
    }
}
