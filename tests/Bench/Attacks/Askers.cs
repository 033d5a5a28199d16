using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Bench.Http;

namespace Bench.Attacks;

/// <summary>
/// Clients that ask, read the answer to its end and ask again, each on a thread of its own and over
/// a fresh connection. They have the lowest priority, so that they cost the normal client's core no
/// time that the normal client wants.
/// </summary>
internal sealed class Askers : IAttackers
{
    private const int PerAddress = 16;
    private const int StatusAt = 9;
    private const int StackBytes = 256 << 10;

    private readonly IPEndPoint _server;
    private readonly byte[][] _requests;
    private readonly Thread[] _threads;
    private readonly int _each;
    private readonly TimeSpan _time;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly ConcurrentDictionary<string, int> _outcomes = new();
    private long _asked;
    private long _sentBytes;
    private long _receivedBytes;
    private volatile bool _stopping;

    /// <param name="server">A loopback address.</param>
    /// <param name="clients">How many ask at once.</param>
    /// <param name="requests">Whole ones that close the connection, asked in turn.</param>
    /// <param name="time">They stop after that, also in the middle of an answer.</param>
    /// <param name="each">How many requests each of them makes at most.</param>
    internal Askers(
        IPEndPoint server, int clients, byte[][] requests, TimeSpan time, int each = int.MaxValue)
    {
        _server = server;
        _requests = requests;
        _each = each;
        _time = time;
        _threads = new Thread[clients];
        for (int i = 0; i < clients; i++)
        {
            int number = i;
            _threads[i] = new Thread(() => Live(number), StackBytes);
            _threads[i].Start();
        }
    }

    /// <summary>A request over a connection that ends with its answer.</summary>
    internal static byte[] Request(string path, string method = "GET", string headers = "") =>
        Encoding.ASCII.GetBytes(
            $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");

    public void Wait()
    {
        foreach (var thread in _threads) thread.Join();
    }

    public IEnumerable<(string What, string Figure)> Figures()
    {
        var culture = CultureInfo.InvariantCulture;
        string outcomes = string.Join(
            ", ",
            _outcomes.OrderBy(outcome => outcome.Key, StringComparer.Ordinal)
                .Select(outcome => string.Create(culture, $"{outcome.Key}: {outcome.Value:N0}")));
        yield return (
            "attackers",
            string.Create(
                culture,
                $"{_threads.Length} at once, {_asked:N0} requests, {_sentBytes:N0} bytes sent, "
                + $"{_receivedBytes:N0} received, {_watch.Elapsed.TotalSeconds:F1} s"));
        yield return ("their answers", outcomes);
    }

    public void Dispose()
    {
        _stopping = true;
        Wait();
    }

    private void Live(int number)
    {
        Priority.LowerThisThread();
        byte[] buffer = new byte[64 << 10];
        for (int i = 0; i < _each && !IsOver; i++)
        {
            byte[] request = _requests[(number + i) % _requests.Length];
            string outcome;
            try
            {
                outcome = Ask(number, request, buffer);
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                outcome = "failed";
            }

            _outcomes.AddOrUpdate(outcome, 1, (_, count) => count + 1);
        }
    }

    private bool IsOver => _stopping || _watch.Elapsed > _time;

    private string Ask(int number, byte[] request, byte[] buffer)
    {
        var address = new IPAddress([127, 0, 2, (byte)(1 + (number / PerAddress))]);
        using var connection = new RawConnection(_server, buffer, address);
        var socket = connection.Socket;
        socket.ReceiveTimeout = 250;
        Interlocked.Increment(ref _asked);
        Interlocked.Add(ref _sentBytes, socket.Send(request));
        string? status = null;
        while (true)
        {
            int received = socket.Receive(buffer, SocketFlags.None, out var error);
            if (error == SocketError.Success && received == 0) return status ?? "cut";
            if (error == SocketError.Success)
            {
                status ??= received < StatusAt + 3
                    ? "short"
                    : Encoding.ASCII.GetString(buffer, StatusAt, 3);
                Interlocked.Add(ref _receivedBytes, received);
            }
            else if (error is not (SocketError.TimedOut or SocketError.WouldBlock))
            {
                return status ?? "cut";
            }

            if (IsOver) return "left unanswered";
        }
    }
}
