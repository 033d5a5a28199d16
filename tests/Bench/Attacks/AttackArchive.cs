using System.Globalization;
using System.Text;
using Atproto.Multiformats;
using Bench.Http;
using Samples;

namespace Bench.Attacks;

/// <summary>
/// What the attacks are made on: an honest repo that a normal client reads, and for each kind of
/// attack a repo that its operator could be handed. Made in the work folder at each start.
/// </summary>
internal sealed class AttackArchive
{
    private const ulong HonestSeed = 31;
    private const int BlobBytes = 8_000_000;
    private const int RecordCharacters = 8_000_000;
    private const int EmptyFolders = 4_026;
    private const string Rev = "3kkkkkkkkkk22";

    private readonly string _root;
    private readonly int _scale;
    private readonly string[] _keys;

    internal AttackArchive(BenchOptions options)
    {
        _scale = options.Quick ? 10 : 1;
        _root = Path.GetFullPath(Path.Combine(options.Work, "attacks"));
        if (Directory.Exists(_root)) Directory.Delete(_root, recursive: true);
        Directory.CreateDirectory(Blobs);
        Honest = Path.Combine(_root, "honest.car");
        HonestDid = BigRepo.Write(Honest, Records, CarOrder.Shuffled, HonestSeed);
        _keys = RandomKeys();
        (Poison200, PoisonDid) = MakePoison(200);
        (Poison5000, PoisonManyDid) = MakePoison(5_000 / _scale);
        (Big, BigDid) = MakeBig();
        (Pages, PagesDid) = MakePages();
        (Wide, WideDid) = MakeWide();
    }

    internal string Honest { get; }

    internal string HonestDid { get; }

    /// <summary>One record without a JSON form under 200 keys.</summary>
    internal string Poison200 { get; }

    internal string PoisonDid { get; }

    internal string Poison5000 { get; }

    internal string PoisonManyDid { get; }

    /// <summary>A record of 8 MB, a blob of 8 MB in the CAR, and one that is nowhere.</summary>
    internal string Big { get; }

    internal string BigDid { get; }

    internal Cid BigRecord { get; private set; }

    internal Cid BlobInCar { get; private set; }

    internal Cid MissingBlob { get; private set; }

    /// <summary>Long articles and letters, and notes: their pages end early.</summary>
    internal string Pages { get; }

    internal string PagesDid { get; }

    /// <summary>60,000 collections.</summary>
    internal string Wide { get; }

    internal string WideDid { get; }

    internal string Blobs => Path.Combine(_root, "blobs");

    /// <summary>Emptied before each start of a server.</summary>
    internal string Data => Path.Combine(_root, "data");

    internal IEnumerable<string> RecordPaths =>
        _keys.Select(key => HttpArchive.RecordPath(HonestDid, key));

    internal IEnumerable<string> ProofPaths =>
        _keys.Select(key => HttpArchive.ProofPath(HonestDid, key));

    /// <summary>Pages of a hundred that begin anywhere.</summary>
    internal IEnumerable<string> HonestPages => _keys
        .Where(key => !key.EndsWith("/self", StringComparison.Ordinal))
        .Select(key => HttpArchive.PagePath(HonestDid, key));

    private int Records => 100_000 / _scale;

    private string[] RandomKeys()
    {
        var keys = new List<string>();
        new BigRecords(HonestDid, Records, 5, HonestSeed).Visit(
            (path, _) => keys.Add(Encoding.ASCII.GetString(path)));
        string[] order = [.. keys];
        new Random(1).Shuffle(order);
        return [.. order.Take(500)];
    }

    private (string Car, string Did) MakePoison(int keys)
    {
        byte[] record = HostileRecords.NestedUnsorted(1_000_000 / _scale);
        return Write($"poison-{keys}", Enumerable.Range(0, keys).Select(i => (
            string.Create(CultureInfo.InvariantCulture, $"com.example.poison/{i:d6}"), record)));
    }

    private (string Car, string Did) MakeBig()
    {
        byte[] blob = new byte[BlobBytes / _scale];
        new Random(1).NextBytes(blob);
        BlobInCar = Cid.Of(CidCodec.Raw, blob);
        MissingBlob = Cid.Of(CidCodec.Raw, "a blob that was never fetched"u8);
        byte[] record = SampleRecord.Encode(
            ("$type", "com.example.big"), ("text", Letters(RecordCharacters / _scale, 1)));
        BigRecord = Cid.Of(CidCodec.DagCbor, record);
        var made = Write(
            "big",
            [
                ("com.example.big/big", record),
                ("com.example.file/here", SampleRecord.Encode(
                    ("file", SampleRecord.Blob(BlobInCar, "video/mp4", blob.Length)))),
                ("com.example.file/missing", SampleRecord.Encode(
                    ("file", SampleRecord.Blob(MissingBlob, "image/png", 30)))),
            ],
            SampleBlock.Of(blob, CidCodec.Raw));
        string folder = Path.Combine(Blobs, SampleIdentity.FileName(made.Did));
        for (int i = 0; i < EmptyFolders / _scale; i++)
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"{i / 64:d2}/{i % 64:d2}");
            Directory.CreateDirectory(Path.Combine(folder, path));
        }

        return made;
    }

    private (string Car, string Did) MakePages() => Write(
        "pages",
        [
            .. Texts("com.example.article", 300, 10_300),
            .. Texts("com.example.letter", 100, 30_000),
            .. Texts("com.example.note", 300, 80),
        ]);

    private static IEnumerable<(string Path, byte[] Record)> Texts(
        string collection, int count, int characters) => Enumerable.Range(0, count).Select(i => (
            string.Create(CultureInfo.InvariantCulture, $"{collection}/{i:d4}"),
            SampleRecord.Encode(("$type", collection), ("text", Letters(characters, i)))));

    private (string Car, string Did) MakeWide() => Write(
        "wide", Enumerable.Range(0, 60_000 / _scale).Select(i => (
            string.Create(CultureInfo.InvariantCulture, $"com.example.wide.c{i:d6}/self"),
            SampleRecord.Encode(("n", i)))));

    private (string Car, string Did) Write(
        string name, IEnumerable<(string Path, byte[] Record)> records, params SampleBlock[] more)
    {
        string did = SampleIdentity.Plc($"attack {name}");
        using var key = SampleKey.FromSeed(SampleCurve.P256, name);
        var repo = SampleRepo.Build(did, key, Rev, records);
        string path = Path.Combine(_root, name);
        var car = repo.Car with { Blocks = [.. repo.Car.Blocks, .. more] };
        File.WriteAllBytes(path + ".car", car.ToBytes());
        File.WriteAllBytes(path + ".did.json", repo.Document($"{name}.example"));
        return (path + ".car", did);
    }

    // Words of letters and spaces: packed they take about half.
    private static string Letters(int count, int seed)
    {
        var random = new Random(seed);
        return new string(random.GetItems("etaoin shrdlu cmfwyp".AsSpan(), count));
    }
}
