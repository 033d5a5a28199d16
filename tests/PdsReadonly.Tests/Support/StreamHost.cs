using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace PdsReadonly.Tests.Support;

/// <summary>
/// A host of one event stream on a socket: it does to its client what a test says.
/// </summary>
internal sealed class StreamHost : IAsyncDisposable
{
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    /// <param name="serve">What happens on each connection; then it is closed.</param>
    /// <param name="status">Anything but 101 refuses the stream.</param>
    internal StreamHost(Func<WebSocket, CancellationToken, Task> serve, int status = 101)
    {
        _listener.Start();
        _serving = ServeAsync(serve, status);
    }

    internal Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>First lines of the requests.</summary>
    internal List<string> Requests { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync(Func<WebSocket, CancellationToken, Task> serve, int status)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await using var stream = client.GetStream();
                string head = await ReadHeadAsync(stream);
                Requests.Add(head[..head.IndexOf('\r', StringComparison.Ordinal)]);
                await stream.WriteAsync(Answer(head, status), _stop.Token);
                if (status != 101) continue;
                using var socket = WebSocket.CreateFromStream(
                    stream, isServer: true, null, Timeout.InfiniteTimeSpan);
                await serve(socket, _stop.Token);
            }
        }
        catch (Exception e) when (
            _stop.IsCancellationRequested
            || e is IOException or SocketException or WebSocketException)
        {
            // The client is gone, or the test is over.
        }
    }

    private async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, _stop.Token);
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    [SuppressMessage("Security", "CA5350", Justification = "The handshake is defined with it.")]
    private static byte[] Answer(string head, int status)
    {
        if (status != 101)
        {
            return Encoding.ASCII.GetBytes(
                $"HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }

        const string Name = "Sec-WebSocket-Key: ";
        string field = head.Split("\r\n")
            .First(line => line.StartsWith(Name, StringComparison.OrdinalIgnoreCase));
        string key = field[Name.Length..];
        // RFC 6455 section 4.2.2 demands it.
        byte[] digest = SHA1.HashData(Encoding.ASCII.GetBytes(key + Guid));
        return Encoding.ASCII.GetBytes(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + $"Sec-WebSocket-Accept: {Convert.ToBase64String(digest)}\r\n\r\n");
    }
}
