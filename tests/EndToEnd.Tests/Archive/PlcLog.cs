using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Atproto.Multiformats;
using Samples;

namespace EndToEnd.Tests.Archive;

/// <summary>
/// An audit log of a made-up did:plc identity, each operation signed by one rotation key
/// (https://web.plc.directory/spec/v0.1/did-plc).
/// </summary>
internal sealed class PlcLog(SampleKey rotationKey)
{
    private const int IdentifierCharacters = 24;

    private readonly JsonArray _entries = [];
    private string? _lastCid;

    /// <summary>Known with the first operation.</summary>
    public string Did { get; private set; } = "";

    /// <summary>Adds an operation that names a signing key and a handle.</summary>
    public void Add(SampleKey signingKey, string handle)
    {
        byte[] signature = rotationKey.Sign(Encode(signingKey, handle, null));
        string sig = Base64Url.EncodeToString(signature);
        byte[] signed = Encode(signingKey, handle, sig);
        if (Did.Length == 0) Did = "did:plc:" + Identifier(signed);
        string cid = Cid.Of(CidCodec.DagCbor, signed).ToString();
        _entries.Add(new JsonObject
        {
            ["did"] = Did,
            ["operation"] = new JsonObject
            {
                ["sig"] = sig,
                ["prev"] = _lastCid,
                ["type"] = "plc_operation",
                ["services"] = new JsonObject(),
                ["alsoKnownAs"] = new JsonArray("at://" + handle),
                ["rotationKeys"] = new JsonArray(rotationKey.DidKey),
                ["verificationMethods"] = new JsonObject { ["atproto"] = signingKey.DidKey },
            },
            ["cid"] = cid,
            ["nullified"] = false,
            ["createdAt"] = string.Create(
                CultureInfo.InvariantCulture, $"2023-01-{_entries.Count + 1:d2}T00:00:00.000Z"),
        });
        _lastCid = cid;
    }

    /// <summary>As the directory answers at /log/audit.</summary>
    public string Json() => _entries.ToJsonString();

    private byte[] Encode(SampleKey signingKey, string handle, string? sig)
    {
        var pairs = new List<(string Key, object? Value)>
        {
            ("prev", _lastCid),
            ("type", "plc_operation"),
            ("services", SampleRecord.Map()),
            ("alsoKnownAs", SampleRecord.List("at://" + handle)),
            ("rotationKeys", SampleRecord.List(rotationKey.DidKey)),
            ("verificationMethods", SampleRecord.Map(("atproto", signingKey.DidKey))),
        };
        if (sig is not null) pairs.Add(("sig", sig));
        return SampleRecord.Encode([.. pairs]);
    }

    private static string Identifier(byte[] operation)
    {
        byte[] digest = SHA256.HashData(operation);
        byte[] text = new byte[Base32.EncodedLength(digest.Length)];
        Base32.Encode(digest, text);
        return Encoding.ASCII.GetString(text, 0, IdentifierCharacters);
    }
}
