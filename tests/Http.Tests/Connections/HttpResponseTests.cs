using System.Buffers;
using System.Text;
using Http.Connections;
using Http.Tests.Support;
using Microsoft.Win32.SafeHandles;

namespace Http.Tests.Connections;

/// <summary>What a handler may do with a response, and what the engine makes of it.</summary>
public sealed class HttpResponseTests
{
    [Test]
    [Arguments("GET", "1.1", "hello")]
    [Arguments("HEAD", "1.1", "")]
    [Arguments("GET", "1.0", "hello")]
    [Arguments("HEAD", "1.0", "")]
    public void Body_Written_HasItsLengthEvenForHead(string method, string version, string expected)
    {
        var response = Answer(method, version, (_, r) => r.Body.Write("hello"u8));

        Assert.Equal(expected, response.Body);
        Assert.Equal("5", response.Header("Content-Length"));
        Assert.Null(response.Header("Transfer-Encoding"));
    }

    [Test]
    public void Head_OfAnAnswer_HoldsDateAndConnectionAndWhatTheHandlerAdded()
    {
        var response = Answer("GET", "1.1", (_, r) =>
        {
            r.Status = 404;
            r.AddHeader("X-A"u8, "1"u8);
            r.AddHeader("X-B"u8, default);
        });

        Assert.Equal(
            "HTTP/1.1 404 Not Found\r\nDate: Fri, 02 Jan 2026 03:04:05 GMT\r\n"
            + "Connection: keep-alive\r\nKeep-Alive: timeout=90\r\n"
            + "Content-Length: 0\r\nX-A: 1\r\nX-B: ",
            response.Head);
    }

    [Test]
    [Arguments(204, null)]
    [Arguments(304, null)]
    [Arguments(205, "0")]
    public void Status_WithoutContent_LeavesTheBodyOut(int status, string? length)
    {
        var response = Answer("GET", "1.1", (_, r) =>
        {
            r.Status = status;
            r.Body.Write("dropped"u8);
        });

        Assert.Equal(status, response.Status);
        Assert.Equal("", response.Body);
        Assert.Equal(length, response.Header("Content-Length"));
        Assert.Null(response.Header("Transfer-Encoding"));
    }

    [Test]
    [Arguments(199)]
    [Arguments(100)]
    [Arguments(600)]
    public void Status_OutsideTheFinalOnes_Throws(int status) =>
        AssertThrows<ArgumentOutOfRangeException>(r => r.Status = status);

    [Test]
    public void Status_WithoutKnownPhrase_GoesOutWithNone()
    {
        var response = Answer("GET", "1.1", (_, r) => r.Status = 299);
        Assert.StartsWith("HTTP/1.1 299 \r\n", response.Head, StringComparison.Ordinal);
    }

    [Test]
    [Arguments("X", "a\rb")]
    [Arguments("X", "a\nb")]
    [Arguments("X", "a\0b")]
    [Arguments("X", "\u007F")]
    [Arguments("X\r", "a")]
    [Arguments("X\n", "a")]
    [Arguments("X\0", "a")]
    [Arguments("X Y", "a")]
    [Arguments("X:", "a")]
    [Arguments("", "a")]
    [Arguments("content-LENGTH", "1")]
    [Arguments("Transfer-Encoding", "chunked")]
    [Arguments("Connection", "close")]
    [Arguments("Keep-Alive", "timeout=1")]
    [Arguments("Date", "today")]
    public void AddHeader_UnsafeOrTheEngines_Throws(string name, string value) =>
        AssertThrows<ArgumentException>(r => r.AddHeader(
            Encoding.Latin1.GetBytes(name), Encoding.Latin1.GetBytes(value)));

    [Test]
    public void AddHeader_MoreThanTheUsualRoom_StillComesBeforeTheBody()
    {
        byte[] value = new byte[5000];
        value.AsSpan().Fill((byte)'v');
        var response = Answer("GET", "1.1", (_, r) =>
        {
            r.Body.Write("hello"u8);
            r.AddHeader("X"u8, value);
        });

        Assert.Equal("hello", response.Body);
        Assert.Equal(5000, response.Header("X")!.Length);
    }

