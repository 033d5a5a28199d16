using Http.Messages;

namespace Http.Tests.Support;

/// <summary>The hostile suite: raw requests, each with the one outcome it may have.</summary>
internal static class RawRequests
{
    private const string Host = "Host: a\r\n";
    private const string Get = "GET / HTTP/1.1\r\n" + Host;
    private const string Post = "POST / HTTP/1.1\r\n" + Host;
    private const string Chunked = Post + "Transfer-Encoding: chunked\r\n\r\n";
    private const string End = "\r\n";
    private const string WithContinue = Post + "Expect: 100-continue\r\nContent-Length: ";
    private const string ChunkedField = "Transfer-Encoding: chunked\r\n";

    internal static IReadOnlyList<RawRequest> All { get; } =
    [
        .. Accepted(),
        .. RequestLines(), .. Targets(), .. Lines(), .. Headers(), .. Hosts(),
        .. Lengths(), .. TransferEncodings(), .. Chunks(), .. Expectations(), .. Limits(),
    ];

    private static IEnumerable<RawRequest> Accepted() =>
    [
        Seen("plain", Get + End, "GET / 0"),
        Seen("query", "GET /a/b?c=d&e HTTP/1.1\r\n" + Host + End, "GET /a/b?c=d&e 0"),
        Seen("second question mark", "GET /a?b?c HTTP/1.1\r\n" + Host + End, "GET /a?b?c 0"),
        Seen("percent escapes stay", "GET /%2e%2E/%ZZ HTTP/1.1\r\n" + Host + End,
            "GET /%2e%2E/%ZZ 0"),
        Seen("dots stay", "GET /./../x HTTP/1.1\r\n" + Host + End, "GET /./../x 0"),
        Seen("two slashes stay", "GET //x HTTP/1.1\r\n" + Host + End, "GET //x 0"),
        Seen("quotes and bars", "GET /\"|\\^`{}<> HTTP/1.1\r\n" + Host + End, "GET /\"|\\^`{}<> 0"),
        Seen("fragment dropped", "GET /a?b#c?d HTTP/1.1\r\n" + Host + End, "GET /a?b 0"),
        Seen("fragment before query", "GET /a#c?d HTTP/1.1\r\n" + Host + End, "GET /a 0"),
        Seen("one empty line before", "\r\n" + Get + End, "GET / 0"),
        Seen("other method", "BREW /pot HTTP/1.1\r\n" + Host + End, "BREW /pot 0"),
        Seen("method case kept", "get / HTTP/1.1\r\n" + Host + End, "get / 0"),
        Seen("method of odd token bytes", "!#$%&'*+-.^_`|~ / HTTP/1.1\r\n" + Host + End,
            "!#$%&'*+-.^_`|~ / 0"),
        Seen("delete", "DELETE /x HTTP/1.1\r\n" + Host + End, "DELETE /x 0"),
        Seen("minor version above ours", "GET / HTTP/1.9\r\n" + Host + End, "GET / 0"),
        Seen("absolute", "GET http://b/x?y HTTP/1.1\r\n" + Host + End, "GET /x?y 0"),
        Seen("absolute https upper case", "GET HTTPS://b:8/x HTTP/1.1\r\n" + Host + End,
            "GET /x 0"),
        Seen("absolute without path", "GET http://b HTTP/1.1\r\n" + Host + End, "GET / 0"),
        Seen("absolute with query only", "GET http://b?q HTTP/1.1\r\n" + Host + End, "GET /?q 0"),
        Seen("options star", "OPTIONS * HTTP/1.1\r\n" + Host + End, "OPTIONS * 0"),
        Seen("options absolute without path", "OPTIONS http://b HTTP/1.1\r\n" + Host + End,
            "OPTIONS * 0"),
        Seen("options path", "OPTIONS /x HTTP/1.1\r\n" + Host + End, "OPTIONS /x 0"),
        Seen("empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / 0"),
        Seen("host with port", "GET / HTTP/1.1\r\nHost: a.example:8080\r\n\r\n", "GET / 0"),
        Seen("host with empty port", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n", "GET / 0"),
        Seen("host IPv6", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET / 0"),
        Seen("host IPvFuture", "GET / HTTP/1.1\r\nHost: [v1.a:b]\r\n\r\n", "GET / 0"),
        Seen("host underscore", "GET / HTTP/1.1\r\nHost: a_b\r\n\r\n", "GET / 0"),
        Seen("host escaped", "GET / HTTP/1.1\r\nHost: %41\r\n\r\n", "GET / 0"),
        Seen("host name in any case", "GET / HTTP/1.1\r\nhOsT: a\r\n\r\n", "GET / 0"),
        Seen("no space after colon", "GET / HTTP/1.1\r\nHost:a\r\n\r\n", "GET / 0"),
        Seen("tabs and spaces around a value", "GET / HTTP/1.1\r\nHost:\t a \t\r\n\r\n", "GET / 0"),
        Seen("empty header value", Get + "X:\r\n" + End, "GET / 0"),
        Seen("bytes above ASCII in a value", Get + "X: \u00FF\u00E9\r\n" + End, "GET / 0"),
        Seen("colons in a value", Get + "X: a:b:c\r\n" + End, "GET / 0"),
        Seen("content of 3", Post + "Content-Length: 3\r\n\r\nabc", "POST / 3"),
        Seen("content of 0", Post + "Content-Length: 0\r\n\r\n", "POST / 0"),
        Seen("zeros before a length", Post + "Content-Length: 003\r\n\r\nabc", "POST / 3"),
        Seen("content like a request", Post + "Content-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n",
            "POST / 18"),
        Seen("get with content", Get + "Content-Length: 2\r\n\r\nab", "GET / 2"),
        Seen("chunked empty", Chunked + "0\r\n\r\n", "POST / 0"),
        Seen("chunked", Chunked + "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", "POST / 13"),
        Seen("chunked upper case", Post + "Transfer-Encoding: CHUNKED\r\n\r\n1\r\nx\r\n0\r\n\r\n",
            "POST / 1"),
        Seen("chunk size with zeros", Chunked + "0003\r\nabc\r\n000\r\n\r\n", "POST / 3"),
        Seen("chunk extensions", Chunked + "3;a;b=c;d=\"e\\\"f;\"\r\nabc\r\n0;z\r\n\r\n",
            "POST / 3"),
        Seen("trailers", Chunked + "1\r\nx\r\n0\r\nA: b\r\nC:\r\n\r\n", "POST / 1"),
        Seen("content sent without waiting", WithContinue + "1\r\n\r\nx",
            "POST / 1"),
        Seen("expectation without content", Get + "Expect: 100-Continue\r\n" + End, "GET / 0"),
        Seen("unknown upgrade", Get + "Connection: upgrade\r\nUpgrade: x\r\n" + End, "GET / 0"),
        Seen("keep-alive said", Get + "Connection: keep-alive\r\n" + End, "GET / 0"),
        Seen("1.0 keep-alive", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET / 0"),
        Seen("1.0 keep-alive in a list", "GET / HTTP/1.0\r\nConnection: x,\tkeep-alive ,\r\n\r\n",
            "GET / 0"),
        Seen("head", "HEAD /x HTTP/1.1\r\n" + Host + End, "HEAD /x 0"),
        Last("1.0", "GET / HTTP/1.0\r\n\r\n", "GET / 0"),
        Last("1.0 with host", "GET / HTTP/1.0\r\n" + Host + End, "GET / 0"),
        Last("1.0 expectation ignored",
            "POST / HTTP/1.0\r\nExpect: x\r\nContent-Length: 1\r\n\r\na",
            "POST / 1"),
        Last("close", Get + "Connection: close\r\n" + End, "GET / 0"),
        Last("close in a list", Get + "Connection: a, CLOSE\r\n" + End, "GET / 0"),
        Last("close beats keep-alive",
            Get + "Connection: keep-alive\r\nConnection: close\r\n" + End,
            "GET / 0"),
        Last("1.0 close and keep-alive", "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
            "GET / 0"),
        Last("content too long to drain", Post + "Content-Length: 1001\r\n\r\nabc", "POST / 1001"),
        Last("very long content", Post + "Content-Length: 9223372036854775807\r\n\r\n",
            "POST / 9223372036854775807"),
        Last("chunk too long to drain", Chunked + "3\r\nabc\r\n3e6\r\nabc", "POST / 1001"),
        Last("long content with expectation", WithContinue + "1001\r\n\r\n",
            "POST / 1001"),
    ];

    private static IEnumerable<RawRequest> RequestLines() =>
    [
        Refused("space first", " GET / HTTP/1.1\r\n" + Host + End, RequestRejection.MethodInvalid),
        Refused("second empty line before", "\r\n\r\n" + Get + End,
            RequestRejection.RequestLineInvalid),
        Refused("TLS hello", "\u0016\u0003\u0001\u0002\u0000", RequestRejection.MethodInvalid),
        Refused("method with at sign", "G@T / HTTP/1.1\r\n" + Host + End,
            RequestRejection.MethodInvalid),
        Refused("method above ASCII", "G\u00C9T / HTTP/1.1\r\n" + Host + End,
            RequestRejection.MethodInvalid),
        Refused("NUL in method", "GE\0T / HTTP/1.1\r\n" + Host + End,
            RequestRejection.MethodInvalid),
        Refused("tab after method", "GET\t/ HTTP/1.1\r\n" + Host + End,
            RequestRejection.MethodInvalid),
        Refused("two spaces after method", "GET  / HTTP/1.1\r\n" + Host + End,
            RequestRejection.RequestLineInvalid),
        Refused("two spaces after target", "GET /  HTTP/1.1\r\n" + Host + End,
            RequestRejection.VersionInvalid),
        Refused("method alone", "GET\r\n" + Host + End, RequestRejection.RequestLineInvalid),
        Refused("no version", "GET /\r\n\r\n", RequestRejection.RequestLineInvalid),
        Refused("empty version", "GET / \r\n\r\n", RequestRejection.VersionInvalid),
        Refused("space after version", "GET / HTTP/1.1 \r\n" + Host + End,
            RequestRejection.VersionInvalid),
        Refused("lower-case version", "GET / http/1.1\r\n" + Host + End,
            RequestRejection.VersionInvalid),
        Refused("version without minor", "GET / HTTP/1\r\n" + Host + End,
            RequestRejection.VersionInvalid),
        Refused("version with comma", "GET / HTTP/1,1\r\n" + Host + End,
            RequestRejection.VersionInvalid),
        Refused("version with long minor", "GET / HTTP/1.10\r\n" + Host + End,
            RequestRejection.VersionInvalid),
        Refused("other protocol", "GET / ICE/1.0\r\n" + Host + End,
            RequestRejection.VersionInvalid),
        Refused("version 0.9", "GET / HTTP/0.9\r\n" + Host + End,
            RequestRejection.VersionUnsupported),
        Refused("version 2.0", "GET / HTTP/2.0\r\n" + Host + End,
            RequestRejection.VersionUnsupported),
        Refused("version 2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            RequestRejection.VersionUnsupported),
    ];

    private static IEnumerable<RawRequest> Targets() =>
    [
        Refused("space in target", "GET /a b HTTP/1.1\r\n" + Host + End,
            RequestRejection.VersionInvalid),
        Refused("tab in target", "GET /a\tb HTTP/1.1\r\n" + Host + End,
            RequestRejection.TargetInvalid),
        Refused("NUL in target", "GET /a\0b HTTP/1.1\r\n" + Host + End,
            RequestRejection.TargetInvalid),
        Refused("DEL in target", "GET /a\u007F HTTP/1.1\r\n" + Host + End,
            RequestRejection.TargetInvalid),
        Refused("UTF-8 in target", "GET /\u00C3\u00A9 HTTP/1.1\r\n" + Host + End,
            RequestRejection.TargetInvalid),
        Refused("no slash first", "GET a HTTP/1.1\r\n" + Host + End,
            RequestRejection.TargetFormInvalid),
        Refused("query only", "GET ?a HTTP/1.1\r\n" + Host + End,
            RequestRejection.TargetFormInvalid),
        Refused("star with GET", "GET * HTTP/1.1\r\n" + Host + End,
            RequestRejection.TargetFormInvalid),
        Refused("star and more", "OPTIONS *x HTTP/1.1\r\n" + Host + End,
            RequestRejection.TargetFormInvalid),
        Refused("authority form", "CONNECT a:443 HTTP/1.1\r\n" + Host + End,
            RequestRejection.TargetFormInvalid),
        Refused("CONNECT with a path", "CONNECT / HTTP/1.1\r\n" + Host + End,
            RequestRejection.TargetFormInvalid),
        Refused("authority with GET", "GET a:80 HTTP/1.1\r\n" + Host + End,
            RequestRejection.TargetFormInvalid),
        Refused("other scheme", "GET ftp://a/ HTTP/1.1\r\n" + Host + End,
            RequestRejection.TargetFormInvalid),
        Refused("scheme without slashes", "GET http:a HTTP/1.1\r\n" + Host + End,
            RequestRejection.TargetFormInvalid),
        Refused("absolute without host", "GET http:///x HTTP/1.1\r\n" + Host + End,
            RequestRejection.HostInvalid),
        Refused("absolute with user", "GET http://u@a/ HTTP/1.1\r\n" + Host + End,
            RequestRejection.HostInvalid),
        Refused("absolute with port only", "GET http://:80/ HTTP/1.1\r\n" + Host + End,
            RequestRejection.HostInvalid),
        Refused("absolute without Host header", "GET http://a/ HTTP/1.1\r\n\r\n",
            RequestRejection.HostMissing),
    ];

    private static IEnumerable<RawRequest> Lines() =>
    [
        Refused("LF after request line", "GET / HTTP/1.1\n" + Host + End,
            RequestRejection.BareLineFeed),
        Refused("LF after header", "GET / HTTP/1.1\r\nHost: a\n\r\n",
            RequestRejection.BareLineFeed),
        Refused("LF ends head", Get + "\n", RequestRejection.BareLineFeed),
        Refused("LF only", "GET / HTTP/1.1\nHost: a\n\n", RequestRejection.BareLineFeed),
        Refused("LF in value", Get + "X: a\nY: b\r\n" + End, RequestRejection.BareLineFeed),
        Refused("LF before request", "\n" + Get + End, RequestRejection.BareLineFeed),
        Refused("CR after request line", "GET / HTTP/1.1\r" + Host + End,
            RequestRejection.BareCarriageReturn),
        Refused("CR in value", Get + "X: a\rY: b\r\n" + End, RequestRejection.BareCarriageReturn),
        Refused("CR CR LF", Get + "X: a\r\r\n" + End, RequestRejection.BareCarriageReturn),
        Refused("CR in name", Get + "X\rY: b\r\n" + End, RequestRejection.BareCarriageReturn),
        Refused("CR ends head", Get + "\rX", RequestRejection.BareCarriageReturn),
        Refused("CR in target", "GET /\r HTTP/1.1\r\n" + Host + End,
            RequestRejection.BareCarriageReturn),
    ];

    private static IEnumerable<RawRequest> Headers() =>
    [
        Refused("folded header", Get + "X: a\r\n b\r\n" + End, RequestRejection.FoldedHeader),
        Refused("folded with tab", Get + "X: a\r\n\tb\r\n" + End, RequestRejection.FoldedHeader),
        Refused("space before first header", "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
            RequestRejection.FoldedHeader),
        Refused("line of a space", Get + " \r\n" + End, RequestRejection.FoldedHeader),
        Refused("space before colon", Get + "X : a\r\n" + End, RequestRejection.SpaceBeforeColon),
        Refused("tab before colon", Get + "Content-Length\t: 1\r\n" + End,
            RequestRejection.SpaceBeforeColon),
        Refused("space in name", Get + "X Y: a\r\n" + End, RequestRejection.HeaderNameInvalid),
        Refused("no colon", Get + "X\r\n" + End, RequestRejection.HeaderNameInvalid),
        Refused("no name", Get + ": a\r\n" + End, RequestRejection.HeaderNameInvalid),
        Refused("NUL in name", Get + "X\0: a\r\n" + End, RequestRejection.HeaderNameInvalid),
        Refused("bytes above ASCII in name", Get + "X\u00E9: a\r\n" + End,
            RequestRejection.HeaderNameInvalid),
        Refused("brackets in name", Get + "X[1]: a\r\n" + End, RequestRejection.HeaderNameInvalid),
        Refused("NUL in value", Get + "X: a\0b\r\n" + End, RequestRejection.HeaderValueInvalid),
        Refused("bell in value", Get + "X: \u0007\r\n" + End, RequestRejection.HeaderValueInvalid),
        Refused("DEL in value", Get + "X: \u007F\r\n" + End, RequestRejection.HeaderValueInvalid),
        Refused("vertical tab before value", Get + "X:\u000Ba\r\n" + End,
            RequestRejection.HeaderValueInvalid),
    ];

    private static IEnumerable<RawRequest> Hosts() =>
    [
        Refused("no host", "GET / HTTP/1.1\r\n\r\n", RequestRejection.HostMissing),
        Refused("two hosts", Get + "Host: b\r\n" + End, RequestRejection.HostRepeated),
        Refused("two equal hosts", Get + Host + End, RequestRejection.HostRepeated),
        Refused("two hosts in 1.0", "GET / HTTP/1.0\r\n" + Host + Host + End,
            RequestRejection.HostRepeated),
        Refused("host list", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", RequestRejection.HostInvalid),
        Refused("host with path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
            RequestRejection.HostInvalid),
        Refused("host with user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n",
            RequestRejection.HostInvalid),
        Refused("host with letters for port", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n",
            RequestRejection.HostInvalid),
        Refused("host with port too high", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n",
            RequestRejection.HostInvalid),
        Refused("host with two ports", "GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n",
            RequestRejection.HostInvalid),
        Refused("host unclosed", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
            RequestRejection.HostInvalid),
        Refused("host empty brackets", "GET / HTTP/1.1\r\nHost: []\r\n\r\n",
            RequestRejection.HostInvalid),
        Refused("host letters in brackets", "GET / HTTP/1.1\r\nHost: [xyz]\r\n\r\n",
            RequestRejection.HostInvalid),
        Refused("host text after brackets", "GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n",
            RequestRejection.HostInvalid),
        Refused("host broken escape", "GET / HTTP/1.1\r\nHost: %4\r\n\r\n",
            RequestRejection.HostInvalid),
        Refused("host above ASCII", "GET / HTTP/1.1\r\nHost: \u00E9\r\n\r\n",
            RequestRejection.HostInvalid),
        Refused("bad host in 1.0", "GET / HTTP/1.0\r\nHost: a b\r\n\r\n",
            RequestRejection.HostInvalid),
    ];

    private static IEnumerable<RawRequest> Lengths() =>
    [
        Refused("empty length", Length(""), RequestRejection.ContentLengthInvalid),
        Refused("plus before length", Length("+3"), RequestRejection.ContentLengthInvalid),
        Refused("negative length", Length("-1"), RequestRejection.ContentLengthInvalid),
        Refused("hexadecimal length", Length("0x3"), RequestRejection.ContentLengthInvalid),
        Refused("fraction", Length("3.0"), RequestRejection.ContentLengthInvalid),
        Refused("space in length", Length("1 2"), RequestRejection.ContentLengthInvalid),
        Refused("list of lengths", Length("3, 3"), RequestRejection.ContentLengthInvalid),
        Refused("digits above ASCII", Length("\u00B3"), RequestRejection.ContentLengthInvalid),
        Refused("length over 63 bits", Length("9223372036854775808"),
            RequestRejection.ContentLengthInvalid),
        Refused("length over 64 bits", Length("18446744073709551619"),
            RequestRejection.ContentLengthInvalid),
        Refused("two lengths", Post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
            RequestRejection.ContentLengthRepeated),
        Refused("two equal lengths", Post + "Content-Length: 3\r\ncontent-length: 3\r\n\r\nabc",
            RequestRejection.ContentLengthRepeated),
    ];

    private static IEnumerable<RawRequest> TransferEncodings() =>
    [
        Refused("length and chunked",
            Post + "Content-Length: 3\r\n" + ChunkedField + "\r\n0\r\n\r\n",
            RequestRejection.ContentLengthWithTransferEncoding),
        Refused("chunked and length", Post + ChunkedField + "Content-Length: 0\r\n\r\n0\r\n\r\n",
            RequestRejection.ContentLengthWithTransferEncoding),
        Refused("length and identity",
            Post + "Content-Length: 3\r\nTransfer-Encoding: identity\r\n\r\nabc",
            RequestRejection.ContentLengthWithTransferEncoding),
        Refused("gzip", Coding("gzip"), RequestRejection.TransferCodingUnsupported),
        Refused("gzip and chunked", Coding("gzip, chunked"),
            RequestRejection.TransferCodingUnsupported),
        Refused("chunked and gzip", Coding("chunked, gzip"),
            RequestRejection.TransferCodingUnsupported),
        Refused("chunked twice in a list", Coding("chunked, chunked"),
            RequestRejection.TransferCodingUnsupported),
        Refused("identity", Coding("identity"), RequestRejection.TransferCodingUnsupported),
        Refused("empty coding", Coding(""), RequestRejection.TransferCodingUnsupported),
        Refused("xchunked", Coding("xchunked"), RequestRejection.TransferCodingUnsupported),
        Refused("quoted chunked", Coding("\"chunked\""),
            RequestRejection.TransferCodingUnsupported),
        Refused("chunked with parameter", Coding("chunked;a=b"),
            RequestRejection.TransferCodingUnsupported),
        Refused("vertical tab before chunked", Coding("\u000Bchunked"),
            RequestRejection.HeaderValueInvalid),
        Refused("two codings", Post + ChunkedField + "Transfer-Encoding: identity\r\n\r\n",
            RequestRejection.TransferEncodingRepeated),
        Refused("chunked twice", Post + ChunkedField + ChunkedField + End,
            RequestRejection.TransferEncodingRepeated),
        Refused("chunked in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            RequestRejection.TransferEncodingInOldVersion),
    ];

    private static IEnumerable<RawRequest> Chunks() =>
    [
        Refused("chunk size missing", Chunked + "\r\n", RequestRejection.ChunkSizeInvalid),
        Refused("chunk size no digit", Chunked + "g\r\n", RequestRejection.ChunkSizeInvalid),
        Refused("chunk size with prefix", Chunked + "0x1\r\nx\r\n",
            RequestRejection.ChunkSizeInvalid),
        Refused("negative chunk size", Chunked + "-1\r\n", RequestRejection.ChunkSizeInvalid),
        Refused("space before chunk size", Chunked + " 1\r\nx\r\n",
            RequestRejection.ChunkSizeInvalid),
        Refused("space after chunk size", Chunked + "1 \r\nx\r\n",
            RequestRejection.ChunkSizeInvalid),
        Refused("LF after chunk size", Chunked + "1\nx\r\n0\r\n\r\n",
            RequestRejection.ChunkSizeInvalid),
        Refused("CR after chunk size", Chunked + "1\rx", RequestRejection.BareCarriageReturn),
        Refused("chunk size of 17 digits", Chunked + "00000000000000001\r\n",
            RequestRejection.ChunkSizeInvalid),
        Refused("chunk size over 63 bits", Chunked + "8000000000000000\r\n",
            RequestRejection.ChunkSizeInvalid),
        Refused("chunk longer than its size", Chunked + "1\r\nxy\r\n",
            RequestRejection.ChunkEndInvalid),
        Refused("LF after chunk", Chunked + "1\r\nx\n0\r\n\r\n", RequestRejection.ChunkEndInvalid),
        Refused("CR after chunk", Chunked + "1\r\nx\r0", RequestRejection.ChunkEndInvalid),
        Refused("extension without name", Chunked + "1;\r\nx\r\n",
            RequestRejection.ChunkExtensionInvalid),
        Refused("extension with space", Chunked + "1; a\r\nx\r\n",
            RequestRejection.ChunkExtensionInvalid),
        Refused("extension with LF", Chunked + "1;a\nx\r\n",
            RequestRejection.ChunkExtensionInvalid),
        Refused("extension quote unclosed", Chunked + "1;a=\"b\r\n",
            RequestRejection.ChunkExtensionInvalid),
        Refused("extension value missing", Chunked + "1;a=\r\n",
            RequestRejection.ChunkExtensionInvalid),
        Refused("extension text after quote", Chunked + "1;a=\"b\"c\r\n",
            RequestRejection.ChunkExtensionInvalid),
        Refused("trailer without colon", Chunked + "0\r\nA\r\n\r\n",
            RequestRejection.TrailerInvalid),
        Refused("folded trailer", Chunked + "0\r\nA: b\r\n c\r\n\r\n",
            RequestRejection.TrailerInvalid),
        Refused("space before trailer's colon", Chunked + "0\r\nA : b\r\n\r\n",
            RequestRejection.TrailerInvalid),
        Refused("LF after trailer", Chunked + "0\r\nA: b\n\r\n", RequestRejection.TrailerInvalid),
        Refused("CR in trailer", Chunked + "0\r\nA: b\rc", RequestRejection.BareCarriageReturn),
        Refused("CR after trailers", Chunked + "0\r\n\rX", RequestRejection.BareCarriageReturn),
        Refused("NUL in trailer", Chunked + "0\r\nA: \0\r\n\r\n", RequestRejection.TrailerInvalid),
    ];

    private static IEnumerable<RawRequest> Expectations() =>
    [
        Refused("unknown expectation", Get + "Expect: x\r\n" + End,
            RequestRejection.ExpectationUnknown),
        Refused("two expectations", Get + "Expect: 100-continue, x\r\n" + End,
            RequestRejection.ExpectationUnknown),
        Refused("empty expectation", Get + "Expect:\r\n" + End,
            RequestRejection.ExpectationUnknown),
    ];

    // With the limits of RawRequestTests.
    private static IEnumerable<RawRequest> Limits() =>
    [
        Seen("longest method", new string('M', 32) + " / HTTP/1.1\r\n" + Host + End,
            new string('M', 32) + " / 0"),
        Refused("method too long", new string('M', 33) + " / HTTP/1.1\r\n" + Host + End,
            RequestRejection.MethodTooLong),
        Seen("longest target", $"GET /{new string('t', 99)} HTTP/1.1\r\n" + Host + End,
            $"GET /{new string('t', 99)} 0"),
        Refused("target too long", $"GET /{new string('t', 100)} HTTP/1.1\r\n" + Host + End,
            RequestRejection.TargetTooLong),
        Refused("target without end", $"GET /{new string('t', 100)}",
            RequestRejection.TargetTooLong),
        Refused("target too long and LF", $"GET /{new string('t', 100)}\n",
            RequestRejection.TargetTooLong),
        Seen("most headers", Get + Repeated("X: a\r\n", 9) + End, "GET / 0"),
        Refused("too many headers", Get + Repeated("X: a\r\n", 10) + End,
            RequestRejection.TooManyHeaders),
        Seen("longest head", HeadOf(400), "GET / 0"),
        Refused("head too large", HeadOf(401), RequestRejection.HeadTooLarge),
        Refused("head without end", HeadOf(450)[..405], RequestRejection.HeadTooLarge),
        Refused("LF beyond the limit", HeadOf(450)[..405] + "\n", RequestRejection.HeadTooLarge),
        Seen("most content drained", Post + "Content-Length: 1000\r\n\r\n" + new string('c', 1000),
            "POST / 1000"),
        Seen("most chunks drained", Chunked + "3e8\r\n" + new string('c', 1000) + "\r\n0\r\n\r\n",
            "POST / 1000"),
        Seen("longest extensions", Chunked + $"1;{new string('e', 39)}\r\nx\r\n0\r\n\r\n",
            "POST / 1"),
        Refused("extensions too large", Chunked + $"1;{new string('e', 40)}\r\nx\r\n0\r\n\r\n",
            RequestRejection.ChunkExtensionsTooLarge),
        Refused("extensions too large together",
            Chunked + $"1;{new string('e', 30)}\r\nx\r\n1;{new string('e', 20)}\r\n",
            RequestRejection.ChunkExtensionsTooLarge),
        Seen("longest trailers", Chunked + $"0\r\nT: {new string('t', 43)}\r\n\r\n", "POST / 0"),
        Refused("trailers too large", Chunked + $"0\r\nT: {new string('t', 44)}\r\n\r\n",
            RequestRejection.TrailersTooLarge),
    ];

    private static string Length(string value) => Post + $"Content-Length: {value}\r\n\r\nabc";

    private static string Coding(string value) =>
        Post + $"Transfer-Encoding: {value}\r\n\r\n0\r\n\r\n";

    private static string Repeated(string text, int count) =>
        string.Concat(Enumerable.Repeat(text, count));

    private static string HeadOf(int length)
    {
        const string Before = Get + "X: ";
        const string After = "\r\n\r\n";
        return Before + new string('x', length - Before.Length - After.Length) + After;
    }

    private static RawRequest Seen(string name, string bytes, string seen) =>
        new(name, bytes, RequestRejection.None, seen, KeepsAlive: true);

    private static RawRequest Last(string name, string bytes, string seen) =>
        new(name, bytes, RequestRejection.None, seen, KeepsAlive: false);

    private static RawRequest Refused(string name, string bytes, RequestRejection rejection) =>
        new(name, bytes, rejection, null, KeepsAlive: false);
}
