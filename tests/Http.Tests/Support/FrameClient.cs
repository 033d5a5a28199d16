using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Http.Tests.Support;

/// <summary>
/// A client of a WebSocket over loopback, that has shaken hands, and gives up after a minute.
/// </summary>
internal sealed class FrameClient : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromMinutes(1));
    private byte[] _bytes = new byte[64 * 1024];
    private int _start;
    private int _end;

    private FrameClient()
    {
    }

    /// <param name="server">Where to connect.</param>
    /// <param name="behind">Sent in one piece with the handshake.</param>
    /// <param name="receiveBufferBytes">Small for a client that takes little; 0 leaves it.</param>
    internal static Task<FrameClient> ConnectAsync(
        HttpServer server, byte[]? behind = null, int receiveBufferBytes = 0) =>
        ConnectAsync(
            server.LocalEndPoint, ClientFrames.Handshake, behind ?? [], receiveBufferBytes);

    internal static async Task<FrameClient> ConnectAsync(
        IPEndPoint server, string handshake, byte[] behind, int receiveBufferBytes)
    {
        var client = new FrameClient();
        if (receiveBufferBytes > 0) client._socket.ReceiveBufferSize = receiveBufferBytes;
        await client._socket.ConnectAsync(server, client._patience.Token);
        byte[] start = [.. Encoding.ASCII.GetBytes(handshake), .. behind];
        await client.SendAsync(start);
        int length;
        while ((length = client.Unread.IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (await client.ReceiveAsync() == 0) throw new EndOfStreamException("no answer");
        }

        Assert.StartsWith("HTTP/1.1 101 ", Encoding.ASCII.GetString(client.Unread), default);
        client._start += length + 4;
        return client;
    }

    private ReadOnlySpan<byte> Unread => _bytes.AsSpan(_start, _end - _start);

    internal async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, _patience.Token)..];
        }
    }

    internal void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>The next frame, or null at the end; throws SocketException at a reset.</summary>
    internal async Task<ServerFrame?> ReadAsync()
    {
        while (true)
        {
            if (TryTake(out var frame)) return frame;
            if (await ReceiveAsync() > 0) continue;
            return Unread.IsEmpty ? null : throw new EndOfStreamException("a frame is cut");
        }
    }

    internal async Task<string?> ReadTextAsync() => (await ReadAsync())?.ToString();

    /// <summary>All frames up to the end.</summary>
    internal async Task<List<string>> ReadAllAsync()
    {
        var frames = new List<string>();
        while (await ReadTextAsync() is { } text) frames.Add(text);
        return frames;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _patience.Dispose();
    }

    private bool TryTake(out ServerFrame frame)
    {
        var unread = Unread;
        bool isWhole = ServerFrame.TryRead(ref unread, out frame);
        if (isWhole) _start = _end - unread.Length;
        return isWhole;
    }

    private async Task<int> ReceiveAsync()
    {
        if (_start > 0)
        {
            Unread.CopyTo(_bytes);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _bytes.Length) Array.Resize(ref _bytes, _bytes.Length * 2);
        int count = await _socket.ReceiveAsync(_bytes.AsMemory(_end), _patience.Token);
        _end += count;
        return count;
    }
}
