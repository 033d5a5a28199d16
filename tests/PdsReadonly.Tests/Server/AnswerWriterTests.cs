using System.Buffers;
using Atproto.Multiformats;
using Http.Connections;
using Http.Work;
using PdsReadonly.Server;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Tests.Server;

public sealed class AnswerWriterTests
{
    private static readonly Cid s_cid = Cid.Of(CidCodec.Raw, "content"u8);

    [Test]
    public void Write_WrittenJson_GetsItsContentType()
    {
        var answer = Ask((_, response) =>
        {
            response.Body.Write("{\"a\":\"é\"}"u8);
            return XrpcResult.WrittenJson;
        });
        Assert.Equal("application/json; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal("{\"a\":\"é\"}", answer.Body);
        Assert.Null(answer.Header("Cache-Control"));
        Assert.Null(answer.Header("ETag"));
    }

    [Test]
    public void Write_WrittenCar_GetsTheBareContentType()
    {
        var answer = Ask((_, _) => XrpcResult.WrittenCar.Cached(s_cid, CachePolicy.Revalidate));
        Assert.Equal($"\"{s_cid}\"", answer.Header("ETag"));
        Assert.Equal("application/vnd.ipld.car", answer.Header("Content-Type"));
    }

    [Test]
    public void Write_CarOfKnownLength_HasALength()
    {
        var source = new ThreePieces();
        var answer = Ask((_, _) => XrpcResult.Car(source, 9));
        Assert.Equal("application/vnd.ipld.car", answer.Header("Content-Type"));
        Assert.Equal("9", answer.Header("Content-Length"));
        Assert.Equal("abcabcabc", answer.Body);
        Assert.True(source.IsDisposed);
    }

    [Test]
    public void Write_CarOfUnknownLength_IsChunked()
    {
        var answer = Ask((_, _) => XrpcResult.Car(new ThreePieces(), null));
        Assert.Equal("chunked", answer.Header("Transfer-Encoding"));
        Assert.Null(answer.Header("Content-Length"));
    }

    [Test]
    public void Write_FileRange_SendsIt()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "0123456789");
            var answer = Ask((_, response) =>
            {
                response.Status = 206;
                response.AddHeader("Content-Type"u8, "image/png"u8);
                return XrpcResult.File(File.OpenHandle(path), 2, 5);
            });
            Assert.Equal((206, "23456"), (answer.Status, answer.Body));
            Assert.Equal("image/png", answer.Header("Content-Type"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    [Arguments(nameof(CachePolicy.Content), "public, max-age=300, must-revalidate")]
    [Arguments(nameof(CachePolicy.Immutable), "public, max-age=31536000, immutable")]
    [Arguments(nameof(CachePolicy.Revalidate), "public, no-cache")]
    public void Write_Cached_SaysSo(string policy, string expected)
    {
        var caching = Enum.Parse<CachePolicy>(policy);
        var answer = Ask((_, _) => XrpcResult.WrittenJson.Cached(s_cid, caching));
        Assert.Equal(200, answer.Status);
        Assert.Equal($"W/\"{s_cid}\"", answer.Header("ETag"));
        Assert.Equal(expected, answer.Header("Cache-Control"));
    }

    [Test]
    [Arguments("GET")]
    [Arguments("HEAD")]
    public void Write_ClientHasTheBody_Is304(string method)
    {
        var source = new ThreePieces();
        var server = new TestServer(new TestServer.Route((_, response) =>
        {
            response.Status = 206;
            response.AddHeader("Content-Range"u8, "bytes 0-8/9"u8);
            return XrpcResult.Car(source, 9).Cached(s_cid, CachePolicy.Content);
        }));

        var answer = server.Ask(method, "/test", $"If-None-Match: \"x\", W/\"{s_cid}\"");
        Assert.Equal((304, ""), (answer.Status, answer.Body));
        Assert.Equal($"\"{s_cid}\"", answer.Header("ETag"));
        Assert.Equal("public, max-age=300, must-revalidate", answer.Header("Cache-Control"));
        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal("Accept-Encoding", answer.Header("Vary"));
        Assert.Null(answer.Header("Content-Range"));
        Assert.Null(answer.Header("Content-Type"));
        Assert.True(source.IsDisposed);
    }

    [Test]
    public void Write_AnyAnswer_LetsPagesReadValidatorsAndRanges()
    {
        const string Exposed =
            "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, Retry-After";
        const string Name = "Access-Control-Expose-Headers";
        var cached = XrpcResult.WrittenJson.Cached(s_cid, CachePolicy.Content);

        Assert.Equal(Exposed, Ask((_, _) => cached).Header(Name));
        Assert.Equal(Exposed, Ask((_, _) => cached, "If-None-Match: *").Header(Name));
        Assert.Equal(Exposed, Ask((_, _) => XrpcError.RateLimitExceeded).Header(Name));
        // The engine's own refusals.
        Assert.Contains(KeyValuePair.Create(Name, Exposed), AnswerWriter.CommonHeaders);
    }

    [Test]
    public void Write_ClientHasAnotherBody_Is200()
    {
        var answer = Ask(
            (_, _) => XrpcResult.WrittenJson.Cached(s_cid, CachePolicy.Content),
            "If-None-Match: \"x\"");
        Assert.Equal(200, answer.Status);
    }

    [Test]
    public void Write_CachedByBody_HasTheBodysHashForTag()
    {
        var server = new TestServer(new TestServer.Route((_, response) =>
        {
            response.Body.Write("{}"u8);
            return XrpcResult.WrittenJson.CachedByBody();
        }));
        string tag = $"W/\"{Cid.Of(CidCodec.Raw, "{}"u8)}\"";

        var fresh = server.Ask("GET", "/test", "If-None-Match: \"x\"");
        Assert.Equal((200, "{}"), (fresh.Status, fresh.Body));
        Assert.Equal(tag, fresh.Header("ETag"));
        Assert.Equal("public, no-cache", fresh.Header("Cache-Control"));

        foreach (string header in (string[])[tag, tag[2..], "*"])
        {
            string[] lines = ["If-None-Match: \"x\"", $"If-None-Match: {header}"];
            var known = server.Ask("GET", "/test", lines);
            Assert.Equal((304, ""), (known.Status, known.Body));
            Assert.Equal(tag, known.Header("ETag"));
        }
    }

    [Test]
    public void Write_RefusalWordedByARoute_HasNoTag()
    {
        var answer = Ask(
            (_, response) =>
            {
                response.Status = 404;
                response.Body.Write("no"u8);
                return XrpcResult.WrittenText.CachedByBody();
            },
            "If-None-Match: *");
        Assert.Equal((404, "no"), (answer.Status, answer.Body));
        Assert.Null(answer.Header("ETag"));
        Assert.Null(answer.Header("Cache-Control"));
    }

    [Test]
    public void Write_RangeBehindTheEnd_IsNotToBeKept()
    {
        var server = new TestServer(new TestServer.Route((_, response) =>
        {
            response.Status = 416;
            return XrpcResult.Written.Cached(s_cid, CachePolicy.Content);
        }));
        var refused = server.Ask("GET", "/test");
        Assert.Equal(416, refused.Status);
        Assert.Null(refused.Header("Cache-Control"));
        Assert.Equal(304, server.Ask("GET", "/test", $"If-None-Match: \"{s_cid}\"").Status);
    }

    [Test]
    public void Write_Refusal_IgnoresIfNoneMatch()
    {
        var answer = Ask((_, _) => XrpcError.RepoTakendown("did:plc:a"u8), "If-None-Match: *");
        Assert.Equal(400, answer.Status);
        Assert.Equal(
            """{"error":"RepoTakendown","message":"Repo has been takendown: did:plc:a"}""",
            answer.Body);
    }

    [Test]
    public void Write_RefusalWithQuotesInIt_IsValidJson()
    {
        var answer = Ask((_, _) => XrpcError.Invalid("Invalid DID (got \"a\\\"b\u00e9\n\")"));
        Assert.Equal(
            "{\"error\":\"InvalidRequest\","
            + "\"message\":\"Invalid DID (got \\\"a\\\\\\\"b\u00e9\\n\\\")\"}",
            answer.Body);
    }

    private static Answer Ask(
        Func<HttpRequest, HttpResponse, XrpcResult> answer, params string[] headers) =>
        new TestServer(new TestServer.Route(answer)).Ask("GET", "/test", headers);

    private sealed class ThreePieces : IBodySource
    {
        private int _given;

        internal bool IsDisposed { get; private set; }

        public BodyStatus Read(Span<byte> buffer, Turn turn, out int written)
        {
            "abc"u8.CopyTo(buffer);
            written = 3;
            return ++_given == 3 ? BodyStatus.End : BodyStatus.More;
        }

        public void Dispose() => IsDisposed = true;
    }
}
