namespace Bench.Http;

/// <summary>Requests of each kind from the large repo, beside the peers that do as much.</summary>
internal sealed class Throughput(BenchOptions options, HttpArchive archive)
{
    internal static readonly string[] Parts =
        ["getRecord", "listRecords", "proofs", "getBlob", "getRepo"];

    private readonly Comparison _comparison = new(options);

    internal void Run()
    {
        using var ours = OwnServer.Start(
            options, archive.Cars, archive.Data, archive.BlobFolder);
        using var nginx = NginxPeer.Start(options, archive.StaticFiles);
        Contender Ours(string paths) => new("ours", ours.Process, ours.Url, paths);
        if (options.Wants("getRecord")) Records(ours, nginx);
        if (options.Wants("listRecords"))
        {
            _comparison.Run("listRecords, pages of 100 from anywhere", Ours(archive.PagePaths));
        }

        if (options.Wants("proofs"))
        {
            _comparison.Run("sync.getRecord (proofs), random keys", Ours(archive.ProofPaths));
        }

        if (options.Wants("getBlob"))
        {
            var runs = _comparison.Run(
                "getBlob, 50,000 bytes",
                Ours(archive.BlobPaths),
                new Contender("nginx", nginx, nginx.Url, archive.StaticBlobPaths));
            Comparison.Ratio("CPU to nginx", runs[0], runs[1], run => run.CpuMicroseconds);
        }

        if (options.Wants("getRepo")) new Exports(options, archive).Run(ours, nginx);
    }

    private void Records(OwnServer ours, NginxPeer nginx)
    {
        string typical = File.ReadLines(archive.RecordPaths).First();
        var url = new Uri(ours.Url, typical);
        using var kestrel = KestrelPeer.Start(options, url);
        using var client = new HttpClient();
        File.WriteAllBytes(
            Path.Combine(archive.StaticFiles, "record.json"),
            client.GetByteArrayAsync(url).GetAwaiter().GetResult());
        var runs = _comparison.Run(
            "getRecord, random keys",
            new Contender("ours", ours.Process, ours.Url, archive.RecordPaths),
            new Contender("Kestrel", kestrel, kestrel.Url, archive.RecordPaths),
            new Contender("nginx", nginx, nginx.Url, archive.StaticRecordPaths));
        Comparison.Ratio("CPU to Kestrel", runs[0], runs[1], run => run.CpuMicroseconds);
        Comparison.Ratio("CPU to nginx", runs[0], runs[2], run => run.CpuMicroseconds);
    }
}
