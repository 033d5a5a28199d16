using Atproto.Multiformats;
using EndToEnd.Tests.Harness;
using Samples;
using TUnit.Core.Interfaces;

namespace EndToEnd.Tests.Xrpc;

/// <summary>
/// A server with a small archive for a class of tests: the golden repo with its document and blob,
/// one repo of each hosting status, one to turn pages in, and one that nothing is known about.
/// </summary>
public sealed class ArchiveServer : IAsyncInitializer, IAsyncDisposable
{
    public const string GoldenHandle = "alice.test";
    public const string PagesHandle = "pages.example";
    public const string PagesRev = "3kzfcijpj2z2a";
    public const string Items = "com.example.item";
    public const int ItemCount = 230;
    public const int BlobCount = 7;

    private readonly TemporaryFolder _folder = new();
    private PdsProcess? _pds;

    public static string Deactivated { get; } = SampleIdentity.Plc("deactivated");

    public static string Takendown { get; } = SampleIdentity.Plc("takendown");

    public static string Suspended { get; } = SampleIdentity.Plc("suspended");

    public static string Pages { get; } = SampleIdentity.Plc("pages");

    public static string Unknown { get; } = SampleIdentity.Plc("without document");

    /// <summary>A DID that nobody has.</summary>
    public static string Absent { get; } = SampleIdentity.Plc("nobody");

    /// <summary>
    /// Keys of the items in byte order, which is not that of numbers or of any language.
    /// </summary>
    public static IReadOnlyList<string> ItemKeys { get; } =
        [.. Enumerable.Range(0, ItemCount).Select(KeyOf).Order(StringComparer.Ordinal)];

    /// <summary>Blobs that items refer to, by CID as text.</summary>
    public static IReadOnlyList<string> Blobs { get; } =
        [.. Enumerable.Range(0, BlobCount).Select(BlobOf).Order(StringComparer.Ordinal)];

    internal PdsProcess Pds => _pds ?? throw new InvalidOperationException("not started");

    public async Task InitializeAsync()
    {
        await WriteGoldenAsync();
        WriteStatus(Deactivated, "deactivated.test");
        WriteStatus(Takendown, "takendown.test");
        WriteStatus(Suspended, "suspended.test");
        using var key = SampleKey.FromSeed(SampleCurve.P256, "pages");
        SampleRepo.Build(Pages, key, PagesRev, PagesRecords())
            .WriteTo(_folder["cars"], PagesHandle, CarOrder.Shuffled);
        using var other = SampleKey.FromSeed(SampleCurve.K256, "unknown");
        var unknown = SampleRepo.Build(
            Unknown, other, "3jzfcijpj2z2b", [("com.example.thing/self", Thing("unknown"))]);
        await File.WriteAllBytesAsync(_folder["cars/unknown.car"], unknown.ToCar());
        _pds = await PdsProcess.StartAsync(
            "--car", _folder["cars"],
            "--blobs", _folder["blobs"],
            "--hostname", "pds.example",
            "--contact-email", "who@pds.example",
            "--status", $"{Deactivated}=deactivated",
            "--status", $"{Takendown}=takendown",
            "--status", $"{Suspended}=suspended");
    }

    public async ValueTask DisposeAsync()
    {
        if (_pds is not null) await _pds.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A record of no known schema.</summary>
    public static byte[] Thing(string text) =>
        SampleRecord.Encode(("$type", "com.example.thing"), ("text", text));

    private async Task WriteGoldenAsync()
    {
        Directory.CreateDirectory(_folder["cars"]);
        await File.WriteAllBytesAsync(_folder["cars/golden.car"], GoldenRepo.CarBytes());
        await File.WriteAllBytesAsync(
            _folder["cars/golden.did.json"], GoldenRepo.Document(GoldenHandle));
        string shard = _folder[$"blobs/{GoldenRepo.Did}/ba"];
        Directory.CreateDirectory(shard);
        await File.WriteAllBytesAsync(
            Path.Combine(shard, GoldenRepo.Blob), GoldenRepo.BlobBytes.ToArray());
    }

    private void WriteStatus(string did, string handle)
    {
        using var key = SampleKey.FromSeed(SampleCurve.K256, did);
        SampleRepo.Build(did, key, "3jzfcijpj2z2c", [("com.example.thing/self", Thing(did))])
            .WriteTo(_folder["cars"], handle);
    }

    private static IEnumerable<(string Path, byte[] Record)> PagesRecords()
    {
        for (int i = 0; i < ItemCount; i++)
        {
            byte[] record = i < BlobCount
                ? SampleRecord.Encode(
                    ("$type", Items), ("n", i),
                    ("blob", SampleRecord.Blob(BlobCidOf(i), "image/png", 3)))
                : SampleRecord.Encode(("$type", Items), ("n", i));
            yield return ($"{Items}/{KeyOf(i)}", record);
        }

        yield return ("com.example.other/self", Thing("other"));
    }

    // Capitals, digits, punctuation: A < _ < a < ~, and - < . < digits < colon.
    private static string KeyOf(int i) => (i % 7) switch
    {
        0 => $"A{i}",
        1 => $"_{i}",
        2 => $"a{i}",
        3 => $"~{i}",
        4 => $"-{i}",
        5 => $"{i}",
        _ => $":{i}",
    };

    private static Cid BlobCidOf(int i) => Cid.Of(CidCodec.Raw, [1, 2, (byte)i]);

    private static string BlobOf(int i) => BlobCidOf(i).ToString();
}
