using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace EndToEnd.Tests.Harness;

/// <summary>A TCP connection that sends bytes as given and reads answers as they come.</summary>
/// <remarks>
/// Every wait ends after ten seconds with an error, so that a silent server fails a test.
/// </remarks>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    private readonly TcpClient _client;

    // Asked for once: the client denies it when the sending direction has ended.
    private readonly NetworkStream _stream;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    private RawConnection(TcpClient client)
    {
        _client = client;
        _stream = client.GetStream();
    }

    /// <param name="host">Where to connect.</param>
    /// <param name="port">The same.</param>
    /// <param name="receiveBufferBytes">Small for a client that takes little; 0 leaves it.</param>
    public static async Task<RawConnection> OpenAsync(
        string host, int port, int receiveBufferBytes = 0)
    {
        var client = new TcpClient { NoDelay = true };
        if (receiveBufferBytes > 0) client.ReceiveBufferSize = receiveBufferBytes;
        await client.ConnectAsync(host, port).WaitAsync(s_limit);
        return new RawConnection(client);
    }

    /// <summary>
    /// Sends text whose characters are bytes (Latin-1); line ends are the caller's.
    /// </summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public Task SendAsync(ReadOnlyMemory<byte> bytes) =>
        _stream.WriteAsync(bytes).AsTask().WaitAsync(s_limit);

    /// <summary>Says that nothing more will be sent; answers are still read.</summary>
    public void EndSending() => _client.Client.Shutdown(SocketShutdown.Send);

    /// <summary>The next response, whole.</summary>
    /// <param name="toHead">It answers a HEAD request, so that no body follows.</param>
    public async Task<RawResponse> ReadResponseAsync(bool toHead = false)
    {
        var response = await ReadHeadAsync();
        bool bodiless = toHead || response.Status is < 200 or 204 or 304;
        return bodiless ? response : response with { Body = await ReadBodyAsync(response) };
    }

    /// <summary>The next response's head alone; its body is left.</summary>
    public async Task<RawResponse> ReadHeadAsync()
    {
        string statusLine = await ReadLineAsync();
        var headers = new List<KeyValuePair<string, string>>();
        for (string line = await ReadLineAsync(); line.Length > 0; line = await ReadLineAsync())
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(new(line[..colon], line[(colon + 1)..].Trim(' ')));
        }

        return new RawResponse(statusLine, headers, []);
    }

    /// <summary>Everything up to the end of the connection.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        var all = new ArrayBufferWriter<byte>();
        do
        {
            all.Write(_buffer.AsSpan(_start, _end - _start));
            _start = _end;
        }
        while (await FillAsync());
        return all.WrittenSpan.ToArray();
    }

    public void Dispose() => _client.Dispose();

    private async Task<byte[]> ReadBodyAsync(RawResponse response)
    {
        if (response.Header("Transfer-Encoding") is "chunked") return await ReadChunksAsync();
        return response.Header("Content-Length") is { } length
            ? await ReadExactlyAsync(int.Parse(length, CultureInfo.InvariantCulture))
            : await ReadToEndAsync();
    }

    private async Task<byte[]> ReadChunksAsync()
    {
        var body = new ArrayBufferWriter<byte>();
        while (true)
        {
            string size = (await ReadLineAsync()).Split(';')[0];
            int length = int.Parse(size, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.Write(await ReadExactlyAsync(length));
            if (length > 0)
            {
                Assert.Equal("", await ReadLineAsync());
                continue;
            }

            while ((await ReadLineAsync()).Length > 0)
            {
            }

            return body.WrittenSpan.ToArray();
        }
    }

    private async Task<byte[]> ReadExactlyAsync(int length)
    {
        var bytes = new ArrayBufferWriter<byte>();
        while (bytes.WrittenCount < length)
        {
            if (_start == _end) await FillOrThrowAsync($"a body of {length} bytes");
            int part = Math.Min(_end - _start, length - bytes.WrittenCount);
            bytes.Write(_buffer.AsSpan(_start, part));
            _start += part;
        }

        return bytes.WrittenSpan.ToArray();
    }

    private async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (true)
        {
            if (_start == _end) await FillOrThrowAsync("a line");
            char c = (char)_buffer[_start++];
            if (c == '\n')
            {
                Assert.True(line is [.., '\r'], $"line without CR: {line}");
                return line.ToString(0, line.Length - 1);
            }

            line.Append(c);
        }
    }

    private async Task FillOrThrowAsync(string wanted)
    {
        if (!await FillAsync()) throw new EndOfStreamException($"connection ended inside {wanted}");
    }

    /// <summary>Reads on into the buffer, which is empty; false at the end.</summary>
    private async Task<bool> FillAsync()
    {
        _start = 0;
        _end = await _stream.ReadAsync(_buffer).AsTask().WaitAsync(s_limit);
        return _end > 0;
    }
}
