using System.Net;
using Http.Tests.Support;
using Http.Transports;

namespace Http.Tests.Transports;

/// <summary>What a crowd that takes nothing holds, at every moment of a transport.</summary>
public sealed class HeldMemoryTransportTests
{
    private const int AnswerBytes = 8 << 20;
    private const int Clients = 40;
    private const long Bound = 32 << 20;

    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task HeldBytes_CrowdThatAsksAtOnce_LetsGoBeforeMoreIsMade(bool isOffloaded)
    {
        long most = 0;
        int answered = 0;
        HttpServer? server = null;
        using var mayAnswer = new ManualResetEventSlim();
        var handler = new ScriptedHandler((request, response) =>
        {
            // So that all of them wait when the first one is answered.
            mayAnswer.Wait(TestRun.Cancellation);
            if (isOffloaded && !request.MayBlock)
            {
                response.Postpone();
                return;
            }

            InterlockedMax(ref most, server!.HeldBytes);
            response.Body.GetSpan(AnswerBytes)[..AnswerBytes].Fill((byte)'x');
            response.Body.Advance(AnswerBytes);
            Interlocked.Increment(ref answered);
        });
        await using var started = server = HttpServer.Start(
            new IPEndPoint(IPAddress.Loopback, 0), handler, new HttpServerOptions
            {
                Transport = static () => new EpollTransport(1),
                Limits = new HttpLimits { HeldBytesMax = Bound, HeldBytesPerAddressMax = Bound },
            });
        var clients = new List<RawClient>();
        for (int i = 0; i < Clients; i++)
        {
            clients.Add(await RawClient.ConnectAsync(server));
            await clients[i].SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        }

        mayAnswer.Set();
        while (Volatile.Read(ref answered) < Clients) await Task.Delay(10, TestRun.Cancellation);
        // An answer's buffer is twice as large; beyond the bound are those being made.
        int threads = isOffloaded ? Environment.ProcessorCount * 4 : 1;
        Assert.InRange(most, AnswerBytes, Bound + (threads * 2 * AnswerBytes));
        clients.ForEach(static client => client.Dispose());
    }

    private static void InterlockedMax(ref long most, long value)
    {
        long seen = Volatile.Read(ref most);
        while (value > seen)
        {
            long before = Interlocked.CompareExchange(ref most, value, seen);
            if (before == seen) return;
            seen = before;
        }
    }
}
