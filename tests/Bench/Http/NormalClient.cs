using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Bench.Http;

/// <summary>
/// A client that does nothing wrong: a request every few milliseconds, over a connection it keeps
/// or over a fresh one each time, and how long each took, connecting included.
/// </summary>
/// <remarks>
/// A request that could not be sent when it was due, since the answer before it was late, has
/// waited from then on: a server that stands still for a second is seen in more than one figure.
/// </remarks>
internal sealed class NormalClient : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(4);

    private readonly IPEndPoint _server;
    private readonly byte[][] _requests;
    private readonly bool _keeps;
    private readonly byte[] _buffer = new byte[64 << 10];
    private readonly Tally _tally = new();
    private readonly Tally _overslept = new();
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
    internal void Begin()
    {
        _tally.Clear();
        _overslept.Clear();
    }

    internal RequestTimes Times() => _tally.Times();

    /// <summary>How late the client itself woke: what of the times is not the server's.</summary>
    internal RequestTimes Overslept() => _overslept.Times();

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        Disconnect();
    }

    private void Live()
    {
        long due = Stopwatch.GetTimestamp();
        long interval = (long)(s_interval.TotalSeconds * Stopwatch.Frequency);
        for (int i = 0; !_stopping; i++)
        {
            due += interval;
            long start = WaitUntil(due);
            byte[] request = _requests[i % _requests.Length];
            bool answered = Try(start, () => (_connection ??= Connect()).Exchange(request).Status);
            if (!answered || !_keeps) Disconnect();
        }
    }

    // When the waiting of the next request begins: that sleep lasts too long is not held against
    // the server, that the answer before came too late is.
    private long WaitUntil(long due)
    {
        long now = Stopwatch.GetTimestamp();
        if (now >= due) return due;
        while ((now = Stopwatch.GetTimestamp()) < due) Thread.Sleep(1);
        _overslept.Add(Stopwatch.GetElapsedTime(due, now));
        return now;
    }

    private void Disconnect()
    {
        _connection?.Dispose();
        _connection = null;
    }

    private RawConnection Connect() => new(_server, _buffer);

    private bool Try(long start, Func<int> exchange)
    {
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
        private long _answeredAt = Stopwatch.GetTimestamp();
        private TimeSpan _silence;
        private int _failed;

        internal void Add(TimeSpan? time)
        {
            lock (_milliseconds)
            {
                if (time is { } took)
                {
                    _milliseconds.Add(took.TotalMilliseconds);
                    _silence = SilenceSoFar();
                    _answeredAt = Stopwatch.GetTimestamp();
                }
                else
                {
                    _failed++;
                }
            }
        }

        internal void Clear()
        {
            lock (_milliseconds)
            {
                _milliseconds.Clear();
                _failed = 0;
                _silence = TimeSpan.Zero;
                _answeredAt = Stopwatch.GetTimestamp();
            }
        }

        internal RequestTimes Times()
        {
            lock (_milliseconds)
            {
                double[] sorted = [.. _milliseconds.Order()];
                int count = sorted.Length;
                return count == 0
                    ? new RequestTimes(0, _failed, 0, 0, 0, SilenceSoFar())
                    : new RequestTimes(
                        count, _failed, sorted[count / 2], sorted[(int)(count * 0.99)],
                        sorted[^1], SilenceSoFar());
            }
        }

        // The longest that no answer came, up to now.
        private TimeSpan SilenceSoFar()
        {
            var now = Stopwatch.GetElapsedTime(_answeredAt);
            return now > _silence ? now : _silence;
        }
    }
}
