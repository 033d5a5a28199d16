using System.Net.Sockets;
using System.Text;
using static Bench.Report;

namespace Bench.Http;

/// <summary>
/// Resident memory with ten repos: VmRSS, and of it RssAnon, which no other process shares.
/// </summary>
internal sealed class MemoryPart(BenchOptions options, HttpArchive archive)
{
    private const string Handshake =
        "GET /xrpc/com.atproto.sync.subscribeRepos HTTP/1.1\r\nHost: localhost\r\n"
        + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    private readonly byte[] _buffer = new byte[64 << 10];

    internal void Run()
    {
        Title("memory: VmRSS (RssAnon)");
        if (Directory.Exists(archive.Data)) Directory.Delete(archive.Data, recursive: true);
        using (var loading = Start())
        {
            Settle();
            Row("idle, ten repos loaded", loading.Memory());
        }

        using var server = Start();
        Settle();
        Row("idle, after a restart", server.Memory());
        Busy(server, "getRecord", archive.RecordPaths);
        Busy(server, "listRecords", archive.PagePaths);
        Busy(server, "getBlob", archive.BlobPaths);
        Settle();
        Row("idle after that", server.Memory());
        int scale = options.Quick ? 10 : 1;
        Idle(server, "keep-alive connections", 10_000 / scale, 200, [.. Requests()]);
        byte[] handshake = Encoding.ASCII.GetBytes(Handshake);
        Idle(server, "subscribers", 2_000 / scale, 101, handshake);
    }

    private OwnServer Start() => OwnServer.Start(
        options, archive.Cars, archive.Data, archive.BlobFolder, manyConnections: true);

    private IEnumerable<byte[]> Requests() =>
        File.ReadLines(archive.RecordPaths).Take(500).Select(RawConnection.Get);

    private void Busy(OwnServer server, string what, string paths)
    {
        double rss = 0;
        double anonymous = 0;
        new Wrk(options).Run(
            server.Process, server.Url, paths, options.Quick ? 2 : 10, meanwhile: () =>
            {
                rss = Math.Max(rss, server.Megabytes("VmRSS"));
                anonymous = Math.Max(anonymous, server.Megabytes("RssAnon"));
            });
        Row(
            $"most during {what}, {Wrk.Connections} connections",
            $"{rss:F1} ({anonymous:F1}) MB");
    }

    // Each asks once and stays.
    private void Idle(
        OwnServer server, string what, int count, int status, params byte[][] requests)
    {
        var connections = new List<RawConnection>();
        try
        {
            while (connections.Count < count)
            {
                int index = connections.Count;
                var connection = new RawConnection(
                    server.EndPoint, _buffer, Crowd.AddressOf(index));
                connections.Add(connection);
                var answer = connection.Exchange(requests[index % requests.Length]);
                if (answer.Status == status) continue;
                Row($"{count:N0} idle {what}", $"number {index + 1:N0} got {answer.Status}");
                return;
            }

            Settle();
            Row($"{count:N0} idle {what}", server.Memory());
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            Row($"{count:N0} idle {what}", $"number {connections.Count:N0}: {e.Message}");
        }
        finally
        {
            foreach (var connection in connections) connection.Dispose();
        }

        Settle();
        Row("all closed", server.Memory());
    }

    // What is given back is given back within a few seconds.
    private static void Settle() => Thread.Sleep(4_000);
}
