using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EndToEnd.Tests.Harness;

public sealed class RawConnectionTests
{
    [Test]
    public async Task ReadResponseAsync_EveryFraming_IsReadInOrder()
    {
        using var connection = await AnsweredAsync(
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"
            + "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
            + "HTTP/1.1 304 Not Modified\r\n\r\n"
            + "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;x=y\r\ncd\r\n0\r\n\r\n"
            + "HTTP/1.1 200 OK\r\n\r\nrest");

        Assert.Equal("ab", (await connection.ReadResponseAsync()).Text);
        Assert.Empty((await connection.ReadResponseAsync(toHead: true)).Body);
        Assert.Equal(304, (await connection.ReadResponseAsync()).Status);
        Assert.Equal("cd", (await connection.ReadResponseAsync()).Text);
        Assert.Equal("rest", (await connection.ReadResponseAsync()).Text);
    }

    [Test]
    public async Task ReadResponseAsync_BodyEndsShort_IsAnError()
    {
        using var connection = await AnsweredAsync(
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab");

        await Assert.ThrowsAsync<EndOfStreamException>(() => connection.ReadResponseAsync());
    }

    /// <summary>A connection whose other side has sent this text and left.</summary>
    private static async Task<RawConnection> AnsweredAsync(string text)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var connection = await RawConnection.OpenAsync("127.0.0.1", port);
        using var other = await listener.AcceptTcpClientAsync();
        await other.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text));
        return connection;
    }
}
