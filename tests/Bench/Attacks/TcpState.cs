using System.Net.Sockets;

namespace Bench.Attacks;

/// <summary>Whether a connection stands, without reading from it (tcp(7), TCP_INFO).</summary>
internal static class TcpState
{
    private const int TcpLevel = 6;
    private const int TcpInfo = 11;
    private const byte Established = 1;

    internal static bool IsEstablished(Socket socket)
    {
        // The state is its first byte; more is not asked for.
        Span<byte> state = stackalloc byte[1];
        return socket.GetRawSocketOption(TcpLevel, TcpInfo, state) > 0 && state[0] == Established;
    }
}
