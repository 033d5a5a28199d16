using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Atproto.Multiformats;
using Samples;

namespace PdsReadonly.Tests.Support;

/// <summary>
/// A PLC audit log of two operations, which name one signing key after the other
/// (https://web.plc.directory/spec/v0.1/did-plc).
/// </summary>
internal sealed class SamplePlcLog
{
    internal SamplePlcLog(SampleKey earlier, SampleKey current)
    {
        using var rotation = SampleKey.FromSeed(SampleCurve.P256, "rotation");
        var (genesis, signedGenesis) = Operation(rotation, earlier, prev: null);
        byte[] digest = SHA256.HashData(signedGenesis);
        byte[] text = new byte[Base32.EncodedLength(digest.Length)];
        Base32.Encode(digest, text);
        Did = "did:plc:" + Encoding.ASCII.GetString(text, 0, 24);
        string first = Cid.Of(CidCodec.DagCbor, signedGenesis).ToString();
        var (update, signedUpdate) = Operation(rotation, current, first);
        string second = Cid.Of(CidCodec.DagCbor, signedUpdate).ToString();
        Json = Encoding.UTF8.GetBytes($"[{Entry(genesis, first, 1)},{Entry(update, second, 2)}]");
    }

    internal string Did { get; }

    internal byte[] Json { get; }

    private string Entry(string operation, string cid, int day) => $$"""
        {"did":"{{Did}}","operation":{{operation}},"cid":"{{cid}}","nullified":false,
         "createdAt":"2024-01-0{{day}}T00:00:00.000Z"}
        """;

    private static (string Json, byte[] Signed) Operation(
        SampleKey rotation, SampleKey signing, string? prev)
    {
        (string, object?)[] fields =
        [
            ("type", "plc_operation"),
            ("rotationKeys", SampleRecord.List(rotation.DidKey)),
            ("verificationMethods", SampleRecord.Map(("atproto", signing.DidKey))),
            ("alsoKnownAs", SampleRecord.List("at://moved.test")),
            ("services", SampleRecord.Map(("atproto_pds", SampleRecord.Map(
                ("type", "AtprotoPersonalDataServer"), ("endpoint", "https://pds.example"))))),
            ("prev", prev),
        ];
        string sig = Base64Url.EncodeToString(rotation.Sign(SampleRecord.Encode(fields)));
        string prevJson = prev is null ? "null" : $"\"{prev}\"";
        string json = $$$"""
            {"type":"plc_operation","rotationKeys":["{{{rotation.DidKey}}}"],
             "verificationMethods":{"atproto":"{{{signing.DidKey}}}"},
             "alsoKnownAs":["at://moved.test"],
             "services":{"atproto_pds":{"type":"AtprotoPersonalDataServer",
             "endpoint":"https://pds.example"}},"prev":{{{prevJson}}},"sig":"{{{sig}}}"}
            """;
        return (json, SampleRecord.Encode([.. fields, ("sig", sig)]));
    }
}
