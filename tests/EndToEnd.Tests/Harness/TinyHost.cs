using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EndToEnd.Tests.Harness;

/// <summary>
/// A host on the loopback that answers each path, whatever its query, with the bytes it was given;
/// others with 404. One request a connection.
/// </summary>
internal sealed class TinyHost : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IReadOnlyDictionary<string, byte[]> _files;
    private readonly Task _serving;

    public TinyHost(IReadOnlyDictionary<string, byte[]> files)
    {
        _files = files;
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}");
        _serving = ServeAsync();
    }

    public Uri Address { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await AnswerAsync(client.GetStream());
            }
            catch (IOException)
            {
                // The client has gone: the next.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            int count = await stream.ReadAsync(buffer);
            if (count == 0) return;
            head.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        string path = head.ToString().Split(' ')[1].Split('?')[0];
        bool isKnown = _files.TryGetValue(path, out byte[]? body);
        string status = isKnown ? "200 OK" : "404 Not Found";
        body ??= [];
        string answer = $"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\n"
            + "Connection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
        await stream.WriteAsync(body);
    }
}
