using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Bench.Http;

namespace Bench.Attacks;

/// <summary>
/// Clients that ask for much and read nothing, of one address if not said otherwise; one that is
/// cut connects and asks again.
/// </summary>
internal sealed class SlowReaders : IAttackers
{
    private const int ReceiveBytes = 8 << 10;

    private readonly Crowd _crowd;
    private readonly TimeSpan _hold;
    private readonly byte[] _request;
    private readonly int _count;
    private long _asked;

    internal SlowReaders(
        IPEndPoint server, int count, byte[] request, TimeSpan hold, int? perAddress = null)
    {
        _hold = hold;
        _request = request;
        _count = count;
        _crowd = new Crowd(server, count, Visit, ReceiveBytes, perAddress ?? count);
    }

    public void Wait() => Thread.Sleep(_hold);

    public IEnumerable<(string What, string Figure)> Figures() =>
    [
        ("attackers", string.Create(
            CultureInfo.InvariantCulture,
            $"{_count:N0} readers, {_asked:N0} requests, {_asked * _request.Length:N0} bytes sent, "
            + $"{_crowd.Connected:N0} connected at the end, {_crowd.Lost:N0} refused or cut")),
    ];

    public void Dispose() => _crowd.Dispose();

    private bool Visit(Socket socket, ref int step)
    {
        if (step++ > 0) return TcpState.IsEstablished(socket);
        _asked++;
        return socket.Send(_request, SocketFlags.None, out _) == _request.Length;
    }
}
