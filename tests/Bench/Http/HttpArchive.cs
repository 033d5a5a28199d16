using System.Globalization;
using System.Text;
using Atproto.Multiformats;
using Samples;

namespace Bench.Http;

/// <summary>
/// Ten repos to serve: one to look records up in, two of about 100 MB to export, one with blobs,
/// six small ones. Made once in the work folder, with lists of paths for wrk.
/// </summary>
internal sealed class HttpArchive
{
    private const ulong LookupSeed = 21;
    private const ulong PreorderSeed = 22;
    private const ulong ShuffledSeed = 23;
    private const int SmallRepos = 6;
    private const int Blobs = 16;
    private const int BlobBytes = 50_000;
    private const int PathCount = 4_000;

    private readonly string _root;

    internal HttpArchive(BenchOptions options)
    {
        int scale = options.Quick ? 10 : 1;
        Records = 200_000 / scale;
        ExportedRecords = 290_000 / scale;
        _root = Path.GetFullPath(Path.Combine(options.Work, $"http-{Records}"));
        string made = Path.Combine(_root, "made");
        if (File.Exists(made)) return;
        if (Directory.Exists(_root)) Directory.Delete(_root, recursive: true);
        Directory.CreateDirectory(Cars);
        Make();
        File.WriteAllText(made, "");
    }

    internal int Records { get; }

    internal int ExportedRecords { get; }

    internal string Cars => Path.Combine(_root, "cars");

    internal string BlobFolder => Path.Combine(_root, "blobs");

    /// <summary>What nginx serves: record.json, the blobs, the exports.</summary>
    internal string StaticFiles => Path.Combine(_root, "static");

    internal string Data => Path.Combine(_root, "data");

    internal string RecordPaths => PathsOf("records");

    internal string ProofPaths => PathsOf("proofs");

    internal string PagePaths => PathsOf("pages");

    internal string BlobPaths => PathsOf("blobs");

    internal string StaticBlobPaths => PathsOf("static-blobs");

    internal string StaticRecordPaths => PathsOf("static-record");

    /// <summary>The repos to export whole: the order of their CARs, and their DIDs.</summary>
    internal static IEnumerable<(string Order, string Did)> Exports =>
        [("pre-order", BigDid(PreorderSeed)), ("shuffled", BigDid(ShuffledSeed))];

    internal static string ExportPath(string did) => $"/xrpc/com.atproto.sync.getRepo?did={did}";

    internal static string RecordPath(string did, string path) =>
        $"/xrpc/com.atproto.repo.getRecord?repo={did}&{KeyOf(path)}";

    internal static string ProofPath(string did, string path) =>
        $"/xrpc/com.atproto.sync.getRecord?did={did}&{KeyOf(path)}";

    /// <summary>The page of a hundred that goes on from a record.</summary>
    internal static string PagePath(string did, string path)
    {
        string[] parts = path.Split('/');
        return $"/xrpc/com.atproto.repo.listRecords?repo={did}&collection={parts[0]}&limit=100"
            + $"&cursor={parts[1]}";
    }

    /// <summary>A list of paths for wrk.</summary>
    internal string WritePaths(string name, IEnumerable<string> paths)
    {
        File.WriteAllLines(PathsOf(name), paths);
        return PathsOf(name);
    }

    private void Make()
    {
        BigRepo.Write(Car(LookupSeed), Records, CarOrder.Shuffled, LookupSeed);
        BigRepo.Write(Car(PreorderSeed), ExportedRecords, CarOrder.Preorder, PreorderSeed);
        BigRepo.Write(Car(ShuffledSeed), ExportedRecords, CarOrder.Shuffled, ShuffledSeed);
        BigRepo.WriteMany(Cars, SmallRepos, 2_000, CarOrder.Shuffled, seed: 24, documents: true);
        MakeBlobs();
        Directory.CreateDirectory(StaticFiles);
        string did = BigDid(LookupSeed);
        string[] keys = RandomKeys(did);
        WritePaths("records", keys.Select(key => RecordPath(did, key)));
        WritePaths("proofs", keys.Select(key => ProofPath(did, key)));
        // Any key is a cursor; the profile's alone in its collection, and a page behind it empty.
        WritePaths(
            "pages",
            keys.Where(key => !key.EndsWith("/self", StringComparison.Ordinal))
                .Select(key => PagePath(did, key)));
        WritePaths("static-record", ["/record.json"]);
    }

    private string[] RandomKeys(string did)
    {
        var keys = new List<string>();
        new BigRecords(did, Records, 5, LookupSeed).Visit(
            (path, _) => keys.Add(Encoding.ASCII.GetString(path)));
        string[] order = [.. keys];
        new Random(1).Shuffle(order);
        return [.. order.Take(PathCount)];
    }

    private void MakeBlobs()
    {
        string did = SampleIdentity.Plc("bench blobs");
        string folder = Path.Combine(BlobFolder, SampleIdentity.FileName(did));
        string copies = Path.Combine(StaticFiles, "blobs");
        Directory.CreateDirectory(folder);
        Directory.CreateDirectory(copies);
        var random = new Random(1);
        var records = new List<(string Path, byte[] Record)>();
        var cids = new List<string>();
        byte[] bytes = new byte[BlobBytes];
        for (int i = 0; i < Blobs; i++)
        {
            random.NextBytes(bytes);
            var cid = Cid.Of(CidCodec.Raw, bytes);
            cids.Add(cid.ToString());
            File.WriteAllBytes(Path.Combine(folder, cid.ToString()), bytes);
            File.WriteAllBytes(Path.Combine(copies, cid.ToString()), bytes);
            records.Add((
                string.Create(CultureInfo.InvariantCulture, $"com.example.picture/{i:d4}"),
                SampleRecord.Encode(("picture", SampleRecord.Blob(cid, "image/jpeg", BlobBytes)))));
        }

        using var key = SampleKey.FromSeed(SampleCurve.P256, "bench blobs");
        SampleRepo.Build(did, key, "3kkkkkkkkkk22", records).WriteTo(Cars, "blobs.example");
        WritePaths(
            "blobs", cids.Select(cid => $"/xrpc/com.atproto.sync.getBlob?did={did}&cid={cid}"));
        WritePaths("static-blobs", cids.Select(cid => $"/blobs/{cid}"));
    }

    private static string BigDid(ulong seed) => SampleIdentity.Plc($"big {seed}");

    private static string KeyOf(string path)
    {
        string[] parts = path.Split('/');
        return $"collection={parts[0]}&rkey={parts[1]}";
    }

    private string Car(ulong seed) => Path.Combine(Cars, $"big-{seed}.car");

    private string PathsOf(string name) => Path.Combine(_root, name + ".paths");
}
