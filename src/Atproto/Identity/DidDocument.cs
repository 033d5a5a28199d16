using System.Text.Encodings.Web;
using System.Text.Json;
using Atproto.Crypto;
using Atproto.Syntax;

namespace Atproto.Identity;

/// <summary>
/// A DID document, and what atproto reads from it (https://atproto.com/specs/did#did-documents).
/// What is absent or unusable is null: a document without a key or a handle is still a document.
/// </summary>
public sealed class DidDocument
{
    /// <summary>Largest document read, in bytes.</summary>
    public const int BytesMax = 256 * 1024;

    private const int DepthMax = 32;

    private DidDocument(Did did, ReadOnlyMemory<byte> json)
    {
        Did = did;
        Json = json;
    }

    public Did Did { get; }

    /// <summary>
    /// The first at:// alias that is a handle; a claim until the handle names the DID too.
    /// </summary>
    public Handle? Handle { get; private init; }

    /// <summary>What the account's commits are signed with.</summary>
    public PublicKey? SigningKey { get; private init; }

    /// <summary>Why there is no signing key although the document names one; else None.</summary>
    public KeyError SigningKeyError { get; private init; }

    /// <summary>The PDS's URL, http or https, without a slash at the end.</summary>
    public string? PdsEndpoint { get; private init; }

    /// <summary>The host of that URL, without a port, in lower case.</summary>
    public string? PdsHost => AtprotoAlias.HostOf(PdsEndpoint);

    /// <summary>The whole document as UTF-8 JSON without white space.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>Reads the document of <paramref name="did"/>; its "id" must say so.</summary>
    public static DidDocumentError TryParse(
        ReadOnlyMemory<byte> json, Did did, out DidDocument? document)
    {
        document = null;
        if (json.Length > BytesMax) return DidDocumentError.TooLarge;
        try
        {
            using var parsed = JsonDocument.Parse(
                JsonText.WithoutMark(json), new JsonDocumentOptions { MaxDepth = DepthMax });
            return TryRead(parsed.RootElement, did, out document);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second: text that is no Unicode is found when it is read as a string.
            return DidDocumentError.NotJson;
        }
    }

    private static DidDocumentError TryRead(JsonElement root, Did did, out DidDocument? document)
    {
        document = null;
        if (root.ValueKind != JsonValueKind.Object || JsonText.Find(root, "id") is not { } id)
        {
            return DidDocumentError.NotADocument;
        }

        if (id != did.ToString()) return DidDocumentError.WrongDid;
        var keyError = TryReadSigningKey(root, id, out var signingKey);
        document = new DidDocument(did, Minify(root))
        {
            Handle = AtprotoAlias.FindHandle(JsonText.Texts(root, "alsoKnownAs")),
            SigningKey = signingKey,
            SigningKeyError = keyError,
            PdsEndpoint = ReadPdsEndpoint(root, id),
        };
        return DidDocumentError.None;
    }

    private static KeyError TryReadSigningKey(JsonElement root, string did, out PublicKey? key)
    {
        key = null;
        foreach (var method in JsonText.Objects(root, "verificationMethod"))
        {
            if (!IsNamed(method, did, "#atproto")) continue;
            if (JsonText.Find(method, "controller") != did) continue;
            var text = JsonText.Find(method, "publicKeyMultibase") ?? "";
            switch (JsonText.Find(method, "type"))
            {
                case "Multikey":
                    return DidKey.TryParseMultikey(text, out key);
                case "EcdsaSecp256r1VerificationKey2019":
                    return DidKey.TryParseBarePoint(KeyCurve.P256, text, out key);
                case "EcdsaSecp256k1VerificationKey2019":
                    return DidKey.TryParseBarePoint(KeyCurve.Secp256k1, text, out key);
            }
        }

        return KeyError.None;
    }

    private static string? ReadPdsEndpoint(JsonElement root, string did)
    {
        foreach (var service in JsonText.Objects(root, "service"))
        {
            if (IsNamed(service, did, "#atproto_pds")
                && JsonText.Find(service, "type") == AtprotoAlias.PdsServiceType)
            {
                return AtprotoAlias.ToPdsEndpoint(JsonText.Find(service, "serviceEndpoint"));
            }
        }

        return null;
    }

    /// <summary>Whether the entry's id is the fragment, alone or after the DID.</summary>
    private static bool IsNamed(JsonElement entry, string did, string fragment) =>
        JsonText.Find(entry, "id") is { } id && (id == fragment || id == did + fragment);

    private static byte[] Minify(JsonElement root)
    {
        using var output = new MemoryStream();
        // Strings need no escaping for HTML here: the document is served as JSON.
        var options = new JsonWriterOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        using (var writer = new Utf8JsonWriter(output, options)) root.WriteTo(writer);
        return output.ToArray();
    }
}
