using System.Buffers;
using System.IO.Compression;
using System.Text;
using Http.Connections;
using PdsReadonly.Server;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Tests.Server;

/// <summary>Which answers are gzipped, and what that changes in them.</summary>
public sealed class BodyCompressionTests
{
    private const string Gzip = "Accept-Encoding: gzip";

    [Test]
    [Arguments(BodyCompression.BodyBytesMin, true)]
    [Arguments(BodyCompression.BodyBytesMin - 1, false)]
    public void Apply_LengthOfBody_Decides(int length, bool expected)
    {
        var answer = Ask(_ => XrpcResult.WrittenJson, length, Gzip);
        AssertBody(answer, length, expected);
    }

    [Test]
    public void Apply_BodyOfMegabytes_ArrivesWhole()
    {
        const int Length = 5_000_000;
        var answer = Ask(_ => XrpcResult.WrittenJson.CachedByBody(), Length, Gzip);
        AssertBody(answer, Length, isPacked: true);
    }

    [Test]
    [Arguments("Accept-Encoding: br, GZIP;q=0.5", true)]
    [Arguments("Accept-Encoding: *", true)]
    [Arguments("Accept-Encoding: br", false)]
    [Arguments("Accept-Encoding: gzip;q=0", false)]
    [Arguments("Accept-Encoding: identity;q=0", false)]
    [Arguments("X: y", false)]
    public void Apply_WhatTheClientTakes_Decides(string header, bool expected)
    {
        AssertBody(Ask(_ => XrpcResult.WrittenText, 2000, header), 2000, expected);
    }

    [Test]
    public void Apply_SeveralLines_AreOneList()
    {
        var answer = Ask(
            _ => XrpcResult.WrittenJson, 2000, "Accept-Encoding: br", "Accept-Encoding: gzip");
        AssertBody(answer, 2000, isPacked: true);
    }

    [Test]
    public void Apply_Head_ShowsTheLengthOfTheContentAsItIs()
    {
        var answer = Server(_ => XrpcResult.WrittenJson.CachedByBody(), 2000)
            .Ask("HEAD", "/test", Gzip);
        Assert.Equal("2000", answer.Header("Content-Length"));
        Assert.Null(answer.Header("Content-Encoding"));
        Assert.Equal("Accept-Encoding", answer.Header("Vary"));
    }

    [Test]
    public void Apply_BothForms_ShareAWeakTag()
    {
        var server = Server(_ => XrpcResult.WrittenJson.CachedByBody(), 2000);
        string tag = server.Ask("GET", "/test").Header("ETag")!;
        Assert.StartsWith("W/", tag, StringComparison.Ordinal);
        Assert.Equal(tag, server.Ask("GET", "/test", Gzip).Header("ETag"));
        Assert.Equal(304, server.Ask("GET", "/test", Gzip, $"If-None-Match: {tag}").Status);
        Assert.Equal(304, server.Ask("GET", "/test", $"If-None-Match: {tag}").Status);
    }

    [Test]
    public void Apply_CarsAndOtherBytes_AreSentAsTheyAre()
    {
        AssertBody(Ask(_ => XrpcResult.WrittenCar, 2000, Gzip), 2000, isPacked: false);
        AssertBody(Ask(_ => XrpcResult.Written, 2000, Gzip), 2000, isPacked: false);
    }

    [Test]
    public void Apply_BodyThatDoesNotShrink_IsSentAsItIs()
    {
        byte[] noise = new byte[2000];
        new Random(1).NextBytes(noise);
        var server = new TestServer(new TestServer.Route((_, response) =>
        {
            response.Body.Write(noise);
            return XrpcResult.WrittenText;
        }));
        var answer = server.Ask("GET", "/test", Gzip);
        Assert.Null(answer.Header("Content-Encoding"));
        Assert.Equal(noise, answer.Bytes);
    }

    private static void AssertBody(Answer answer, int length, bool isPacked)
    {
        Assert.Equal(200, answer.Status);
        Assert.Equal("Accept-Encoding", answer.Header("Vary"));
        Assert.Equal(isPacked ? "gzip" : null, answer.Header("Content-Encoding"));
        Assert.Equal($"{answer.Bytes.Length}", answer.Header("Content-Length"));
        byte[] body = isPacked ? Unpack(answer.Bytes) : answer.Bytes;
        Assert.True(isPacked == answer.Bytes.Length < length, "the length says otherwise");
        Assert.True(body.AsSpan().SequenceEqual(Content(length)), "another body");
    }

    private static byte[] Unpack(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        var whole = new MemoryStream();
        gzip.CopyTo(whole);
        return whole.ToArray();
    }

    private static byte[] Content(int length)
    {
        byte[] period = Encoding.ASCII.GetBytes(string.Join(',', Enumerable.Range(0, 997)) + ',');
        byte[] content = new byte[length];
        for (int i = 0; i < length; i++) content[i] = period[i % period.Length];
        return content;
    }

    private static TestServer Server(Func<HttpRequest, XrpcResult> result, int length) =>
        new(new TestServer.Route((request, response) =>
        {
            response.Body.Write(Content(length));
            return result(request);
        }));

    private static Answer Ask(
        Func<HttpRequest, XrpcResult> result, int length, params string[] headers) =>
        Server(result, length).Ask("GET", "/test", headers);
}
