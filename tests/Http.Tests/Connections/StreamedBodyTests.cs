using Http.Connections;
using Http.Tests.Support;
using Http.Work;
using Microsoft.Win32.SafeHandles;

namespace Http.Tests.Connections;

/// <summary>
/// Sources and files: framing, backpressure, and what happens when they do not keep their word.
/// </summary>
public sealed class StreamedBodyTests : IDisposable
{
    private const string Get11 = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private const string Get10 = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    private readonly RecordedEvents _events = new();
    private readonly string _filePath = Path.GetTempFileName();

    public void Dispose() => File.Delete(_filePath);

    [Test]
    [Arguments(Get11, null, "chunked", null, "keep-alive")]
    [Arguments(Get11, 30, null, "30", "keep-alive")]
    [Arguments(Get10, 30, null, "30", "keep-alive")]
    [Arguments(Get10, null, null, null, "close")]     // ends with the connection
    public void Source_ByVersionAndLength_IsFramed(
        string request, int? length, string? coding, string? lengthField, string connection)
    {
        var source = new ScriptedSource(BodyStatus.End, 10, 15, 5);
        using var driver = Drive(source, length).Feed(request).EndInput();

        var response = ReceivedResponse.ReadAll(driver.Output).Single();
        Assert.Equal(new string('a', 10) + new string('b', 15) + new string('c', 5), response.Body);
        Assert.Equal(coding, response.Header("Transfer-Encoding"));
        Assert.Equal(lengthField, response.Header("Content-Length"));
        Assert.Equal(connection, response.Header("Connection"));
        Assert.Equal((3, 1), (source.ReadCount, source.DisposeCount));
        Assert.Empty(_events.BodyFailures);
    }

    [Test]
    [Arguments(null)]
    [Arguments(30)]
    public void Source_OfAPipelinedRequest_KeepsTheOrder(int? length)
    {
        var handler = new ScriptedHandler((request, response) =>
        {
            if (request.Path is not [_, (byte)'s', ..]) ScriptedHandler.Echo(request, response);
            else response.SendSource(new ScriptedSource(BodyStatus.End, 10, 15, 5), length);
        });
        using var driver = new ConnectionDriver(handler);
        driver.Feed(string.Concat(
            "/1 /s2 /s3 /4".Split(' ').Select(path => $"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")));

        var responses = ReceivedResponse.ReadAll(driver.Output);
        var bodies = responses.Select(response => response.Body).ToList();
        Assert.Equal("GET /1 0", bodies[0]);
        Assert.Equal((30, 30), (bodies[1].Length, bodies[2].Length));
        Assert.Equal("GET /4 0", bodies[3]);
    }

    [Test]
    public void Source_WhoseClientTakesNothing_IsAskedOnce()
    {
        var source = new ScriptedSource(BodyStatus.End, [.. Enumerable.Repeat(50_000, 100)]);
        using var driver = Drive(source, null);
        var room = driver.Connection.GetReceiveBuffer();
        System.Text.Encoding.ASCII.GetBytes(Get11).CopyTo(room);
        driver.Connection.Received(Get11.Length);

        for (int i = 0; i < 10; i++) driver.AdvanceOnly();
        Assert.Equal((NextStep.Write, 1), (driver.Last, source.ReadCount));

        // Not before the last byte of the piece is gone is there a next one.
        while (driver.Connection.Output.Length > 1)
        {
            driver.TakenMax = Math.Max(1, driver.Connection.Output.Length / 2);
            driver.TakeOnce();
            Assert.Equal(1, source.ReadCount);
        }

        driver.TakeOnce();
        Assert.Equal(2, source.ReadCount);
        Assert.InRange(source.SmallestBuffer, 64 * 1024, int.MaxValue);
        Assert.Equal(0, source.DisposeCount);
        driver.Connection.Dispose();
        Assert.Equal(1, source.DisposeCount);
    }

    [Test]
    [Arguments(BodyStatus.Failed, null, new[] { 5 })]
    [Arguments(BodyStatus.Failed, 10, new[] { 5, 5 })]
    [Arguments(BodyStatus.End, 10, new[] { 5, 4 })]       // too few
    [Arguments(BodyStatus.End, 10, new[] { 5, 6 })]       // too many
    [Arguments(BodyStatus.End, 10, new[] { 11 })]
    [Arguments(BodyStatus.End, 0, new[] { 1 })]
    [Arguments(BodyStatus.More, null, new[] { 5, 0 })]    // more, and then nothing
    [Arguments(BodyStatus.End, null, new[] { 5, -1 })]
    [Arguments(BodyStatus.End, null, new[] { 5, int.MaxValue })]
    public void Source_ThatBreaksItsWord_CutsTheConnection(
        BodyStatus last, int? length, int[] pieces)
    {
        var source = new MisbehavingSource(last, pieces);
        using var driver = Drive(source, length).Feed(Get11 + Get11);

        Assert.Equal(NextStep.Reset, driver.Last);
        Assert.Equal(1, source.DisposeCount);
        Assert.Single(_events.BodyFailures);
        // Either nothing is out yet, or what is out is no whole response.
        if (driver.Output.Length > 0)
        {
            Assert.ThrowsAny<FormatException>(() => ReceivedResponse.ReadAll(driver.Output));
        }

        Assert.DoesNotContain("\r\n0\r\n\r\n", driver.Output, StringComparison.Ordinal);
    }

