using System.Globalization;
using System.Text;
using Http.Connections;
using Http.Tests.Support;

namespace Http.Tests.Connections;

/// <summary>
/// Mutated requests on the state machine. Here is how it works:
/// 1. a few entries of the raw suite are strung together and damaged by seeded chance;
/// 2. the bytes go in twice, cut differently, and the output is taken in pieces; some runs may not
/// block at times, and then handlers postpone and sources wait for a thread that may;
/// 3. both runs must end with the same answers, well formed, and no more of them than heads went
/// in: each to a request that was sent, in its order, and at most one refusal, at the end.
/// PDS_FUZZ_CASES sets how many, PDS_TEST_SEED repeats a run.
/// </summary>
[Category("Fuzz")]
public sealed class HttpConnectionFuzzTests
{
    private const int CasesDefault = 30_000;
    private const string Continue = "HTTP/1.1 100 Continue\r\n\r\n";

    private static readonly string[] s_words =
    [
        "\r\n", "\n", "\r", "\0", " ", "\t", ":", "0", "\r\n\r\n", "HTTP/1.1", "HTTP/1.0",
        "GET ", "HEAD ",
        "Content-Length: ", "Transfer-Encoding: chunked\r\n", "Connection: close\r\n",
        "Connection: keep-alive\r\n", "Expect: 100-continue\r\n", "Host: a\r\n", "0\r\n\r\n",
        "ffffffff\r\n",
        "/source", "/cold", "/sized", "/throw", "/big", ";a=\"", "\u00FF", "http://", "*",
    ];

    // Beside the raw suite, so that mutations meet every kind of body.
    private static readonly string[] s_requests =
    [
        .. from method in new[] { "GET", "HEAD" }
           from path in new[] { "/source", "/cold", "/sized", "/big", "/throw" }
           from version in new[] { "1.1", "1.0\r\nConnection: keep-alive" }
           select $"{method} {path} HTTP/{version}\r\nHost: a\r\n\r\n",
        .. RawRequests.All.Select(request => request.Bytes),
    ];

    [Test]
    public void Advance_MutatedRequests_KeepsItsPromises()
    {
        int cases = ReadNumber("PDS_FUZZ_CASES") ?? CasesDefault;
        int seed = ReadNumber("PDS_TEST_SEED") ?? Environment.TickCount;
        Console.WriteLine($"PDS_TEST_SEED={seed} PDS_FUZZ_CASES={cases}");
        var random = new Random(seed);
        for (int number = 0; number < cases; number++)
        {
            byte[] bytes = Mutate(random);
            try
            {
                Check(bytes, random);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                string text = Convert.ToBase64String(bytes);
                Assert.Fail($"seed {seed}, case {number}, {text}: {exception}");
            }
        }
    }

    private static void Check(byte[] bytes, Random random)
    {
        var first = Run(bytes, random);
        var second = Run(bytes, random);
        Assert.Equal(first.Seen, second.Seen);
        Assert.Equal(first.Output, second.Output);
        Assert.True(first.Seen.Count <= HeadEnds(bytes), "a request was handled that was not sent");
        AssertAnswersTheSeen(first);
    }

    /// <summary>
    /// One answer to each request that was handled, in order, and at most one refusal behind them.
    /// </summary>
    private static void AssertAnswersTheSeen(Outcome outcome)
    {
        var answers = ReadResponses(outcome);
        Assert.InRange(answers.Count, outcome.Seen.Count, outcome.Seen.Count + 1);
        for (int index = 0; index < outcome.Seen.Count; index++)
        {
            var answer = answers[index];
            // Those of an echo name the request they are to.
            bool isEcho = answer.Header("Content-Type") == "text/plain";
            bool isHead = outcome.Seen[index].StartsWith("HEAD ", StringComparison.Ordinal);
            if (isEcho && !isHead) Assert.Equal(outcome.Seen[index], answer.Body);
            if (answer.Status == 200) continue;
            Assert.Equal(500, answer.Status);
            Assert.Contains("/throw", outcome.Seen[index], StringComparison.Ordinal);
        }

        if (answers.Count > outcome.Seen.Count) Assert.InRange(answers[^1].Status, 400, 599);
        foreach (var answer in answers.SkipLast(1))
            Assert.Equal("keep-alive", answer.Header("Connection"));
    }

