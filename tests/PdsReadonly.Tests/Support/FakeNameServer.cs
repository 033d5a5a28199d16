using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace PdsReadonly.Tests.Support;

/// <summary>
/// A name server on this machine, by UDP and TCP at one port, that says what it is told to.
/// </summary>
internal sealed class FakeNameServer : IAsyncDisposable
{
    private readonly Socket _datagrams = new(
        AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _streams = new(
        AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _running;

    internal FakeNameServer()
    {
        // A port that is free for one may be taken for the other: then the next.
        while (true)
        {
            _streams.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            Address = (IPEndPoint)_streams.LocalEndPoint!;
            try
            {
                _datagrams.Bind(Address);
                break;
            }
            catch (SocketException)
            {
                _streams.Dispose();
                _streams = new Socket(
                    AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            }
        }

        _streams.Listen();
        _running = Task.WhenAll(ServeDatagramsAsync(), ServeStreamsAsync());
    }

    internal IPEndPoint Address { get; }

    /// <summary>The datagrams that are sent for a query, one after the other.</summary>
    internal Func<byte[], IEnumerable<byte[]>> OnDatagram { get; set; } = static _ => [];

    /// <summary>What is sent by TCP, without the length in front.</summary>
    internal Func<byte[], byte[]> OnStream { get; set; } = static _ => [];

    internal int Datagrams { get; private set; }

    internal int Streams { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _datagrams.Dispose();
        _streams.Dispose();
        await _running;
        _end.Dispose();
    }

    private async Task ServeDatagramsAsync()
    {
        byte[] buffer = new byte[512];
        var anyone = new IPEndPoint(IPAddress.Any, 0);
        while (!_end.IsCancellationRequested)
        {
            try
            {
                var got = await _datagrams.ReceiveFromAsync(buffer, anyone, _end.Token);
                Datagrams++;
                foreach (byte[] answer in OnDatagram(buffer[..got.ReceivedBytes]))
                {
                    await _datagrams.SendToAsync(answer, got.RemoteEndPoint, _end.Token);
                }
            }
            catch (Exception e) when (IsEnd(e))
            {
                // Its asker has gone, or we have to.
            }
        }
    }

    private async Task ServeStreamsAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                using var client = await _streams.AcceptAsync(_end.Token);
                Streams++;
                await using var stream = new NetworkStream(client);
                byte[] prefix = new byte[2];
                await stream.ReadExactlyAsync(prefix, _end.Token);
                byte[] query = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
                await stream.ReadExactlyAsync(query, _end.Token);
                byte[] answer = OnStream(query);
                BinaryPrimitives.WriteUInt16BigEndian(prefix, (ushort)answer.Length);
                await stream.WriteAsync(prefix, _end.Token);
                await stream.WriteAsync(answer, _end.Token);
            }
            catch (Exception e) when (IsEnd(e))
            {
                // Its asker has gone, or we have to.
            }
        }
    }

    private static bool IsEnd(Exception e) => e is OperationCanceledException or SocketException
        or IOException or ObjectDisposedException;
}
