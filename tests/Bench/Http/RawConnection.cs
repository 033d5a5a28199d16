using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bench.Http;

/// <summary>
/// A client's connection with nothing in between: it can ask and read, or ask and not read.
/// </summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    private readonly byte[] _buffer;

    /// <param name="server">A loopback address.</param>
    /// <param name="buffer">May be shared by connections of one thread.</param>
    /// <param name="from">The client's address: any of 127.0.0.0/8.</param>
    internal RawConnection(IPEndPoint server, byte[] buffer, IPAddress? from = null)
    {
        _buffer = buffer;
        Socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)s_timeout.TotalMilliseconds,
        };
        try
        {
            if (from is not null) Socket.Bind(new IPEndPoint(from, 0));
            if (!Socket.ConnectAsync(server).Wait(s_timeout))
            {
                throw new SocketException((int)SocketError.TimedOut);
            }
        }
        catch (AggregateException e) when (e.InnerException is SocketException inner)
        {
            Socket.Dispose();
            throw inner;
        }
    }

    internal Socket Socket { get; }

    internal static byte[] Get(string path) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");

    /// <summary>
    /// Sends a request and drops the answer's body; gives its status and the body's length.
    /// </summary>
    internal (int Status, long BodyBytes) Exchange(ReadOnlySpan<byte> request)
    {
        Socket.Send(request);
        int filled = 0;
        int headBytes;
        while ((headBytes = _buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0)
        {
            filled += Receive(_buffer.AsSpan(filled));
        }

        string head = Encoding.ASCII.GetString(_buffer, 0, headBytes);
        long length = LengthOf(head);
        for (long left = length - (filled - headBytes - 4); left > 0;)
        {
            left -= Receive(_buffer);
        }

        return (int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture), length);
    }

    public void Dispose() => Socket.Dispose();

    private int Receive(Span<byte> space)
    {
        int received = Socket.Receive(space);
        return received > 0 ? received : throw new IOException("closed before the answer's end");
    }

    private static long LengthOf(string head)
    {
        const string Name = "\r\nContent-Length:";
        int at = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        if (at < 0) return 0;
        int start = at + Name.Length;
        int end = head.IndexOf('\r', start);
        string value = end < 0 ? head[start..] : head[start..end];
        return long.Parse(value, NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
    }
}
