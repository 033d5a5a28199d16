using System.Net;
using System.Net.Sockets;
using Http.Tests.Support;
using Http.Transports;

namespace Http.Tests.Transports;

/// <summary>
/// Work whose client has gone is not begun; a client that reads on gets its answer.
/// </summary>
public sealed class EpollGoneClientTests
{
    private const string Cold = "GET /cold HTTP/1.1\r\nHost: a\r\n\r\n";
    private const int Threads = 4;

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task Offload_ClientClosed_IsWorkedForOnlyIfItReads(bool closes)
    {
        using var disk = new ManualResetEventSlim();
        int begun = 0;
        var handler = new ScriptedHandler((request, response) =>
        {
            if (!request.MayBlock)
            {
                response.Postpone();
                return;
            }

            Interlocked.Increment(ref begun);
            disk.Wait(TimeSpan.FromMinutes(1));
            ScriptedHandler.Echo(request, response);
        });
        await using var server = HttpServer.Start(
            new IPEndPoint(IPAddress.Loopback, 0),
            handler,
            new HttpServerOptions { Transport = static () => new EpollTransport(1) });
        // All threads that this kind of work may have wait for the disk.
        var first = new List<RawClient>();
        for (int i = 0; i < Threads; i++)
        {
            first.Add(await RawClient.ConnectAsync(server));
            await first[i].SendAsync(Cold);
        }

        await UntilAsync(() => Volatile.Read(ref begun) == Threads);
        using var last = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await last.ConnectAsync(server.LocalEndPoint, TestRun.Cancellation);
        last.Send(System.Text.Encoding.ASCII.GetBytes(Cold));
        // An exchange of another: what was sent before it has been seen.
        if (closes) last.Close();
        else last.Shutdown(SocketShutdown.Send);
        await UntilAsync(() => closes || last.Available > 0);
        if (closes) await Task.Delay(1500, TestRun.Cancellation);
        disk.Set();
        foreach (var client in first)
        {
            await client.ReadThroughAsync("GET /cold 0");
            client.Dispose();
        }

        if (closes)
        {
            Assert.Equal(Threads, begun);
            return;
        }

        string answer = await ReadAllAsync(last);
        Assert.StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ", answer, default);
        Assert.EndsWith("GET /cold 0", answer, StringComparison.Ordinal);
    }

    private static async Task<string> ReadAllAsync(Socket socket)
    {
        var all = new MemoryStream();
        byte[] buffer = new byte[4096];
        int count;
        while ((count = await socket.ReceiveAsync(
            buffer, TestRun.Cancellation)) > 0)
        {
            all.Write(buffer, 0, count);
        }

        return System.Text.Encoding.ASCII.GetString(all.ToArray());
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition()) await Task.Delay(10, TestRun.Cancellation);
    }
}
