using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Samples;
using static Bench.Report;

namespace Bench.Loading;

/// <summary>
/// How fast CARs are verified, loaded and come back after a restart, beside the bounds of the same
/// data in the same run. One core: the program under test is pinned to the first.
/// </summary>
internal static class LoadingSuite
{
    internal static int Run(BenchOptions options)
    {
        Directory.CreateDirectory(options.Work);
        int scale = options.Quick ? 10 : 1;
        string middle = Sample(options, 200_000 / scale, CarOrder.Preorder);
        string large = Sample(options, 1_000_000 / scale, CarOrder.Shuffled);
        string many = ManySample(options, 10_000 / scale);
        Describe(options);
        foreach (string car in (string[])[middle, large])
        {
            if (options.Wants("verify")) Verify(options, car);
            if (options.Wants("load")) Load(options, car);
        }

        if (options.Wants("many")) Many(options, many, 10_000 / scale);
        return 0;
    }

    private static void Verify(BenchOptions options, string car)
    {
        Title($"verify {Path.GetFileName(car)}, {new FileInfo(car).Length:N0} bytes");
        byte[] bytes = File.ReadAllBytes(car);
        var hash = Figures.Repeat(options.Runs, () => Bounds.HashOnly(bytes) / 1e6);
        long peak = 0;
        var verify = Figures.Repeat(
            options.Runs, () => VerifyOnce(options, car, bytes.Length, ref peak));
        Row("bound: hashing alone", $"{hash.Print()} MB/s");
        Row("verify", $"{verify.Print()} MB/s, {verify.Median / hash.Median:F2} of the bound");
        Row("peak memory", $"{peak / 1024.0:F1} MB");
    }