    private static Outcome Run(byte[] bytes, Random random)
    {
        var handler = new ScriptedHandler(Answer);
        bool mayPostpone = random.Next(3) == 0;
        using var driver = new ConnectionDriver(
            mayPostpone ? new PostponingHandler(handler, random) : handler,
            RawRequestTests.Options);
        if (mayPostpone) driver.MayBlock = () => random.Next(2) == 0;
        driver.TakenMax = random.Next(3) == 0 ? random.Next(1, 500) : int.MaxValue;
        int offset = 0;
        while (offset < bytes.Length && !driver.IsClosed)
        {
            int piece = Math.Min(random.Next(1, random.Next(2, 600)), bytes.Length - offset);
            driver.Feed(bytes.AsSpan(offset, piece));
            offset += piece;
        }

        if (!driver.IsClosed) driver.EndInput();
        Assert.True(driver.IsClosed, "the connection is still open when its client is gone");
        // Whether a client that has sent its content is told to send it depends on the cut.
        string answers = driver.Output.Replace(Continue, "", StringComparison.Ordinal);
        return new Outcome(handler.Seen, answers);
    }

    private static void Answer(HttpRequest request, HttpResponse response)
    {
        if (request.Path.EndsWith("/source"u8))
        {
            response.SendSource(new ScriptedSource(BodyStatus.End, 3, 2000, 1), null);
        }
        else if (request.Path.EndsWith("/cold"u8))
        {
            response.SendSource(
                new ScriptedSource(BodyStatus.End, 3, 2000, 1) { NeedsToWait = true }, null);
        }
        else if (request.Path.EndsWith("/sized"u8))
        {
            response.SendSource(new ScriptedSource(BodyStatus.End, 3, 200), 203);
        }
        else if (request.Path.EndsWith("/throw"u8))
        {
            throw new InvalidOperationException("as asked");
        }
        else if (request.Path.EndsWith("/big"u8))
        {
            response.Body.GetSpan(70_000)[..70_000].Fill((byte)'b');
            response.Body.Advance(70_000);
        }
        else
        {
            ScriptedHandler.Echo(request, response);
        }
    }

    private static List<ReceivedResponse> ReadResponses(Outcome outcome)
    {
        var heads = outcome.Seen.Index()
            .Where(entry => entry.Item.StartsWith("HEAD ", StringComparison.Ordinal))
            .Select(entry => entry.Index)
            .ToList();
        try
        {
            return ReceivedResponse.ReadAll(outcome.Output, [.. heads]);
        }
        catch (FormatException)
        {
            // The one refusal at the end may have been for a HEAD as well.
            return ReceivedResponse.ReadAll(outcome.Output, [.. heads, outcome.Seen.Count]);
        }
    }

    private static int HeadEnds(byte[] bytes)
    {
        int count = 0;
        for (int index = 0; index + 4 <= bytes.Length; index++)
        {
            if (bytes.AsSpan(index, 4).SequenceEqual("\r\n\r\n"u8)) count++;
        }

        return count;
    }

    private static byte[] Mutate(Random random)
    {
        var bytes = new List<byte>();
        for (int count = random.Next(1, 5); count > 0; count--)
        {
            Insert(bytes, bytes.Count, Pick(random));
        }

        for (int count = random.Next(0, 6); count > 0; count--)
        {
            int index = random.Next(bytes.Count + 1);
            int length = Math.Min(random.Next(1, 20), bytes.Count - index);
            switch (random.Next(5))
            {
                case 0 when length > 0:
                    bytes[index] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(index, length);
                    break;
                case 2:
                    bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(index, length));
                    break;
                case 3:
                    Insert(bytes, index, s_words[random.Next(s_words.Length)]);
                    break;
                default:
                    bytes.Insert(index, (byte)random.Next(256));
                    break;
            }
        }

        return [.. bytes];
    }

    private static string Pick(Random random) =>
        s_requests[random.Next(random.Next(4) == 0 ? 20 : s_requests.Length)];

    private static void Insert(List<byte> bytes, int index, string text) =>
        bytes.InsertRange(index, Encoding.Latin1.GetBytes(text));

    private static int? ReadNumber(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : null;

    /// <summary>Where it may not block, it sometimes asks to be called again.</summary>
    private sealed class PostponingHandler(IRequestHandler handler, Random random)
        : IRequestHandler
    {
        public void Handle(HttpRequest request, HttpResponse response)
        {
            if (request.MayBlock || random.Next(2) == 0)
            {
                handler.Handle(request, response);
                return;
            }

            // What it leaves behind must not be seen.
            response.Status = 201;
            response.AddHeader("X-Postponed"u8, "1"u8);
            response.Body.GetSpan(10)[..10].Fill((byte)'p');
            response.Body.Advance(10);
            response.Postpone();
        }
    }

    private sealed record Outcome(List<string> Seen, string Output);
}
