using System.Globalization;
using Atproto.Multiformats;
using EndToEnd.Tests.Harness;
using Samples;

namespace EndToEnd.Tests.Server;

/// <summary>An archive with long answers and short ones: an export, a blob, records.</summary>
public sealed class LoadArchive : IDisposable
{
    private const string Notes = "com.example.note";
    private const int NoteCount = 200;
    private const int BlobBytes = 1_500_000;

    private readonly TemporaryFolder _folder = new();

    public LoadArchive()
    {
        Directory.CreateDirectory(_folder["cars"]);
        string big = BigRepo.Write(_folder["cars/big.car"], 40_000, CarOrder.Preorder, seed: 6);
        ExportBytes = new FileInfo(_folder["cars/big.car"]).Length;
        string did = SampleIdentity.Plc("under load");
        string blob = WriteSmall(did);

        Export = Get("sync.getRepo", $"did={big}");
        Blob = Get("sync.getBlob", $"did={did}&cid={blob}");
        string list = $"repo={did}&collection={Notes}&limit=100";
        Requests =
        [
            Export,
            Blob,
            Get("repo.listRecords", list),
            Get("repo.listRecords", list, "Accept-Encoding: gzip\r\n"),
            Get("repo.getRecord", $"repo={did}&collection={Notes}&rkey=k007"),
            Get("sync.getRecord", $"did={did}&collection={Notes}&rkey=k008"),
            Get("repo.getRecord", $"repo={did}&collection={Notes}&rkey=none"),
        ];
    }

    /// <summary>Whole requests, each with an answer that is always the same.</summary>
    public IReadOnlyList<string> Requests { get; }

    /// <summary>The one that is answered at length.</summary>
    public string Export { get; }

    /// <summary>What of its answer is content.</summary>
    public long ExportBytes { get; }

    /// <summary>The one that is answered with a file.</summary>
    public string Blob { get; }

    public void Dispose() => _folder.Dispose();

    internal PdsLaunch Launch(string transport, params string[] options) => new()
    {
        Arguments =
        [
            "--car", _folder["cars"], "--blobs", _folder["blobs"], "--transport", transport,
            .. options,
        ],
        // Loaded once for all tests of a class.
        DataFolder = _folder["data"],
    };

    private static string Get(string method, string query, string lines = "") =>
        $"GET /xrpc/com.atproto.{method}?{query} HTTP/1.1\r\nHost: a\r\n{lines}\r\n";

    private string WriteSmall(string did)
    {
        byte[] bytes = new byte[BlobBytes];
        new SampleRandom(1).Fill(bytes);
        var cid = Cid.Of(CidCodec.Raw, bytes);
        Directory.CreateDirectory(_folder[$"blobs/{did}"]);
        File.WriteAllBytes(_folder[$"blobs/{did}/{cid}"], bytes);

        using var key = SampleKey.FromSeed(SampleCurve.K256, "under load");
        var records = Enumerable.Range(0, NoteCount).Select(NoteOf).Append((
            "com.example.file/blob",
            SampleRecord.Encode(
                ("$type", "com.example.file"),
                ("file", SampleRecord.Blob(cid, "image/png", BlobBytes)))));
        var repo = SampleRepo.Build(did, key, "3jzfcijpj2z2a", records);
        File.WriteAllBytes(_folder["cars/small.car"], repo.ToCar());
        return cid.ToString();
    }

    private static (string Path, byte[] Record) NoteOf(int index)
    {
        string number = index.ToString("d3", CultureInfo.InvariantCulture);
        return ($"{Notes}/k{number}", SampleRecord.Encode(("$type", Notes), ("text", number)));
    }
}
