using System.Net;
using System.Net.Sockets;
using System.Text;
using Http.Tests.Support;

namespace Http.Tests.Transports;

public sealed class SocketTransportTests
{
    private static readonly IPEndPoint s_anyPort = new(IPAddress.Loopback, 0);

    [Fact]
    public async Task Start_PlainGet_IsAnswered()
    {
        await using var server = HttpServer.Start(s_anyPort, new ScriptedHandler());

        string answer = await ExchangeAsync(server, "GET /a?b=c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nGET /a?b=c 0", answer, StringComparison.Ordinal);
    }

    private static async Task<string> ExchangeAsync(HttpServer server, string request)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.LocalEndPoint, TestContext.Current.CancellationToken);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);
        using var received = new MemoryStream();
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken) is var count and > 0)
        {
            received.Write(buffer, 0, count);
        }

        return Encoding.Latin1.GetString(received.ToArray());
    }
}
