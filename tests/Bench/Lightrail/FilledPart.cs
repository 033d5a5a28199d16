using System.Diagnostics;
using System.Text;
using Atproto.Crypto;
using Atproto.Firehose;
using Atproto.Multiformats;
using Atproto.Syntax;
using Bench.Http;
using PdsReadonly.Index;
using Samples;
using static Bench.Lightrail.SomeCollections;
using static Bench.Report;

namespace Bench.Lightrail;

/// <summary>
/// An index that is filled: how fast changes are stored and pages read, alone, and what the
/// published binary serves of it with how much memory.
/// </summary>
internal static class FilledPart
{
    private const int PageLimit = 1000;
    private const int BatchChanges = 500;
    private const int Seconds = 5;

    private static readonly Uri s_nowhere = new("http://127.0.0.1:9");
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(2);

    internal static void Run(BenchOptions options, int repos)
    {
        string data = Path.GetFullPath(Path.Combine(options.Work, "lightrail"));
        if (Directory.Exists(data)) Directory.Delete(data, recursive: true);
        Directory.CreateDirectory(data);
        string path = Path.Combine(data, "lightrail.sqlite");
        Title($"{repos:N0} repos of {OfRepoCount} collections");
        string[] dids;
        using (var index = LightrailDatabase.Open(path, TimeProvider.System))
        {
            dids = Fill(index, repos);
            Row("file", $"{new FileInfo(path).Length:N0} bytes");
            Follow(index, dids);
            if (options.Wants("pages")) ReadPages(options, index, dids);
        }

        if (options.Wants("server")) MeasureServer(options, data, dids);
    }

    private static string[] Fill(LightrailDatabase index, int repos)
    {
        var random = new SampleRandom(1);
        var all = new string[repos];
        var batch = new List<RepoChange>();
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < repos; i++)
        {
            all[i] = SampleIdentity.Plc($"lightrail {i}");
            batch.Add(First(all[i], i, random));
            if (batch.Count < BatchChanges && i < repos - 1) continue;
            index.Apply("wss://relay.example", i, batch);
            batch.Clear();
        }

        Row("first changes of new repos stored", $"{repos / watch.Elapsed.TotalSeconds:N0} /s");
        Row("pairs", $"{index.Totals.Pairs:N0}");
        NameHost(index, all);
        Array.Sort(all, StringComparer.Ordinal);
        return all;
    }

    // Before their documents have named a host, repos are not among all that are shown.
    private static void NameHost(LightrailDatabase index, string[] dids)
    {
        long host = index.HostIdOf("https://host.example");
        using var key = PrivateKey.Generate(KeyCurve.Secp256k1);
        index.InTransaction(() =>
        {
            foreach (string text in dids)
            {
                _ = Did.TryParse(text, out var did);
                index.SetIdentity(did, host, key.PublicKey);
            }
        });
    }

    private static RepoChange First(string text, int number, SampleRandom random)
    {
        if (!Did.TryParse(text, out var did)) throw new UnreachableException(text);
        var cid = Cid.Of(CidCodec.DagCbor, Encoding.ASCII.GetBytes(text));
        CollectionEffect[] effects =
        [
            .. OfRepo(random)
                .Select(name => new CollectionEffect(name, Presence.Present)),
        ];
        var rev = new Tid((1_700_000_000_000_000UL + (ulong)number) << 10);
        var after = new RepoState { Did = did, Rev = rev, RevMax = rev, Data = cid };
        return new RepoChange { After = after, Commit = cid, Collections = effects };
    }

    // What most events are: one more record in a collection that is there.
    private static void Follow(LightrailDatabase index, string[] dids)
    {
        var random = new SampleRandom(2);
        var watch = Stopwatch.StartNew();
        long count = 0;
        while (watch.Elapsed < s_time)
        {
            var batch = new RepoChange[BatchChanges];
            for (int i = 0; i < batch.Length; i++)
            {
                _ = Did.TryParse(dids[random.Below(dids.Length)], out var did);
                var before = index.Find(did)!;
                var rev = new Tid(before.Rev!.Value.Value + 1024);
                batch[i] = new RepoChange
                {
                    After = before with { Rev = rev, RevMax = rev },
                    Commit = before.Data,
                    Collections = [new CollectionEffect(Common(0), Presence.Present)],
                };
            }

            count += batch.Length;
            index.Apply("wss://relay.example", count, batch);
        }

        Row("changes found and stored", $"{count / watch.Elapsed.TotalSeconds:N0} /s");
    }

    private static void ReadPages(BenchOptions options, LightrailDatabase index, string[] dids)
    {
        var random = new SampleRandom(3);
        byte[] name = Encoding.ASCII.GetBytes(Common(0));
        var rate = Figures.Repeat(options.Runs, () =>
        {
            var watch = Stopwatch.StartNew();
            int pages = 0;
            for (; watch.Elapsed < s_time; pages++)
            {
                using var reader = index.Readers.Rent();
                byte[] after = Encoding.ASCII.GetBytes(dids[random.Below(dids.Length)]);
                var cursor = reader.OpenCollection(name, after, 0);
                for (int i = 0; i < PageLimit && cursor.Read(); i++) _ = cursor.Current.Length;
            }

            return watch.Elapsed.TotalMicroseconds / pages;
        });
        Row($"a page of {PageLimit} read", $"{rate.Print()} µs");
    }

    private static void MeasureServer(BenchOptions options, string data, string[] dids)
    {
        CpuPin.PinClient();
        using var server = new LightrailProcess(options.Binary, data, s_nowhere);
        var url = server.WaitListening();
        var random = new SampleRandom(4);
        string paths = Path.Combine(options.Work, "lightrail-paths");
        (string Title, string Query)[] loads =
        [
            ("one collection", $"collection={Common(0)}&"),
            ("any of two", $"collection={Common(0)}&collection={Common(1)}&"),
            ("all active repos", ""),
        ];
        foreach (var (title, query) in loads)
        {
            // Not of the last ones, behind which there is no whole page.
            File.WriteAllLines(paths, Enumerable.Range(0, 2000).Select(_ =>
                $"/xrpc/com.atproto.sync.listReposByCollection?{query}limit={PageLimit}"
                + $"&cursor={dids[random.Below(dids.Length * 9 / 10)]}"));
            int listed = server.CountListed(File.ReadLines(paths).First());
            if (listed != PageLimit) throw new InvalidDataException($"{title}: {listed} listed");
            var runs = new List<LoadRun>();
            for (int i = 0; i < options.Runs; i++)
            {
                runs.Add(new Wrk(options).Run(server, url, paths, Seconds));
            }

            Title($"listReposByCollection, {title}, pages of {PageLimit}");
            Row("requests/s", Figures.Of(runs.Select(run => run.Rate)).Print());
            Row("CPU", $"{Figures.Of(runs.Select(run => run.CpuMicroseconds)).Print()} µs");
            Row("of the core", $"{Figures.Of(runs.Select(run => run.Busy * 100)).Print()} %");
        }

        double resident = server.StatusKilobytes("VmRSS") / 1024.0;
        double anonymous = server.StatusKilobytes("RssAnon") / 1024.0;
        Row("memory: VmRSS (RssAnon)", $"{resident:F1} ({anonymous:F1}) MB");
    }
}
