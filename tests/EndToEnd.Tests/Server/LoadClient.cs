using EndToEnd.Tests.Harness;
using Samples;

namespace EndToEnd.Tests.Server;

/// <summary>
/// Sends requests in bunches over one connection, and holds every answer against the one that is
/// known, until the server ends the connection.
/// </summary>
internal sealed class LoadClient(
    RawConnection connection,
    IReadOnlyList<(string Request, RawResponse Answer)> known,
    ulong seed,
    Action answered)
{
    private const int BunchMax = 6;

    private readonly SampleRandom _random = new(seed);

    /// <summary>The last answer said that it is the last.</summary>
    public bool WasTold { get; private set; }

    /// <summary>The connection ended in any other way than behind such an answer.</summary>
    public bool WasCut { get; private set; }

    public async Task RunAsync()
    {
        using (connection)
        {
            try
            {
                while (!WasTold) await ExchangeAsync();
                Assert.Empty(await connection.ReadToEndAsync());
            }
            catch (IOException)
            {
                // A reset, or an end inside an answer or before it: no one takes that for whole.
                WasCut = true;
            }
        }
    }

    private async Task ExchangeAsync()
    {
        var bunch = Enumerable.Range(0, 1 + _random.Below(BunchMax))
            .Select(_ => known[_random.Below(known.Count)])
            .ToList();
        await connection.SendAsync(string.Concat(bunch.Select(pair => pair.Request)));
        foreach (var (request, expected) in bunch)
        {
            var answer = await connection.ReadResponseAsync();
            AssertSame(request, expected, answer);
            answered();
            WasTold = answer.Header("Connection") is "close";
            if (WasTold) return;
        }
    }

    private static void AssertSame(string request, RawResponse expected, RawResponse answer)
    {
        // Without one of these its end would be that of the connection, which proves nothing.
        string? frame = answer.Header("Content-Length") ?? answer.Header("Transfer-Encoding");
        Assert.True(frame is not null, request);
        Assert.Equal(expected.Status, answer.Status);
        Assert.True(
            expected.Body.AsSpan().SequenceEqual(answer.Body),
            $"{answer.Body.Length} bytes instead of {expected.Body.Length} for {request}");
    }
}
