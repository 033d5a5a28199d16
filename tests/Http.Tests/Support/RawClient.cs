using System.Net.Sockets;
using System.Text;

namespace Http.Tests.Support;

/// <summary>
/// A client that sends and receives bytes over loopback, and gives up after a minute.
/// </summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromMinutes(1));
    private readonly StringBuilder _unread = new();
    private readonly byte[] _buffer = new byte[64 * 1024];

    private RawClient()
    {
    }

    internal static async Task<RawClient> ConnectAsync(
        HttpServer server, int receiveBufferBytes = 0)
    {
        var client = new RawClient();
        if (receiveBufferBytes > 0) client._socket.ReceiveBufferSize = receiveBufferBytes;
        await client._socket.ConnectAsync(server.LocalEndPoint, client._patience.Token);
        return client;
    }

    /// <summary>Sends, and reads until the server closes.</summary>
    internal static async Task<string> ExchangeAsync(HttpServer server, string request)
    {
        using var client = await ConnectAsync(server);
        await client.SendAsync(request);
        client.EndSending();
        return await client.ReadAllAsync();
    }

    /// <summary>
    /// Sends the rest, and reads until the server closes. One that has refused what came before may
    /// be gone already.
    /// </summary>
    internal async Task<string> SendLastAndReadAsync(string text)
    {
        try
        {
            await SendAsync(text);
            EndSending();
        }
        catch (SocketException)
        {
            // Its answer is still to be read.
        }

        return await ReadAllAsync();
    }

    internal async Task SendAsync(string text) =>
        await _socket.SendAsync(Encoding.Latin1.GetBytes(text), _patience.Token);

    internal void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>
    /// Everything up to the end; throws SocketException when the connection is reset.
    /// </summary>
    internal async Task<string> ReadAllAsync()
    {
        while (await ReceiveAsync() > 0)
        {
        }

        return Take(_unread.Length);
    }

    /// <summary>Up to and with the first occurrence of <paramref name="end"/>.</summary>
    internal async Task<string> ReadThroughAsync(string end)
    {
        int index;
        while ((index = _unread.ToString().IndexOf(end, StringComparison.Ordinal)) < 0)
        {
            if (await ReceiveAsync() == 0) throw new EndOfStreamException(_unread.ToString());
        }

        return Take(index + end.Length);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _patience.Dispose();
    }

    private async Task<int> ReceiveAsync()
    {
        int count = await _socket.ReceiveAsync(_buffer, _patience.Token);
        _unread.Append(Encoding.Latin1.GetString(_buffer, 0, count));
        return count;
    }

    private string Take(int length)
    {
        string text = _unread.ToString(0, length);
        _unread.Remove(0, length);
        return text;
    }
}