    // The whole process, start included: what a person waits for.
    private static double VerifyOnce(BenchOptions options, string car, long bytes, ref long peak)
    {
        var start = new ProcessStartInfo("/usr/bin/time")
        {
            ArgumentList =
                { "-f", "%e %M", "taskset", "-c", "0", options.Binary, "verify", "--json", car },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var watch = Stopwatch.StartNew();
        using var process =
            Process.Start(start) ?? throw new InvalidOperationException("cannot start");
        process.StandardOutput.ReadToEnd();
        string told = process.StandardError.ReadToEnd();
        process.WaitForExit();
        double seconds = watch.Elapsed.TotalSeconds;
        if (process.ExitCode != 0) throw new InvalidOperationException($"verify failed: {told}");
        peak = Math.Max(peak, long.Parse(told.Trim().Split(' ')[^1], CultureInfo.InvariantCulture));
        return bytes / seconds / 1e6;
    }

    private static void Load(BenchOptions options, string car)
    {
        Title($"load {Path.GetFileName(car)}");
        string index = Path.Combine(options.Work, "bound.sqlite");
        int runs = Math.Max(1, options.Runs / 2);
        var insert = Figures.Repeat(runs, () => Bounds.InsertOnly(car, index));
        long records = 0;
        long peak = 0;
        long indexBytes = 0;
        var load = Figures.Repeat(options.Runs, () =>
        {
            string data = Fresh(options);
            using var server = new ServerProcess(Pinned(options), data, car);
            double seconds = server.WaitReady();
            peak = Math.Max(peak, server.StatusKilobytes("VmHWM"));
            indexBytes = Directory.GetFiles(Path.Combine(data, "indexes")).Sum(
                file => new FileInfo(file).Length);
            records = RecordsOf(server);
            return records / seconds;
        });
        Row("bound: inserting alone", $"{insert.Print()} records/s");
        Row("load, from process start to ready", $"{load.Print()} records/s");
        Row("records", $"{records:N0}");
        Row("peak memory", $"{peak / 1024.0:F1} MB");
        Row("index", $"{100.0 * indexBytes / new FileInfo(car).Length:F1} % of the CAR");
    }

    private static void Many(BenchOptions options, string folder, int count)
    {
        Title($"{count:N0} repos of 20 records");
        long peak = 0;
        long indexBytes = 0;
        string data = "";
        var load = Figures.Repeat(Math.Max(1, options.Runs / 2), () =>
        {
            data = Fresh(options);
            using var server = new ServerProcess(Pinned(options), data, folder);
            double seconds = server.WaitReady();
            peak = Math.Max(peak, server.StatusKilobytes("VmHWM"));
            var files = Directory.GetFiles(Path.Combine(data, "indexes"));
            indexBytes = files.Max(file => new FileInfo(file).Length);
            return count / seconds;
        });
        Row("load", $"{load.Print()} repos/s");
        Row("largest index", $"{indexBytes:N0} bytes");
        Row("peak memory", $"{peak / 1024.0:F1} MB");

        var restart = Figures.Repeat(options.Runs, () => FirstAnswer(options, data, folder));
        Row("restart to first answer", $"{restart.Print()} ms");
        using var limited = new ServerProcess(options.Binary, data, folder, descriptorLimit: 256);
        limited.WaitReady();
        long idle = limited.StatusKilobytes("VmRSS");
        double queries = QueryAll(limited);
        Row("queried in random order, 256 descriptors", $"{queries:N0} repos/s");
        Row("descriptors open afterwards", $"{limited.OpenDescriptors()}");
        Row(
            "memory before and after",
            $"{idle / 1024.0:F1} and {limited.StatusKilobytes("VmRSS") / 1024.0:F1} MB");
    }

    // Until a record of a repo has been answered.
    private static double FirstAnswer(BenchOptions options, string data, string folder)
    {
        using var server = new ServerProcess(Pinned(options), data, folder);
        using var client = server.Client();
        while (true)
        {
            using var list = Get(client, "/xrpc/com.atproto.sync.listRepos?limit=1");
            var repos = list.RootElement.GetProperty("repos");
            if (repos.GetArrayLength() == 0) continue;
            string did = repos[0].GetProperty("did").GetString()!;
            using var described = Get(client, $"/xrpc/com.atproto.repo.describeRepo?repo={did}");
            return server.Started.Elapsed.TotalMilliseconds;
        }
    }

    private static double QueryAll(ServerProcess server)
    {
        using var client = server.Client();
        var dids = new List<string>();
        string cursor = "";
        while (true)
        {
            using var page = Get(
                client, $"/xrpc/com.atproto.sync.listRepos?limit=1000&cursor={cursor}");
            foreach (var repo in page.RootElement.GetProperty("repos").EnumerateArray())
            {
                dids.Add(repo.GetProperty("did").GetString()!);
            }

            if (!page.RootElement.TryGetProperty("cursor", out var next)) break;
            cursor = next.GetString()!;
        }

        string[] order = [.. dids];
        new Random(1).Shuffle(order);
        var watch = Stopwatch.StartNew();
        foreach (string did in order)
        {
            using var answer = Get(client, $"/xrpc/com.atproto.repo.describeRepo?repo={did}");
        }

        return order.Length / watch.Elapsed.TotalSeconds;
    }

    private static JsonDocument Get(HttpClient client, string path) =>
        JsonDocument.Parse(
            client.GetByteArrayAsync(new Uri(path, UriKind.Relative)).GetAwaiter().GetResult());

    private static long RecordsOf(ServerProcess server)
    {
        string count = server.ReadyLine().Split(", ")[1].Split(' ')[0];
        return long.Parse(count, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
    }

    private static string Pinned(BenchOptions options) => $"taskset -c 0 {options.Binary}";

    private static string Fresh(BenchOptions options)
    {
        string data = Path.Combine(options.Work, "data");
        if (Directory.Exists(data)) Directory.Delete(data, recursive: true);
        return data;
    }

    private static string Sample(BenchOptions options, long records, CarOrder order)
    {
        string path = Path.Combine(options.Work, $"{records}-{order}.car".ToLowerInvariant());
        if (!File.Exists(path)) BigRepo.Write(path, records, order, seed: 1, collectionCount: 5);
        return path;
    }

    private static string ManySample(BenchOptions options, int repos)
    {
        string folder = Path.Combine(options.Work, $"many-{repos}");
        if (!Directory.Exists(folder))
        {
            BigRepo.WriteMany(folder, repos, 20, CarOrder.Preorder, seed: 1, documents: false);
        }

        return folder;
    }
}
