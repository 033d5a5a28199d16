using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Bench.Http;

namespace Bench.Attacks;

/// <summary>
/// Event streams that are opened from ten addresses and then say nothing; and how long one of an
/// eleventh address waits for a record, and for an event stream of its own.
/// </summary>
internal sealed class SilentStreams : IAttackers
{
    private const int Addresses = 10;
    private const int UpgradedStatus = 101;

    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(50);

    private static readonly byte[] s_handshake = Encoding.ASCII.GetBytes(
        "GET /xrpc/com.atproto.sync.subscribeRepos HTTP/1.1\r\nHost: localhost\r\n"
        + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

    private readonly IPEndPoint _server;
    private readonly byte[] _record;
    private readonly Crowd _crowd;
    private readonly TimeSpan _settle;
    private readonly TimeSpan _patience;
    private readonly byte[] _buffer = new byte[16 << 10];
    private readonly byte[] _received = new byte[4 << 10];
    private readonly int _count;
    private long _asked;
    private long _upgraded;
    private string _recordAfter = "";
    private string _streamAfter = "";

    /// <param name="server">A loopback address.</param>
    /// <param name="count">Over all addresses.</param>
    /// <param name="record">What the eleventh address asks for.</param>
    /// <param name="settle">How long they have before it asks.</param>
    /// <param name="patience">How long it goes on asking.</param>
    internal SilentStreams(
        IPEndPoint server, int count, byte[] record, TimeSpan settle, TimeSpan patience)
    {
        _server = server;
        _record = record;
        _settle = settle;
        _patience = patience;
        _count = count;
        _crowd = new Crowd(
            server, count, Visit, perAddress: (count + Addresses - 1) / Addresses);
    }

    public void Wait()
    {
        Thread.Sleep(_settle);
        _recordAfter = SecondsUntil(_record, 200);
        _streamAfter = SecondsUntil(s_handshake, UpgradedStatus);
    }

    public IEnumerable<(string What, string Figure)> Figures()
    {
        var culture = CultureInfo.InvariantCulture;
        yield return (
            "attackers",
            string.Create(
                culture,
                $"{_count:N0} of {Addresses} addresses, {_asked:N0} handshakes, "
                + $"{_asked * s_handshake.Length:N0} bytes sent, {_upgraded:N0} accepted, "
                + $"{_crowd.Connected:N0} connected at the end, {_crowd.Lost:N0} refused or cut"));
        yield return ("an eleventh address gets a record", _recordAfter);
        yield return ("… and then an event stream", _streamAfter);
    }

    public void Dispose() => _crowd.Dispose();

    private bool Visit(Socket socket, ref int step)
    {
        if (step == 0)
        {
            step = 1;
            _asked++;
            return socket.Send(s_handshake, SocketFlags.None, out _) == s_handshake.Length;
        }

        int received = socket.Receive(_received, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock) return true;
        if (received == 0) return false;
        if (step == 1)
        {
            bool upgraded = _received.AsSpan(0, received).StartsWith("HTTP/1.1 101"u8);
            if (!upgraded) return false;
            _upgraded++;
            step = 2;
        }

        return true;
    }

    private string SecondsUntil(byte[] request, int wanted)
    {
        var watch = Stopwatch.StartNew();
        var address = IPAddress.Parse("127.0.3.1");
        string last = "";
        do
        {
            try
            {
                using var connection = new RawConnection(_server, _buffer, address);
                int status = connection.Exchange(request).Status;
                if (status == wanted)
                {
                    return string.Create(
                        CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds:F2} s");
                }

                last = $"{status}";
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                last = e.Message;
            }

            Thread.Sleep(s_between);
        }
        while (watch.Elapsed < _patience);

        return string.Create(
            CultureInfo.InvariantCulture,
            $"not within {_patience.TotalSeconds:F0} s (last: {last})");
    }
}
