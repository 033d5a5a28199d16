using System.Text;
using Atproto.Mst;
using Atproto.Multiformats;

namespace Samples;

/// <summary>
/// A repo of eight records that the reference implementation's packages made and verify: every
/// oddity that fits (a shared record, a legacy blob, extreme integers, beyond-ASCII text), signed
/// with a published test key.
/// </summary>
public static class GoldenRepo
{
    public const string Did = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";
    public const string Rev = "3jzfcijpj2z2a";
    public const string Commit = "bafyreihhvrnyhyx3laaz56s4trdl5gtoszoob7hymavlkosozzyjlxu6b4";
    public const string Data = "bafyreialbwdnwnhhaftlwj6xctn6j5kcfg32tidratrf645b6jn52zfxwa";
    public const string DidKey = "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme";

    /// <summary>The CID of <see cref="BlobBytes"/>.</summary>
    public const string Blob = "bafkreic7egbs274d6o74ffsspxfbzcbqpkg3ygbxvxqfx5kb6dnapnotym";

    // The first secp256k1 key of the specification's own did:key vectors.
    private const string Secret =
        "9085d2bef69286a6cbb51623c8fa258629945cd55ca705cc4e66700396894e0c";

    /// <summary>The one blob that its records name, twice.</summary>
    public static ReadOnlySpan<byte> BlobBytes => "hello world blob"u8;

    /// <summary>The file, byte for byte: 2,094 bytes in pre-order.</summary>
    public static byte[] CarBytes()
    {
        const string Name = "golden.car.base64";
        using var resource = typeof(GoldenRepo).Assembly.GetManifestResourceStream(Name)
            ?? throw new InvalidOperationException(Name + " is not embedded");
        using var reader = new StreamReader(resource);
        return Convert.FromBase64String(reader.ReadToEnd());
    }

    public static SampleCar Car() => SampleCar.Read(CarBytes());

    public static SampleKey Key() =>
        SampleKey.FromSecret(SampleCurve.K256, Convert.FromHexString(Secret));

    public static byte[] Document(
        string handle = "alice.test", string pdsUrl = "https://pds.example")
    {
        using var key = Key();
        return SampleIdentity.Document(Did, handle, key, pdsUrl);
    }

    /// <summary>Its records in path order, for building repos that differ a little.</summary>
    public static IReadOnlyList<(string Path, byte[] Record)> Records()
    {
        var blocks = Car().Blocks.ToDictionary(b => b.Cid, b => b.Bytes);
        var nodes = new MstNodeSet();
        foreach (var (cid, bytes) in blocks) nodes.AddVerified(cid, bytes);
        _ = Cid.TryParse(Encoding.ASCII.GetBytes(Data), out var root);
        var found = new List<MstTreeNode>();
        var result = new MstTree(root, nodes).AddAllNodes(found);
        if (!result.IsDone) throw new InvalidDataException(result.ToString());

        var records = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var node in found)
        {
            foreach (var entry in node.Entries)
            {
                records.Add(Encoding.UTF8.GetString(entry.Key.Span), blocks[entry.Value]);
            }
        }

        return [.. records.Select(r => (r.Key, r.Value))];
    }
}
