using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Atproto.Crypto;
using Atproto.Identity;
using Atproto.Multiformats;
using Atproto.Syntax;

namespace Atproto.Tests.Identity;

/// <summary>
/// Makes audit logs as the directory would, with throw-away keys, and lets tests spoil them.
/// </summary>
internal sealed class PlcLogBuilder : IDisposable
{
    internal static readonly DateTimeOffset Start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The strongest rotation key.</summary>
    internal PrivateKey Strong { get; } = PrivateKey.Generate(KeyCurve.Secp256k1);

    /// <summary>The second rotation key.</summary>
    internal PrivateKey Weak { get; } = PrivateKey.Generate(KeyCurve.P256);

    internal PrivateKey Stranger { get; } = PrivateKey.Generate(KeyCurve.P256);

    /// <summary>Three keys for commits, of both curves.</summary>
    internal PrivateKey[] Signing { get; } =
    [
        PrivateKey.Generate(KeyCurve.P256),
        PrivateKey.Generate(KeyCurve.Secp256k1),
        PrivateKey.Generate(KeyCurve.Secp256k1),
    ];

    internal JsonArray Entries { get; } = [];

    internal Did Did { get; private set; }

    internal JsonObject Operation(
        string? prev, int signing, string handle = "alice.example.com") =>
        new()
        {
            ["type"] = "plc_operation",
            ["rotationKeys"] = new JsonArray(
                Strong.PublicKey.ToString(), Weak.PublicKey.ToString()),
            ["verificationMethods"] = new JsonObject
            {
                ["atproto"] = Signing[signing].PublicKey.ToString(),
            },
            ["alsoKnownAs"] = new JsonArray("https://alice.example", "at://" + handle),
            ["services"] = new JsonObject
            {
                ["atproto_pds"] = new JsonObject
                {
                    ["type"] = "AtprotoPersonalDataServer",
                    ["endpoint"] = $"https://pds{signing}.example.com",
                },
            },
            ["prev"] = prev,
        };

    internal JsonObject Legacy(int signing) => new()
    {
        ["type"] = "create",
        ["signingKey"] = Signing[signing].PublicKey.ToString(),
        ["recoveryKey"] = Strong.PublicKey.ToString(),
        ["handle"] = "alice.example.com",
        ["service"] = "pds.example.com",
        ["prev"] = null,
    };

    internal static JsonObject Tombstone(string prev) =>
        new() { ["type"] = "plc_tombstone", ["prev"] = prev };

    /// <summary>Signs the operation, appends its entry and returns its CID.</summary>
    internal string Add(
        JsonObject operation, PrivateKey signer, double hours = 0, bool nullified = false)
    {
        operation["sig"] = Base64Url.EncodeToString(signer.Sign(Digest(operation)));
        return AddSigned(operation, hours, nullified);
    }

    internal string AddSigned(JsonObject operation, double hours = 0, bool nullified = false)
    {
        var digest = Digest(operation);
        if (Entries.Count == 0) Did = DidOf(digest);
        var cid = new Cid(CidCodec.DagCbor, digest).ToString();
        Entries.Add(new JsonObject
        {
            ["did"] = Did.ToString(),
            ["operation"] = operation.DeepClone(),
            ["cid"] = cid,
            ["nullified"] = nullified,
            ["createdAt"] = Start.AddHours(hours).UtcDateTime.ToString("O"),
        });
        return cid;
    }

    internal JsonObject Entry(int index) => Entries[index]!.AsObject();

    internal (PlcLogError Error, int EntryIndex) Verify(out PlcAuditLog? log)
    {
        var json = Encoding.UTF8.GetBytes(Entries.ToJsonString());
        var error = PlcAuditLog.TryVerify(json, Did, out log, out int entryIndex);
        return (error, entryIndex);
    }

    internal static byte[] Digest(JsonObject operation)
    {
        using var document = JsonDocument.Parse(operation.ToJsonString());
        var cbor = new ArrayBufferWriter<byte>();
        Assert.True(DagCborFromJson.TryWrite(document.RootElement, cbor));
        var digest = new byte[Sha256.DigestBytes];
        Sha256.Hash(cbor.WrittenSpan, digest);
        return digest;
    }

    public void Dispose()
    {
        foreach (var key in (PrivateKey[])[Strong, Weak, Stranger, .. Signing]) key.Dispose();
    }

    private static Did DidOf(byte[] digest)
    {
        var text = new byte[Base32.EncodedLength(digest.Length)];
        Base32.Encode(digest, text);
        Assert.True(Did.TryParse([.. "did:plc:"u8, .. text.AsSpan(0, 24)], out var did));
        return did;
    }
}
