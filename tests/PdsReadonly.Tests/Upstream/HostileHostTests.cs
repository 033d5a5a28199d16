using System.IO.Compression;
using System.Text;
using Atproto.Repo;
using Atproto.Syntax;
using PdsReadonly.Lightrail;
using PdsReadonly.Tests.Support;
using PdsReadonly.Upstream;
using Samples;

namespace PdsReadonly.Tests.Upstream;

/// <summary>
/// Hosts that answer with anything but an answer: who asks them gets a reason, not an exception.
/// </summary>
public sealed class HostileHostTests
{
    private static readonly string[] s_heads =
    [
        "HTTP/1.1 200 OK", "HTTP/1.1 200", "HTTP/1.0 200 OK", "HTTP/1.1 404 \u001b[2J",
        "HTTP/1.1 302 Found", "HTTP/1.1 429 Slow", "HTTP/1.1 503 x", "HTTP/1.1 101 Switching",
        "HTTP/1.1 100 Continue", "HTTP/1.1 999 x", "HTTP/9.9 200 OK", "junk", "",
    ];

    private static readonly string[] s_headers =
    [
        "Content-Length: 5", "Content-Length: -1", "Content-Length: 99999999999999999999",
        "Content-Length: 5\r\nContent-Length: 6", "Transfer-Encoding: chunked",
        "Transfer-Encoding: chunked, gzip", "Content-Encoding: gzip", "Content-Encoding: deflate",
        "Content-Encoding: br", "Content-Encoding: gzip, gzip",
        "Content-Type: text/html; charset=\u00ff",
        "Location: http://127.0.0.1:1/", "Location: //[", "Location: \u0000", "Retry-After: 3",
        "Retry-After: 99999999999999999999", "Retry-After: -5", "Retry-After: Fri, 99 Foo 2000",
        "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT", "RateLimit-Remaining: 0",
        "RateLimit-Reset: 9223372036854775807", "X: \u001b]0;owned\u0007", "no colon", ": none",
        "Connection: upgrade\r\nUpgrade: websocket", "Set-Cookie: a=b", "Content-Range: bytes x",
    ];

    private readonly ImpatientTime _time = new(SmallFetch.AttemptTimeout);

    private static CancellationToken Cancellation => TestRun.Cancellation;

    [Test]
    public async Task Ask_AnyBytes_GivesAReasonAndNoException()
    {
        string? given = Environment.GetEnvironmentVariable("PDS_TEST_SEED");
        ulong seed = ulong.TryParse(given, out ulong number)
            ? number
            : (ulong)Random.Shared.NextInt64();
        Console.WriteLine($"PDS_TEST_SEED={seed}");
        var random = new SampleRandom(seed);
        byte[] answer = [];
        await using var host = new RawHost(() => answer);
        using var http = OutboundClient.Create(allowPrivate: true);
        Assert.True(Did.TryParse($"did:web:localhost%3A{host.Url.Port}", out var did));
        for (int i = 0; i < 400; i++)
        {
            answer = Make(random);
            var client = new XrpcClient(http, host.Url, new HostPace(0, _time), _time);
            var strategy = random.Pick<Strategy>(Enum.GetValues<Strategy>());
            var prover = new CollectionProver(client, new HostProfile(_time)) { RequestsMax = 3 };
            var outcome = await prover.ProveAsync(
                new SparseRepo(did), strategy, null, Cancellation);
            Assert.NotEqual(Unproven.None, outcome.Reason);
            Assert.Equal(PrintableText.Of(outcome.Detail ?? ""), outcome.Detail ?? "");
            var identities = new IdentityResolver(http, host.Url, _time) { AllowPrivate = true };
            var found = await identities.ResolveAsync(did, Cancellation, attemptsMax: 1);
            Assert.NotEqual(IdentityError.None, found.Error);
            await AssertStreamEndsAsync(http, host.Url);
        }
    }

    [Test]
    public async Task Get_NoCodingIsWanted_IsSaid()
    {
        await using var host = new RawHost(() => Whole("", "{}"u8.ToArray()));
        var answer = await GetAsync(host, 100);
        Assert.Equal("{}", Encoding.ASCII.GetString(answer.Body.Span));
        Assert.Contains("Accept-Encoding: identity\r\n", host.Asked, StringComparison.Ordinal);
    }

    [Test]
    [Arguments("gzip")]
    [Arguments("GZIP")]
    [Arguments("x-gzip")]
    [Arguments("deflate")]
    [Arguments("identity")]
    public async Task Get_PackedAllTheSame_IsUnpacked(string coding)
    {
        byte[] packed = Pack(coding, "{\"a\":1}"u8.ToArray());
        await using var host = new RawHost(() => Whole($"Content-Encoding: {coding}\r\n", packed));
        var answer = await GetAsync(host, 100);
        Assert.Equal((XrpcStatus.Given, "{\"a\":1}"), (
            answer.Status, Encoding.ASCII.GetString(answer.Body.Span)));
    }

