using System.Net;
using System.Net.Sockets;

namespace Bench.Http;

/// <summary>What a crowd does with one of its connections; false when that is gone.</summary>
/// <param name="socket">Connected; must not be waited for.</param>
/// <param name="step">Of this connection: 0 at first, the visitor's to change.</param>
internal delegate bool Visit(Socket socket, ref int step);

/// <summary>
/// Many bad clients on one thread that never waits for a socket. Each is visited about once a
/// second, evenly, and connects again when it was refused or cut. They come from several addresses
/// of 127.0.0.0/8, so that no limit per address or shortage of ports stops them.
/// </summary>
internal sealed class Crowd : IDisposable
{
    private const int PerAddressUsually = 250;

    private readonly IPEndPoint _server;
    private readonly Member[] _members;
    private readonly Visit _visit;
    private readonly int _receiveBytes;
    private readonly int _perAddress;
    private readonly Thread _thread;
    private volatile bool _stopping;

    /// <param name="server">A loopback address.</param>
    /// <param name="count">Of connections.</param>
    /// <param name="visit">Called on the crowd's thread.</param>
    /// <param name="receiveBytes">Of their receive buffers; the system's unless given.</param>
    /// <param name="perAddress">How many of them share an address.</param>
    internal Crowd(
        IPEndPoint server, int count, Visit visit, int receiveBytes = 0,
        int perAddress = PerAddressUsually)
    {
        _server = server;
        _visit = visit;
        _receiveBytes = receiveBytes;
        _perAddress = perAddress;
        _members = new Member[count];
        _thread = new Thread(Live);
        _thread.Start();
    }

    /// <summary>Connections that were refused or cut so far.</summary>
    internal int Lost { get; private set; }

    internal int Connected { get; private set; }

    /// <summary>The address of a connection, by its number among many.</summary>
    internal static IPAddress AddressOf(int index, int perAddress = PerAddressUsually) =>
        new([127, 0, 1, (byte)(1 + (index / perAddress))]);

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
    }

    private void Live()
    {
        while (!_stopping) Pass();
        foreach (var member in _members) member.Socket?.Dispose();
    }

    private void Pass()
    {
        int perMillisecond = Math.Max(1, _members.Length / 1000);
        int connected = 0;
        for (int i = 0; i < _members.Length && !_stopping; i++)
        {
            if (!Attend(ref _members[i], AddressOf(i, _perAddress))) Lost++;
            if (_members[i].IsConnected) connected++;
            if (i % perMillisecond == 0) Thread.Sleep(1);
        }

        if (!_stopping) Connected = connected;
    }

    private bool Attend(ref Member member, IPAddress address)
    {
        if (member.Connecting is null)
        {
            member = Connect(address);
            return true;
        }

        if (!member.Connecting.IsCompleted) return true;
        if (member.IsConnected && _visit(member.Socket!, ref member.Step)) return true;
        // Seen, so that it is not reported as unobserved.
        _ = member.Connecting.Exception;
        member.Socket!.Dispose();
        member = default;
        return false;
    }

    private Member Connect(IPAddress address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            Blocking = false,
            NoDelay = true,
        };
        if (_receiveBytes > 0) socket.ReceiveBufferSize = _receiveBytes;
        socket.Bind(new IPEndPoint(address, 0));
        return new Member { Socket = socket, Connecting = socket.ConnectAsync(_server) };
    }

    private struct Member
    {
        internal Socket? Socket;
        internal Task? Connecting;
        internal int Step;

        internal readonly bool IsConnected => Connecting is { IsCompletedSuccessfully: true };
    }
}
