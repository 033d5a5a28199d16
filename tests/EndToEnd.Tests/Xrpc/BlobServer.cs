using Atproto.Multiformats;
using EndToEnd.Tests.Harness;
using Samples;
using TUnit.Core.Interfaces;

namespace EndToEnd.Tests.Xrpc;

/// <summary>
/// A server with one repo whose records refer to blobs of every kind, stored in every layout, and
/// another repo that has none of them.
/// </summary>
public sealed class BlobServer : IAsyncInitializer, IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<(string Path, byte[] Record)> _records = [];
    private readonly Dictionary<string, Cid> _blobs = [];
    private PdsProcess? _pds;

    public static string Did { get; } = SampleIdentity.Plc("blobs");

    public static string Other { get; } = SampleIdentity.Plc("other");

    internal PdsProcess Pds => _pds ?? throw new InvalidOperationException("not started");

    /// <summary>The CID of a blob by the name it was made under.</summary>
    public string this[string name] => _blobs[name].ToString();

    /// <summary>Its bytes: ten thousand, told apart by the name.</summary>
    public static byte[] BytesOf(string name)
    {
        if (name == "nothing") return [];
        byte[] bytes = new byte[10_000];
        new SampleRandom((ulong)name.Sum(c => c * 31)).Fill(bytes);
        return bytes;
    }

    public async Task InitializeAsync()
    {
        string did = Did;
        string spelled = did.Replace(':', '_');
        Refer("html", "text/html", $"{did}/CID");
        Refer("svg", "image/svg+xml", $"{did}/SHARD/CID");
        Refer("deep", "image/png", $"{did}/blocks/SHARD/CID");
        Refer("spelled", "image/jpeg", $"{spelled}/CID");
        Refer("spelled-deep", "video/mp4", $"{spelled}/SHARD/CID");
        Refer("nothing", "text/plain", $"{did}/CID");
        Refer("newline", "text/plain\r\nSet-Cookie: a=b", $"{did}/CID");
        Refer("beyond-ascii", "text/pläin", $"{did}/CID");
        Refer("no-slash", "text", $"{did}/CID");
        Refer("long", "text/" + new string('x', 123), $"{did}/CID");
        Refer("longest", "text/" + new string('x', 122), $"{did}/CID");
        Refer("parameter", "text/plain;charset=utf-8", $"{did}/CID");
        Refer("blank", "text/plain; charset=utf-8", $"{did}/CID");
        Refer("quoted", "video/mp4; codecs=\"avc1.42E01E, mp4a.40.2\"", $"{did}/CID");
        Refer("absent", "image/png", null);
        Refer("inside", "image/gif", null);
        Refer("wrong", "image/png", $"{did}/CID");
        Store("unreferenced", $"{did}/CID");
        Store("foreign", $"{Other}/CID");
        File.WriteAllText(PathOf("wrong", $"{did}/CID"), "these are other bytes");
        // A first name for it in key order decides the type.
        _records.Add(($"com.example.file/a-svg", Reference("svg", "image/svg+xml")));
        _records.Add(($"com.example.file/zz-svg", Reference("svg", "text/css")));

        using var key = SampleKey.FromSeed(SampleCurve.P256, "blobs");
        var repo = SampleRepo.Build(did, key, "3jzfcijpj2z2a", _records);
        SampleBlock[] carried =
        [
            SampleBlock.Of(BytesOf("inside"), CidCodec.Raw),
            SampleBlock.Of(BytesOf("carried-unreferenced"), CidCodec.Raw),
        ];
        _blobs["carried-unreferenced"] = carried[1].Cid;
        var car = repo.Car with { Blocks = [.. repo.Car.Blocks, .. carried] };
        Directory.CreateDirectory(_folder["cars"]);
        await File.WriteAllBytesAsync(_folder["cars/blobs.car"], car.ToBytes());
        var other = SampleRepo.Build(
            Other, key, "3jzfcijpj2z2a",
            [("com.example.thing/self", ArchiveServer.Thing("other"))]);
        await File.WriteAllBytesAsync(_folder["cars/other.car"], other.ToCar());
        _pds = await PdsProcess.StartAsync("--car", _folder["cars"], "--blobs", _folder["blobs"]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_pds is not null) await _pds.DisposeAsync();
        _folder.Dispose();
    }

    private void Refer(string name, string mimeType, string? layout)
    {
        if (layout is not null) Store(name, layout);
        else _blobs[name] = Cid.Of(CidCodec.Raw, BytesOf(name));
        _records.Add(($"com.example.file/{name}", Reference(name, mimeType)));
    }

    private byte[] Reference(string name, string mimeType) => SampleRecord.Encode(
        ("$type", "com.example.file"),
        ("name", name + mimeType),
        ("file", SampleRecord.Blob(_blobs[name], mimeType, BytesOf(name).Length)));

    private void Store(string name, string layout)
    {
        _blobs[name] = Cid.Of(CidCodec.Raw, BytesOf(name));
        File.WriteAllBytes(PathOf(name, layout), BytesOf(name));
    }

    private string PathOf(string name, string layout)
    {
        string cid = this[name];
        string path = _folder["blobs/" + layout
            .Replace("SHARD", cid[^2..], StringComparison.Ordinal)
            .Replace("CID", cid, StringComparison.Ordinal)];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}
