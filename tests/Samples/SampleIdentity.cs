using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Atproto.Multiformats;

namespace Samples;

/// <summary>
/// Identities that nobody has: DIDs in the shape of did:plc, and their documents.
/// </summary>
public static class SampleIdentity
{
    private const int PlcCharacters = 24;

    /// <summary>A did:plc whose 24 characters are a hash of the name.</summary>
    public static string Plc(string name)
    {
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes("sample identity " + name));
        byte[] text = new byte[Base32.EncodedLength(digest.Length)];
        Base32.Encode(digest, text);
        return "did:plc:" + Encoding.ASCII.GetString(text, 0, PlcCharacters);
    }

    /// <summary>The DID as file names spell it: did_plc_….</summary>
    public static string FileName(string did) => did.Replace(':', '_');

    /// <summary>The DID document a directory would answer with.</summary>
    public static byte[] Document(string did, string handle, SampleKey key, string pdsUrl)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartArray("@context");
            json.WriteStringValue("https://www.w3.org/ns/did/v1");
            json.WriteStringValue("https://w3id.org/security/multikey/v1");
            json.WriteEndArray();
            json.WriteString("id", did);
            json.WriteStartArray("alsoKnownAs");
            json.WriteStringValue("at://" + handle);
            json.WriteEndArray();
            json.WriteStartArray("verificationMethod");
            json.WriteStartObject();
            json.WriteString("id", did + "#atproto");
            json.WriteString("type", "Multikey");
            json.WriteString("controller", did);
            json.WriteString("publicKeyMultibase", key.Multibase);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartArray("service");
            json.WriteStartObject();
            json.WriteString("id", "#atproto_pds");
            json.WriteString("type", "AtprotoPersonalDataServer");
            json.WriteString("serviceEndpoint", pdsUrl);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
        return output.ToArray();
    }
}
