using System.Text.Json;
using static Bench.Report;

namespace Bench.Http;

/// <summary>
/// The reference PDS and ours with one repo: made there, exported from there, served by both.
/// </summary>
internal sealed class ReferencePart(BenchOptions options, HttpArchive archive)
{
    private const int Records = 2_000;

    internal void Run()
    {
        using var reference = ReferencePeer.Start(options, Records);
        if (reference is null)
        {
            Row("reference PDS", "skipped: not installed (npm, or see its log)");
            return;
        }

        string version = ReferencePeer.Version(options);
        Row("reference PDS", $"@atproto/pds {version}, {Records:N0} records");
        string cars = Path.Combine(options.Work, "reference-cars");
        string data = Path.Combine(options.Work, "reference-data");
        foreach (string folder in (string[])[cars, data])
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(cars);
        using var client = new HttpClient();
        string export = HttpArchive.ExportPath(reference.Did);
        File.WriteAllBytes(
            Path.Combine(cars, "reference.car"), Get(client, reference, export));
        using var ours = OwnServer.Start(options, cars, data);
        string[] keys = Keys(client, reference);
        Compare(ours, reference, "getRecord", HttpArchive.RecordPath, keys);
        Compare(ours, reference, "listRecords, pages of 100", HttpArchive.PagePath, keys);
        Compare(ours, reference, "sync.getRecord (proofs)", HttpArchive.ProofPath, keys);
    }

    private void Compare(
        OwnServer ours, ReferencePeer reference, string what, Func<string, string, string> pathOf,
        string[] keys)
    {
        string paths = archive.WritePaths(
            "reference", keys.Select(key => pathOf(reference.Did, key)));
        var runs = new Comparison(options).Run(
            $"{what}, the reference's own repo",
            new Contender("ours", ours.Process, ours.Url, paths),
            new Contender("reference", reference, reference.Url, paths));
        Comparison.Ratio("requests/s to the reference", runs[0], runs[1], run => run.Rate);
    }

    // Record paths in random order, without the last hundred: a page from any of them is full.
    private static string[] Keys(HttpClient client, ReferencePeer reference)
    {
        var keys = new List<string>();
        string cursor = "";
        while (keys.Count < Records - 200)
        {
            string path = HttpArchive.PagePath(reference.Did, $"{reference.Collection}/{cursor}");
            if (cursor.Length == 0) path = path[..path.LastIndexOf('&')];
            using var page = JsonDocument.Parse(Get(client, reference, path));
            foreach (var record in page.RootElement.GetProperty("records").EnumerateArray())
            {
                cursor = record.GetProperty("uri").GetString()!.Split('/')[^1];
                keys.Add($"{reference.Collection}/{cursor}");
            }
        }

        string[] order = [.. keys];
        new Random(1).Shuffle(order);
        return order;
    }

    private static byte[] Get(HttpClient client, ReferencePeer reference, string path) =>
        client.GetByteArrayAsync(new Uri(reference.Url, path)).GetAwaiter().GetResult();
}
