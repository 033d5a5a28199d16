using System.Diagnostics;
using System.Net;
using Bench.Loading;
using static Bench.Report;

namespace Bench.Http;

/// <summary>
/// getRepo against nginx sending the same bytes from a file, both read by the same small reader on
/// the other core: one that takes little at a time, as curl does, and one that takes all there is.
/// Hashing alone is the bound of ours; the CARs are in the page cache.
/// </summary>
internal sealed class Exports(BenchOptions options, HttpArchive archive)
{
    private static readonly int[] s_readerBytes = [16 << 10, 256 << 10];

    internal void Run(OwnServer ours, NginxPeer nginx)
    {
        foreach (var (order, did) in HttpArchive.Exports)
        {
            string path = HttpArchive.ExportPath(did);
            string name = did.Replace(':', '_') + ".car";
            string file = Path.Combine(archive.StaticFiles, name);
            Save(new Uri(ours.Url, path), file);
            long bytes = new FileInfo(file).Length;
            Title($"getRepo from a {order} CAR, {bytes:N0} bytes");
            byte[] car = File.ReadAllBytes(file);
            var hash = Figures.Repeat(options.Runs, () => Bounds.HashOnly(car) / 1e6);
            Row("bound: hashing alone", $"{hash.Print()} MB/s");
            foreach (int readerBytes in s_readerBytes)
            {
                Row("reader", $"{readerBytes >> 10} KB at a time");
                Compare(
                    Source.Of(ours.Process, ours.Url, path),
                    Source.Of(nginx, nginx.Url, "/" + name),
                    bytes,
                    new byte[readerBytes]);
            }
        }
    }

    private void Compare(Source ours, Source nginx, long bytes, byte[] buffer)
    {
        Download(ours, bytes, buffer);
        Download(nginx, bytes, buffer);
        var own = new List<(double Rate, double Cpu)>();
        var peer = new List<(double Rate, double Cpu)>();
        for (int turn = 0; turn < options.Runs; turn++)
        {
            own.Add(Download(ours, bytes, buffer));
            peer.Add(Download(nginx, bytes, buffer));
        }

        Print("ours", own);
        Print("nginx", peer);
        var ratio = Figures.Of(own.Zip(peer, (a, b) => a.Rate / b.Rate));
        Row("bytes/s to nginx", ratio.Print(2));
    }

    // Several times over one connection: one file is gone in less than a tick of the CPU clock.
    private static (double Rate, double Cpu) Download(Source source, long bytes, byte[] buffer)
    {
        const int Times = 5;
        using var connection = new RawConnection(source.EndPoint, buffer);
        var cpu = source.Server.CpuTime();
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < Times; i++)
        {
            var (status, length) = connection.Exchange(source.Request);
            if (status == 200 && length == bytes) continue;
            throw new InvalidDataException($"status {status}, {length:N0} bytes, not {bytes:N0}");
        }

        double seconds = watch.Elapsed.TotalSeconds;
        double used = (source.Server.CpuTime() - cpu).TotalSeconds;
        return (Times * bytes / seconds / 1e6, used / (Times * bytes / 1e9));
    }

    private static void Print(string name, List<(double Rate, double Cpu)> runs)
    {
        string rate = Figures.Of(runs.Select(run => run.Rate)).Print();
        Row($"{name}: rate", $"{rate} MB/s");
        Row($"{name}: CPU per GB", $"{Figures.Of(runs.Select(run => run.Cpu)).Print(2)} s");
    }

    private static void Save(Uri url, string file)
    {
        using var client = new HttpClient();
        using var body = client.GetStreamAsync(url).GetAwaiter().GetResult();
        using var output = File.Create(file);
        body.CopyTo(output);
    }

    private sealed record Source(LocalProcess Server, IPEndPoint EndPoint, byte[] Request)
    {
        internal static Source Of(LocalProcess server, Uri url, string path) =>
            new(server, new IPEndPoint(IPAddress.Loopback, url.Port), RawConnection.Get(path));
    }
}