    [Test]
    [Arguments("br", XrpcStatus.Unpackable)]
    [Arguments("gzip, gzip", XrpcStatus.Unpackable)]
    [Arguments("gzip", XrpcStatus.Unpackable)]  // it is not
    internal async Task Get_PackedInAnotherWay_HasThatForAReason(string coding, XrpcStatus expected)
    {
        await using var host = new RawHost(
            () => Whole($"Content-Encoding: {coding}\r\n", "plain"u8.ToArray()));
        var answer = await GetAsync(host, 100);
        Assert.Equal(expected, answer.Status);
        Assert.Contains("packed", answer.ToString(), StringComparison.Ordinal);
    }

    [Test]
    [Arguments(1_000_000, XrpcStatus.Given)]
    [Arguments(1_000_001, XrpcStatus.TooLarge)]
    internal async Task Get_PackedBomb_EndsAtTheLimitOfWhatIsUnpacked(
        int length, XrpcStatus expected)
    {
        byte[] packed = Pack("gzip", new byte[length]);
        await using var host = new RawHost(() => Whole("Content-Encoding: gzip\r\n", packed));
        Assert.Equal(expected, (await GetAsync(host, 1_000_000)).Status);
    }

    [Test]
    public async Task Get_PackedBombOfAnExport_EndsLongBeforeWhatExportsMayHave()
    {
        byte[] packed = Pack("gzip", new byte[PackedBody.UnpackedBytesMax + 1]);
        await using var host = new RawHost(() => Whole("Content-Encoding: gzip\r\n", packed));
        using var http = OutboundClient.Create(allowPrivate: true);
        var client = new XrpcClient(http, host.Url, new HostPace(0, _time), _time);
        var sink = new CountingSink();
        var answer = await client.GetAsync("a.b.c", sink, Cancellation);
        Assert.Equal(XrpcStatus.TooLarge, answer.Status);
        Assert.InRange(sink.Length, 1, PackedBody.UnpackedBytesMax);
    }

    private async Task<XrpcAnswer> GetAsync(RawHost host, int bytesMax)
    {
        using var http = OutboundClient.Create(allowPrivate: true);
        var client = new XrpcClient(http, host.Url, new HostPace(0, _time), _time);
        return await client.GetAsync("a.b.c", bytesMax, Cancellation);
    }

    private async Task AssertStreamEndsAsync(HttpClient http, Uri host)
    {
        var stream = new EventStreamClient(http, host, _time);
        await foreach (var message in stream.ReadAsync(null, Cancellation)) Assert.NotNull(message);
        Assert.NotNull(stream.End);
        Assert.Equal(PrintableText.Of(stream.End.Detail), stream.End.Detail);
    }

    private static byte[] Make(SampleRandom random)
    {
        var text = new StringBuilder(random.Pick<string>(s_heads)).Append("\r\n");
        for (int i = random.Below(4); i > 0; i--)
        {
            text.Append(random.Pick<string>(s_headers)).Append("\r\n");
        }

        string[] bodies = ["", "{}", "5\r\nhello\r\n0\r\n\r\n", "{\"error\":\"\u001b\"}", "<html>"];
        text.Append("\r\n").Append(random.Pick<string>(bodies));
        byte[] bytes = Encoding.Latin1.GetBytes(text.ToString());
        // Some are cut off, and some damaged.
        if (random.Chance(30)) bytes = bytes[..random.Below(bytes.Length + 1)];
        if (random.Chance(30) && bytes.Length > 0)
        {
            bytes[random.Below(bytes.Length)] = (byte)random.Below(256);
        }

        return bytes;
    }

    private static byte[] Whole(string headers, byte[] body) =>
    [
        .. Encoding.ASCII.GetBytes(
            $"HTTP/1.1 200 OK\r\n{headers}Content-Length: {body.Length}\r\n"
            + "Connection: close\r\n\r\n"),
        .. body,
    ];

    private static byte[] Pack(string coding, byte[] body)
    {
        using var packed = new MemoryStream();
        using (Stream stream = coding.ToUpperInvariant() switch
        {
            "GZIP" or "X-GZIP" => new GZipStream(packed, CompressionMode.Compress, leaveOpen: true),
            "DEFLATE" => new ZLibStream(packed, CompressionMode.Compress, leaveOpen: true),
            _ => new BufferedStream(packed),
        })
        {
            stream.Write(body);
            if (coding == "identity") return body;
        }

        return packed.ToArray();
    }

    private sealed class CountingSink : IBodySink
    {
        internal long Length { get; private set; }

        public long BytesMax => 4L << 30;

        public void Begin() => Length = 0;

        public bool Take(ReadOnlySpan<byte> piece)
        {
            Length += piece.Length;
            return true;
        }
    }
}
