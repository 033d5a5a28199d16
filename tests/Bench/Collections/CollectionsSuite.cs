using System.Diagnostics;
using System.Text;
using Atproto.Repo;
using Atproto.Syntax;
using Bench.Http;
using Samples;
using static Bench.Report;

namespace Bench.Collections;

/// <summary>
/// What it takes to prove a repo's collections: requests and bytes of each way beside the whole
/// export, counted without a network; and what getRepoCollections costs the published binary.
/// </summary>
internal static class CollectionsSuite
{
    private const int SomeCollections = 20;
    private const int ManyCollections = 10_000;
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(2);

    internal static int Run(BenchOptions options)
    {
        if (Environment.ProcessorCount < 2)
        {
            Console.Error.WriteLine("collections: needs two processors, one for the client");
            return 3;
        }

        string cars = Path.GetFullPath(Path.Combine(options.Work, "collections"));
        Directory.CreateDirectory(cars);
        int scale = options.Quick ? 10 : 1;
        Repo[] repos =
        [
            new(cars, 1_000, SomeCollections),
            new(cars, 100_000 / scale, SomeCollections),
            new(cars, 1_000_000 / scale, SomeCollections),
            new(cars, 400_000 / scale, ManyCollections / scale),
        ];
        Describe(options);
        foreach (var repo in repos)
        {
            if (options.Wants("strategies")) CountStrategies(repo);
        }

        if (options.Wants("server")) MeasureServer(options, cars, repos);
        return 0;
    }

    private static void CountStrategies(Repo repo)
    {
        Title($"{repo}: {repo.CarBytes:N0} bytes by getRepo");
        var paths = new List<string>();
        repo.Records().Visit((path, _) => paths.Add(Encoding.ASCII.GetString(path)));
        var host = new SampleHost(repo.Did, null, paths);
        Row("layers of the tree", $"{host.Layers}, {host.NodeCount:N0} nodes");
        if (!Did.TryParse(repo.Did, out var did)) throw new UnreachableException(repo.Did);
        foreach (var strategy in Enum.GetValues<SampleStrategy>())
        {
            var client = new SampleClient(host, new SparseRepo(did)) { RequestsMax = 100_000 };
            var proven = client.Run(strategy)?.Proven;
            if (proven?.Collections.Count != repo.Collections)
            {
                throw new InvalidOperationException($"not proven by {strategy}");
            }

            Row(
                $"by {strategy}",
                $"{client.Requests:N0} requests, {client.Bytes:N0} bytes, "
                + $"{100.0 * client.Bytes / repo.CarBytes:F3} % of getRepo");
        }
    }

    private static void MeasureServer(BenchOptions options, string cars, Repo[] repos)
    {
        CpuPin.PinClient();
        string data = Path.Combine(options.Work, "collections-data");
        using var server = OwnServer.Start(options, cars, data);
        using var client = server.Process.Client();
        foreach (var repo in repos)
        {
            Title($"getRepoCollections of {repo}");
            string path = $"/xrpc/com.atproto.sync.getRepoCollections?did={repo.Did}";
            byte[] page = Get(client, path);
            var fault = CollectionProof.Verify(page, null, null, null, out var proven);
            if (fault is not null) throw new InvalidOperationException(fault.ToString());
            Row(
                "first page",
                $"{page.Length:N0} bytes, {proven!.Collections.Count:N0} collections");
            var cpu = Figures.Repeat(options.Runs, () => CpuPerRequest(server, client, path));
            Row("CPU per request", $"{cpu.Print(2)} ms");
        }

        Row("memory", server.Memory());
    }

    // In milliseconds.
    private static double CpuPerRequest(OwnServer server, HttpClient client, string path)
    {
        var watch = Stopwatch.StartNew();
        var before = server.Process.CpuTime();
        int requests = 0;
        for (; watch.Elapsed < s_time; requests++) Get(client, path);
        return (server.Process.CpuTime() - before).TotalMilliseconds / requests;
    }

    private static byte[] Get(HttpClient client, string path) =>
        client.GetByteArrayAsync(new Uri(path, UriKind.Relative)).GetAwaiter().GetResult();

    /// <summary>A sample CAR, made once in the work folder.</summary>
    private sealed class Repo
    {
        private readonly int _records;
        private readonly ulong _seed;

        internal Repo(string folder, int records, int collections)
        {
            _records = records;
            Collections = collections;
            _seed = (ulong)(records + collections);
            Did = SampleIdentity.Plc($"big {_seed}");
            string car = Path.Combine(folder, $"{records}-{collections}.car");
            if (!File.Exists(car))
            {
                BigRepo.Write(car, records, CarOrder.Shuffled, _seed, collections);
            }

            CarBytes = new FileInfo(car).Length;
        }

        internal string Did { get; }

        internal int Collections { get; }

        internal long CarBytes { get; }

        internal BigRecords Records() => new(Did, _records, Collections, _seed);

        public override string ToString() => $"{_records:N0} records, {Collections:N0} collections";
    }
}
