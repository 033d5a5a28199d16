using Http.Messages;
using Http.Tests.Support;

namespace Http.Tests.Connections;

/// <summary>
/// The hostile suite on the state machine: whole, in pieces, and behind a good request.
/// </summary>
public sealed class RawRequestTests
{
    private const string GoodRequest = "GET /first HTTP/1.1\r\nHost: a\r\n\r\n";

    private const int CutsMax = 2000;

    // Small, so that each can be met at its edge; the table's entries about limits know them.
    internal static readonly HttpServerOptions Options = new()
    {
        Limits = new HttpLimits
        {
            HeadBytesMax = 400,
            TargetBytesMax = 100,
            HeaderCountMax = 10,
            DrainedBodyBytesMax = 1000,
            ChunkExtensionBytesMax = 40,
            TrailerBytesMax = 50,
        },
        TimeProvider = new ManualTime(),
    };

    public static TheoryData<object> Requests => [.. RawRequests.All];

    [Test]
    public void Requests_AllCodes_AreMet()
    {
        var met = RawRequests.All.Select(request => request.Rejection).ToHashSet();
        // This one has no bytes that cause it; its tests are with the time-outs.
        met.Add(RequestRejection.TimedOut);
        Assert.Empty(Enum.GetValues<RequestRejection>().Except(met));
        Assert.True(RawRequests.All.Count >= 250, "the suite has become smaller");
    }

    [Test]
    [MethodDataSource(nameof(Requests))]
    public void Advance_RawRequest_HasItsOneOutcome(object entry)
    {
        var request = (RawRequest)entry;
        Check(request, request.Bytes, pieceBytesMax: int.MaxValue);
    }

    [Test]
    [MethodDataSource(nameof(Requests))]
    public void Advance_RawRequestByteByByte_HasTheSameOutcome(object entry)
    {
        var request = (RawRequest)entry;
        Check(request, request.Bytes, pieceBytesMax: 1);
    }

    [Test]
    [MethodDataSource(nameof(Requests))]
    public void Advance_RawRequestCutAnywhere_HasTheSameOutcome(object entry)
    {
        var request = (RawRequest)entry;
        // Beyond all limits there is nothing left to cut.
        int last = Math.Min(request.Bytes.Length, CutsMax);
        for (int cut = 1; cut < last; cut++)
        {
            var handler = new ScriptedHandler();
            using var driver = new ConnectionDriver(handler, Options);
            driver.Feed(request.Bytes[..cut]).Feed(request.Bytes[cut..]);
            Check(request, driver, handler, before: 0);
        }
    }

    [Test]
    [MethodDataSource(nameof(Requests))]
    public void Advance_RawRequestBehindAGoodOne_HasTheSameOutcome(object entry)
    {
        var request = (RawRequest)entry;
        var handler = new ScriptedHandler();
        using var driver = new ConnectionDriver(handler, Options);
        Check(request, driver.Feed(GoodRequest + request.Bytes), handler, before: 1);
    }

    [Test]
    [MethodDataSource(nameof(Requests))]
    public void Advance_RequestBehindARawOne_IsAnsweredOnlyIfThatKeptTheConnection(object entry)
    {
        var request = (RawRequest)entry;
        if (!request.KeepsAlive && request.Rejection == RequestRejection.None) return;
        var handler = new ScriptedHandler();
        using var driver = new ConnectionDriver(handler, Options);
        driver.Feed(request.Bytes + GoodRequest);

        Assert.Equal(request.KeepsAlive, handler.Seen.Contains("GET /first 0"));
        Assert.Equal(request.KeepsAlive ? 2 : 1, Responses(driver, request, 0).Count);
    }

    private static void Check(RawRequest request, string bytes, int pieceBytesMax)
    {
        var handler = new ScriptedHandler();
        using var driver = new ConnectionDriver(handler, Options);
        Check(request, driver.Feed(bytes, pieceBytesMax), handler, before: 0);
    }

    private static void Check(
        RawRequest request, ConnectionDriver driver, ScriptedHandler handler, int before)
    {
        var responses = Responses(driver, request, before);
        Assert.Equal(before + 1, responses.Count);
        var response = responses[before];
        if (request.Rejection == RequestRejection.None)
        {
            Assert.Equal(200, response.Status);
            Assert.Equal(before + 1, handler.Seen.Count);
            Assert.Equal(request.Seen, handler.Seen[before]);
            if (!request.IsHead) Assert.Equal(request.Seen, response.Body);
        }
        else
        {
            var (status, message) = RejectionAnswer.For(request.Rejection);
            Assert.Equal((status, message), (response.Status, MessageOf(response)));
            Assert.Equal(before, handler.Seen.Count);
            Assert.Equal("application/json; charset=utf-8", response.Header("Content-Type"));
        }

        Assert.Equal(request.KeepsAlive ? "keep-alive" : "close", response.Header("Connection"));
        driver.EndInput();
        Assert.True(driver.IsClosed);
    }

    private static List<ReceivedResponse> Responses(
        ConnectionDriver driver, RawRequest request, int index) =>
        ReceivedResponse.ReadAll(driver.Output, request.IsHead ? [index] : []);

    private static string MessageOf(ReceivedResponse response)
    {
        const string Label = "\"message\":\"";
        int start = response.Body.IndexOf(Label, StringComparison.Ordinal) + Label.Length;
        return response.Body[start..^2];
    }
}
