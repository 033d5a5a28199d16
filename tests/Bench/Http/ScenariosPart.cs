using System.Diagnostics;
using System.Net.Sockets;
using static Bench.Report;

namespace Bench.Http;

/// <summary>
/// Bad clients in large numbers, and what a normal one notices of them; afterwards, what of them is
/// left in the server.
/// </summary>
internal sealed class ScenariosPart(BenchOptions options, HttpArchive archive)
{
    private readonly byte[] _headStart =
        "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "u8.ToArray();

    private readonly byte[] _answer = new byte[4 << 10];

    private TimeSpan Time => TimeSpan.FromSeconds(options.Quick ? 3 : 20);

    internal void Run()
    {
        int scale = options.Quick ? 10 : 1;
        Scenario("slowloris: a byte of a head a second", 5_000 / scale, Drip);
        byte[] export = RawConnection.Get(HttpArchive.ExportPath(HttpArchive.Exports.Last().Did));
        Scenario(
            "getRepo asked for and not read", 1_000 / scale,
            (Socket socket, ref int step) => step++ > 0 || Send(socket, export),
            receiveBytes: 4 << 10);
        byte[] health = RawConnection.Get("/xrpc/_health");
        Scenario(
            "256 descriptors: ask once, stay", 1_000,
            (Socket socket, ref int step) => step++ == 0 ? Send(socket, health) : Listen(socket),
            descriptorLimit: 256);
    }

    private void Scenario(
        string name, int count, Visit visit, int receiveBytes = 0, int? descriptorLimit = null)
    {
        Title($"{name}: {count:N0} connections");
        using var server = OwnServer.Start(
            options, archive.Cars, archive.Data, archive.BlobFolder, descriptorLimit);
        using (var kept = Client(server, keeps: true))
        using (var fresh = Client(server, keeps: false))
        {
            Measure("before", kept, fresh, Time / 4);
        }

        var before = server.Descriptors();
        TellState("before", server);
        // There before the others come, as a normal client's connection is.
        using (var kept = Client(server, keeps: true))
        using (var fresh = Client(server, keeps: false))
        using (var crowd = new Crowd(server.EndPoint, count, visit, receiveBytes))
        {
            Measure("meanwhile", kept, fresh, Time);
            Row("the others", $"{crowd.Connected:N0} connected, {crowd.Lost:N0} refused or cut");
            TellState("meanwhile", server);
        }

        double seconds = WaitClosed(server, before.Sockets);
        TellState($"{seconds:F0} s after", server);
    }

    private static void TellState(string when, OwnServer server)
    {
        var (all, sockets) = server.Descriptors();
        Row(
            $"server, {when}",
            $"{all:N0} descriptors, {sockets:N0} of them sockets; {server.Memory()}");
    }

    private static void Measure(
        string when, NormalClient kept, NormalClient fresh, TimeSpan time)
    {
        kept.Begin();
        fresh.Begin();
        Thread.Sleep(time);
        Row($"kept connection, {when}", kept.Times().PrintWhole());
        Row($"fresh connections, {when}", fresh.Times().PrintWhole());
        Row($"the client's own lateness, {when}", kept.Overslept().Print());
    }

    private NormalClient Client(OwnServer server, bool keeps) => new(
        server.EndPoint,
        [.. File.ReadLines(archive.RecordPaths).Take(500).Select(RawConnection.Get)],
        keeps);

    // At least a moment, so that memory can be given back as well.
    private static double WaitClosed(OwnServer server, int sockets)
    {
        var watch = Stopwatch.StartNew();
        do
        {
            Thread.Sleep(4_000);
        }
        while (server.Descriptors().Sockets > sockets && watch.Elapsed.TotalSeconds < 30);

        return watch.Elapsed.TotalSeconds;
    }

    private bool Drip(Socket socket, ref int step)
    {
        byte next = step < _headStart.Length ? _headStart[step] : (byte)'a';
        step++;
        return Send(socket, [next]);
    }

    // True while the connection stands, whether the bytes fitted or not.
    private static bool Send(Socket socket, ReadOnlySpan<byte> bytes)
    {
        socket.Send(bytes, SocketFlags.None, out var error);
        return error is SocketError.Success or SocketError.WouldBlock;
    }

    private bool Listen(Socket socket)
    {
        int received = socket.Receive(_answer, SocketFlags.None, out var error);
        return error is SocketError.WouldBlock || received > 0;
    }
}
