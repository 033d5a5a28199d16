using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Http.Tests.Support;

namespace Http.Tests.Connections;

/// <summary>
/// The request cases of llhttp's own test suite. A case of its strict mode has to have the same
/// outcome here, apart from those listed below with the reason. All others are run for their
/// safety.
/// </summary>
public sealed partial class LlhttpCorpusTests
{
    private const string CorpusPath = "http/llhttp-requests.json";

    // Where llhttp accepts and we refuse, and why.
    private static readonly Dictionary<string, string> s_stricter = new()
    {
        ["connection.md: CRLF between requests, implicit `keep-alive`"] = TwoEmptyLines,
        ["method.md: M-SEARCH request"] = "the target * is for OPTIONS only",
        ["method.md: PRI request HTTP2"] = "the target * is for OPTIONS only",
        ["method.md: CONNECT request"] = NoTunnel,
        ["method.md: CONNECT request with CAPS"] = NoTunnel,
        ["method.md: CONNECT with body"] = NoTunnel,
        ["uri.md: Underscore in hostname"] = NoTunnel,
        ["method.md: SOURCE request with ICE"] = NotHttp,
        ["method.md: OPTIONS request with RTSP"] = NotHttp,
        ["method.md: ANNOUNCE request with RTSP"] = NotHttp,
        ["sample.md: No HTTP version"] = "HTTP/0.9 is not spoken",
        ["transfer-encoding.md: POST with `chunked` as last transfer-encoding"] = OnlyChunked,
        ["transfer-encoding.md: POST with `chunked` as last transfer-encoding (multiple headers)"] =
            OnlyChunked,
        ["uri.md: `host:port` and basic auth"] = "RFC 9110 §4.2.4: user information is an error",
    };

    // Where llhttp refuses and we accept, and why.
    private static readonly Dictionary<string, string> s_wider = new()
    {
        ["invalid.md: HTTP protocol and ANNOUNCE method"] = AnyToken,
        ["invalid.md: Invalid method"] = AnyToken,
        ["connection.md: No restart when keep-alive is off (1.0)"] = NeverLookedAt,
        ["connection.md: CRLF between requests, explicit `close`"] = NeverLookedAt,
        ["connection.md: CRLF between requests, explicit `close` followed by tab"] = NeverLookedAt,
    };

    // Where llhttp looks at each byte and we at each line: the same refusal, when the line has
    // ended.
    private static readonly HashSet<string> s_atLineEnd =
        ["invalid.md: Invalid HTTP version", "invalid.md: Invalid space after start line"];

    // This case tells the parser from outside that its requests have no content.
    private static readonly HashSet<string> s_withoutContent =
        ["content-length.md: Content-Length reset when no body is received"];

    private const string TwoEmptyLines = "one empty line before a request is forgiven, not two";
    private const string NoTunnel = "no authority form: this is no proxy";
    private const string NotHttp = "another protocol";
    private const string OnlyChunked = "the only transfer coding is chunked";
    private const string AnyToken = "a method is any token, and the handler's to refuse";
    private const string NeverLookedAt = "bytes after the last request are dropped unread";

    public static TheoryData<int, string> Names
    {
        get
        {
            var names = new TheoryData<int, string>();
            if (Corpus.Find(CorpusPath) is null) names.Add(-1, "");
            else foreach (var (index, entry) in Cases().Index()) names.Add(index, entry.Name);
            return names;
        }
    }

    [Test]
    [MethodDataSource(nameof(Names))]
    public void Advance_LlhttpCase_HasItsOutcome(int index, string name)
    {
        Skip.When(index < 0, $"no corpus: {CorpusPath}");
        var entry = Cases()[index];
        // Most cases have no Host header, without which nothing of HTTP/1.1 can be accepted.
        string bytes = WithHosts(entry.Bytes) + (s_atLineEnd.Contains(name) ? "\r\n" : "");
        var handler = new ScriptedHandler();
        using var driver = new ConnectionDriver(handler).Feed(bytes);
        bool isRefused = Refused(driver, bytes.StartsWith("HEAD ", StringComparison.Ordinal));
        if (entry.Mode != "request" || s_withoutContent.Contains(name)) return;

        bool differs = s_stricter.ContainsKey(name) || s_wider.ContainsKey(name);
        Assert.True(differs == (isRefused == entry.IsAccepted), driver.Output);
        if (differs) Assert.Equal(s_stricter.ContainsKey(name), isRefused);
        if (!isRefused && entry.IsAccepted) Assert.Equal(entry.MessageCount, handler.Seen.Count);
    }

    [Test]
    public void Lists_OfExceptions_NameCasesThatExist()
    {
        Skip.When(Corpus.Find(CorpusPath) is null, $"no corpus: {CorpusPath}");
        var names = Cases().Select(entry => entry.Name).ToHashSet();
        string[] listed =
            [.. s_stricter.Keys, .. s_wider.Keys, .. s_atLineEnd, .. s_withoutContent];
        Assert.All(listed, name => Assert.Contains(name, names));
        Assert.Equal(166, Cases().Count);
    }

    private static bool Refused(ConnectionDriver driver, bool isHead) =>
        ReceivedResponse.ReadAll(driver.Output, isHead ? [0] : [])
            .Any(response => response.Status >= 400);

    private static string WithHosts(string bytes) => RequestLineWithHeaders().Replace(
        bytes,
        match => match.Value.Contains("\r\nHost:", StringComparison.OrdinalIgnoreCase)
            ? match.Value
            : $"{match.Groups[1].Value}Host: a\r\n{match.Groups[2].Value}");

    [GeneratedRegex("([A-Z-]+ [^\\r\\n]* HTTP/1\\.1\\r\\n)((?:[^\\r\\n]+\\r\\n)*)")]
    private static partial Regex RequestLineWithHeaders();

    private static List<Case> Cases()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Corpus.Find(CorpusPath)!));
        return [.. document.RootElement.EnumerateArray().Select(element => new Case(
            element.GetProperty("name").GetString()!,
            element.GetProperty("mode").GetString()!,
            element.GetProperty("messages").GetInt32(),
            element.GetProperty("expect").GetString() == "accept",
            Encoding.Latin1.GetString(element.GetProperty("b64").GetBytesFromBase64())))];
    }

    private sealed record Case(
        string Name, string Mode, int MessageCount, bool IsAccepted, string Bytes);
}
