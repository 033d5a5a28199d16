using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Atproto.Multiformats;
using Samples;

namespace Bench.Readers;

/// <summary>
/// A PLC log in which each operation is signed by the last of as many keys as it may name, and
/// names another signing key.
/// </summary>
internal static class WorstLog
{
    private const int RotationKeys = 20;

    internal static byte[] Of(int entries, out string did)
    {
        SampleKey[] keys = [.. Enumerable.Range(0, RotationKeys)
            .Select(i => SampleKey.FromSeed(SampleCurve.P256, $"rotation {i}"))];
        var json = new StringBuilder("[");
        did = "";
        string? prev = null;
        for (int i = 0; i < entries; i++)
        {
            using var signing = SampleKey.FromSeed(SampleCurve.K256, $"signing {i}");
            (string, object?)[] fields =
            [
                ("type", "plc_operation"),
                ("rotationKeys", SampleRecord.List([.. keys.Select(key => key.DidKey)])),
                ("verificationMethods", SampleRecord.Map(("atproto", signing.DidKey))),
                ("alsoKnownAs", SampleRecord.List()), ("services", SampleRecord.Map()),
                ("prev", prev),
            ];
            string sig = Base64Url.EncodeToString(keys[^1].Sign(SampleRecord.Encode(fields)));
            byte[] signed = SampleRecord.Encode([.. fields, ("sig", sig)]);
            if (i == 0) did = DidOf(signed);
            string prevJson = prev is null ? "null" : $"\"{prev}\"";
            prev = Cid.Of(CidCodec.DagCbor, signed).ToString();
            string names = string.Join(',', keys.Select(one => $"\"{one.DidKey}\""));
            string key = signing.DidKey;
            json.Append(i == 0 ? "" : ",").Append($$$"""
                {"did":"{{{did}}}","cid":"{{{prev}}}","nullified":false,
                "createdAt":"2024-01-01T00:00:00.000Z","operation":{"type":"plc_operation",
                "rotationKeys":[{{{names}}}],"verificationMethods":{"atproto":"{{{key}}}"},
                "alsoKnownAs":[],"services":{},"prev":{{{prevJson}}},"sig":"{{{sig}}}"}}
                """);
        }

        foreach (var one in keys) one.Dispose();
        return Encoding.ASCII.GetBytes(json.Append(']').ToString());
    }

    private static string DidOf(byte[] genesis)
    {
        byte[] digest = SHA256.HashData(genesis);
        byte[] text = new byte[Base32.EncodedLength(digest.Length)];
        Base32.Encode(digest, text);
        return "did:plc:" + Encoding.ASCII.GetString(text, 0, 24);
    }
}
