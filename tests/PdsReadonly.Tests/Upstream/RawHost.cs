using System.Net;
using System.Net.Sockets;

namespace PdsReadonly.Tests.Upstream;

/// <summary>
/// A host on a socket of this machine that answers each connection with the very bytes that it is
/// given, whatever was asked, and closes.
/// </summary>
internal sealed class RawHost : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<byte[]> _answer;
    private readonly Task _serving;

    internal RawHost(Func<byte[]> answer)
    {
        _answer = answer;
        _listener.Start();
        Url = new Uri($"http://{_listener.LocalEndpoint}");
        _serving = ServeAsync();
    }

    internal Uri Url { get; }

    /// <summary>What was asked last, with its headers.</summary>
    internal string Asked { get; private set; } = "";

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _serving;
    }

    private async Task ServeAsync()
    {
        byte[] room = new byte[16 * 1024];
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                int count = await client.GetStream().ReadAsync(room);
                Asked = System.Text.Encoding.Latin1.GetString(room, 0, count);
                await client.GetStream().WriteAsync(_answer());
            }
            catch (IOException)
            {
                // The client has gone: the next.
            }
            catch (Exception e) when (e is SocketException or InvalidOperationException)
            {
                return;
            }
        }
    }
}
