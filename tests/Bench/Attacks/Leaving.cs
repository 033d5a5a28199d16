using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Bench.Http;

namespace Bench.Attacks;

/// <summary>
/// Clients that ask for much and are gone before it is done: how long the server still works for
/// them.
/// </summary>
internal static class Leaving
{
    internal const string Name = "leaving";

    private const int Clients = 16;
    private static readonly TimeSpan s_stay = TimeSpan.FromMilliseconds(50);

    // So long without work, and it is over: what a quiet server tidies up it does later.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    // A server that does nothing takes less in a window, and one at work nearly all of it.
    private static readonly TimeSpan s_window = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(2);

    /// <param name="server">That nobody else asks.</param>
    /// <param name="requests">Each by name.</param>
    /// <param name="runs">Of each.</param>
    internal static void Run(
        OwnServer server, IEnumerable<(string Name, byte[] Request)> requests, int runs)
    {
        Report.Title(string.Create(
            CultureInfo.InvariantCulture,
            $"{Name}: {Clients} clients that reset after {s_stay.TotalMilliseconds} ms"));
        foreach (var (name, request) in requests)
        {
            var ended = new List<double>();
            for (int i = 0; i < runs; i++) ended.Add(WorkAfter(server, request).TotalMilliseconds);
            Report.Row($"{name}: ms of work afterwards", Figures.Of(ended).Print());
        }
    }

    private static TimeSpan WorkAfter(OwnServer server, byte[] request)
    {
        var connections = new List<RawConnection>();
        for (int i = 0; i < Clients; i++)
        {
            var from = new IPAddress([127, 0, 3, (byte)(1 + i)]);
            var connection = new RawConnection(server.EndPoint, [], from);
            connections.Add(connection);
            connection.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
            connection.Socket.Send(request);
        }

        Thread.Sleep(s_stay);
        foreach (var connection in connections) connection.Dispose();
        var watch = Stopwatch.StartNew();
        var last = TimeSpan.Zero;
        var before = CpuTime(server.Process.Pid);
        while (watch.Elapsed - last < s_pause)
        {
            Thread.Sleep(s_window);
            var now = CpuTime(server.Process.Pid);
            if (now - before > s_idle) last = watch.Elapsed;
            before = now;
        }

        return last;
    }

    // Of all threads, to the nanosecond.
    private static TimeSpan CpuTime(int pid)
    {
        long nanoseconds = 0;
        foreach (string task in Directory.GetDirectories($"/proc/{pid}/task"))
        {
            try
            {
                string text = File.ReadAllText(Path.Combine(task, "schedstat"));
                nanoseconds += long.Parse(text.Split(' ')[0], CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // It ended since it was listed.
            }
        }

        return TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
    }
}
