using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Bench.Http;

/// <summary>
/// A client that does nothing wrong: one request after another, over a connection it keeps or over
/// a fresh one each time, and how long each took, connecting included.
/// </summary>
internal sealed class NormalClient : IDisposable
{
    private readonly IPEndPoint _server;
    private readonly byte[][] _requests;
    private readonly bool _keeps;
    private readonly byte[] _buffer = new byte[64 << 10];
    private readonly Tally _tally = new();
    private readonly Thread _thread;
    private RawConnection? _connection;
    private volatile bool _stopping;

    internal NormalClient(IPEndPoint server, byte[][] requests, bool keeps)
    {
        _server = server;
        _requests = requests;
        _keeps = keeps;
        _thread = new Thread(Live);
        _thread.Start();
    }

    /// <summary>Forgets what was measured before.</summary>
    internal void Begin() => _tally.Clear();

    internal string Print() => _tally.Print();

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        Disconnect();
    }

    private void Live()
    {
        for (int i = 0; !_stopping; i++)
        {
            byte[] request = _requests[i % _requests.Length];
            bool answered = Try(() => (_connection ??= Connect()).Exchange(request).Status);
            if (!answered || !_keeps) Disconnect();
            // Nobody normal knocks on a closed door in a tight loop.
            if (!answered) Thread.Sleep(5);
        }
    }

    private void Disconnect()
    {
        _connection?.Dispose();
        _connection = null;
    }

    private RawConnection Connect() => new(_server, _buffer);

    private bool Try(Func<int> exchange)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            bool good = exchange() == 200;
            _tally.Add(good ? Stopwatch.GetElapsedTime(start) : null);
            return good;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            _tally.Add(null);
            return false;
        }
    }

    /// <summary>Times of one kind of request; written and read by two threads.</summary>
    private sealed class Tally
    {
        private readonly List<double> _milliseconds = [];
        private int _failed;

        internal void Add(TimeSpan? time)
        {
            lock (_milliseconds)
            {
                if (time is { } took) _milliseconds.Add(took.TotalMilliseconds);
                else _failed++;
            }
        }

        internal void Clear()
        {
            lock (_milliseconds)
            {
                _milliseconds.Clear();
                _failed = 0;
            }
        }

        internal string Print()
        {
            lock (_milliseconds)
            {
                var culture = CultureInfo.InvariantCulture;
                int count = _milliseconds.Count;
                string failed = $"{_failed:N0} of {count + _failed:N0} failed";
                if (count == 0) return failed;
                double[] sorted = [.. _milliseconds.Order()];
                return string.Create(
                    culture,
                    $"p50 {sorted[count / 2]:N2} ms, p99 {sorted[(int)(count * 0.99)]:N2} ms, "
                    + $"max {sorted[^1]:N1} ms; {failed}");
            }
        }
    }
}