    [Test]
    public void Reset_AfterHeadersBodyAndStatus_LeavesNothingOfThem()
    {
        var response = Answer("GET", "1.1", (_, r) =>
        {
            r.Status = 500;
            r.AddHeader("X"u8, "a"u8);
            r.Body.Write("hello"u8);
            r.Reset();
            r.Body.Write("bye"u8);
        });

        Assert.Equal((200, "bye"), (response.Status, response.Body));
        Assert.Null(response.Header("X"));
    }

    [Test]
    public void Reset_AfterASource_DisposesIt()
    {
        var source = new ScriptedSource(BodyStatus.End, 1);
        var response = Answer("GET", "1.1", (_, r) =>
        {
            r.SendSource(source, null);
            r.Reset();
        });

        Assert.Equal("0", response.Header("Content-Length"));
        Assert.Equal((0, 1), (source.ReadCount, source.DisposeCount));
    }

    [Test]
    public void WrittenBody_ChangedInPlace_GoesOutChanged()
    {
        var response = Answer("GET", "1.1", (_, r) =>
        {
            r.Body.Write("hello"u8);
            r.WrittenBody[0] = (byte)'j';
        });

        Assert.Equal("jello", response.Body);
    }

    [Test]
    public void Body_OfAMegabyte_IsSentWhole()
    {
        var response = Answer("GET", "1.1", (_, r) =>
        {
            for (int i = 0; i < 1024; i++)
            {
                r.Body.GetSpan(1024)[..1024].Fill((byte)('a' + (i % 26)));
                r.Body.Advance(1024);
            }
        });

        Assert.Equal(1024 * 1024, response.Body.Length);
        Assert.All(
            Enumerable.Range(0, 1024), i => Assert.Equal('a' + (i % 26), response.Body[i * 1024]));
    }

    [Test]
    public void DeclareLength_ForHead_IsSentWithoutABody()
    {
        var response = Answer("HEAD", "1.1", (_, r) => r.DeclareLength(68_000_000_000));
        Assert.Equal("68000000000", response.Header("Content-Length"));
    }

    [Test]
    public void DeclareLength_ForGet_Throws() =>
        AssertThrows<InvalidOperationException>(r => r.DeclareLength(1));

    [Test]
    public void SendSource_AfterABody_Throws() => AssertThrows<InvalidOperationException>(r =>
    {
        r.Body.Write("x"u8);
        r.SendSource(new ScriptedSource(BodyStatus.End), null);
    });

    [Test]
    public void SendFile_AfterASource_Throws() => AssertThrows<InvalidOperationException>(r =>
    {
        using var file = new SafeFileHandle();
        r.SendSource(new ScriptedSource(BodyStatus.End), null);
        r.SendFile(file, 0, 0);
    });

    [Test]
    public void CloseAfterwards_OnAKeptConnection_ClosesIt()
    {
        using var driver = new ConnectionDriver(new ScriptedHandler((_, r) => r.CloseAfterwards()));
        driver.Feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n").EndInput();

        var response = ReceivedResponse.ReadAll(driver.Output).Single();
        Assert.Equal("close", response.Header("Connection"));
        Assert.True(driver.IsClosed);
    }

    private static ReceivedResponse Answer(
        string method, string version, Action<HttpRequest, HttpResponse> answer)
    {
        var options = new HttpServerOptions { TimeProvider = new ManualTime() };
        using var driver = new ConnectionDriver(new ScriptedHandler(answer), options);
        driver.Feed($"{method} / HTTP/{version}\r\nHost: a\r\n\r\n");
        return ReceivedResponse.ReadAll(driver.Output, method == "HEAD" ? [0] : []).Single();
    }

    private static void AssertThrows<T>(Action<HttpResponse> act)
        where T : Exception
    {
        Exception? thrown = null;
        Answer("GET", "1.1", (_, r) =>
        {
            thrown = Assert.ThrowsAny<T>(() => act(r));
            r.Reset();
        });
        Assert.IsAssignableFrom<T>(thrown);
    }
}