    [Test]
    [Arguments(null)]
    [Arguments(10)]
    public void Source_ThatThrows_CutsTheConnection(int? length)
    {
        var failure = new IOException("disk");
        var source = new ScriptedSource(BodyStatus.End, 5, 5) { Failure = failure };
        using var driver = Drive(source, length).Feed(Get11);

        Assert.Equal(NextStep.Reset, driver.Last);
        Assert.Equal(1, source.DisposeCount);
        Assert.Same(failure, Assert.Single(_events.BodyFailures));
        Assert.DoesNotContain("\r\n0\r\n\r\n", driver.Output, StringComparison.Ordinal);
    }

    [Test]
    [Arguments(30, "30", null)]
    [Arguments(null, null, "chunked")]
    public void Source_ForHead_IsDisposedUnread(int? length, string? lengthField, string? coding)
    {
        var source = new ScriptedSource(BodyStatus.End, 30);
        using var driver = Drive(source, length).Feed("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");

        var response = ReceivedResponse.ReadAll(driver.Output, 0).Single();
        Assert.Equal(lengthField, response.Header("Content-Length"));
        Assert.Equal(coding, response.Header("Transfer-Encoding"));
        Assert.Equal((0, 1), (source.ReadCount, source.DisposeCount));
    }

    [Test]
    public void Source_OfAHandlerThatThrows_IsDisposedAndTheAnswerIs500()
    {
        var source = new ScriptedSource(BodyStatus.End, 30);
        var failure = new InvalidOperationException("oops");
        var handler = new ScriptedHandler((_, response) =>
        {
            response.AddHeader("X"u8, "a"u8);
            response.SendSource(source, null);
            throw failure;
        });
        using var driver = new ConnectionDriver(handler, Options()).Feed(Get11 + Get11).EndInput();

        var answer = ReceivedResponse.ReadAll(driver.Output).Single();
        Assert.Equal(500, answer.Status);
        Assert.Equal(
            "{\"error\":\"InternalServerError\",\"message\":\"Internal Server Error\"}",
            answer.Body);
        Assert.Equal(("close", null), (answer.Header("Connection"), answer.Header("X")));
        Assert.Equal((0, 1), (source.ReadCount, source.DisposeCount));
        Assert.Same(failure, Assert.Single(_events.HandlerFailures));
        Assert.True(driver.IsClosed);
    }

    [Test]
    [Arguments("GET", 0, 5000)]
    [Arguments("GET", 4000, 1000)]
    [Arguments("GET", 10, 0)]
    [Arguments("HEAD", 10, 100)]
    public void File_RangeOf_IsSentAndTheFileClosed(string method, int offset, int length)
    {
        byte[] content = new byte[5000];
        new Random(1).NextBytes(content);
        var file = OpenFile(content);
        using var driver = DriveFile(file, offset, length)
            .Feed($"{method} / HTTP/1.1\r\nHost: a\r\n\r\n");

        int end = driver.Output.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        byte[] expected = method == "HEAD" ? [] : content[offset..(offset + length)];
        Assert.Equal(expected, driver.OutputBytes[end..]);
        Assert.Contains($"Content-Length: {length}\r\n", driver.Output, StringComparison.Ordinal);
        Assert.True(file.IsClosed);
        Assert.Equal(NextStep.Read, driver.Last);
    }

    [Test]
    public void File_OfAConnectionThatEnds_IsClosed()
    {
        var file = OpenFile(new byte[100]);
        var driver = DriveFile(file, 0, 100);
        var room = driver.Connection.GetReceiveBuffer();
        System.Text.Encoding.ASCII.GetBytes(Get11).CopyTo(room);
        driver.Connection.Received(Get11.Length);
        Assert.Equal(NextStep.SendFile, driver.AdvanceOnly().Last);

        driver.Dispose();

        Assert.True(file.IsClosed);
    }

    private ConnectionDriver Drive(IBodySource source, long? length) =>
        new(new ScriptedHandler((_, response) => response.SendSource(source, length)), Options());

    private ConnectionDriver DriveFile(SafeFileHandle file, long offset, long length) =>
        new(
            new ScriptedHandler((_, response) => response.SendFile(file, offset, length)),
            Options());

    private SafeFileHandle OpenFile(byte[] content)
    {
        File.WriteAllBytes(_filePath, content);
        return File.OpenHandle(_filePath);
    }

    private HttpServerOptions Options() => new() { Events = _events };

    /// <summary>Claims to have written what it was told to, true or not.</summary>
    private sealed class MisbehavingSource(BodyStatus last, int[] pieces) : IBodySource
    {
        private int _next;

        internal int DisposeCount { get; private set; }

        public BodyStatus Read(Span<byte> buffer, Turn turn, out int written)
        {
            written = pieces[_next++];
            return _next == pieces.Length ? last : BodyStatus.More;
        }

        public void Dispose() => DisposeCount++;
    }
}
