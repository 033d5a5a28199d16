using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Atproto.Crypto;
using Atproto.Multiformats;

namespace Atproto.Identity;

/// <summary>
/// One operation of a did:plc identity (https://web.plc.directory/spec/v0.1/did-plc), the legacy
/// "create" put into today's words. Nothing about it is verified but its form.
/// </summary>
internal sealed class PlcOperation
{
    private const int SignatureLength = 86;

    private PlcOperation(Cid cid, byte[] unsignedDigest, byte[] signature)
    {
        Cid = cid;
        UnsignedDigest = unsignedDigest;
        Signature = signature;
    }

    /// <summary>Of the signed operation.</summary>
    internal Cid Cid { get; }

    /// <summary>What the signature signs: SHA-256 of the operation without "sig".</summary>
    internal byte[] UnsignedDigest { get; }

    internal byte[] Signature { get; }

    /// <summary>The predecessor's CID as text; null in a genesis operation.</summary>
    internal string? Prev { get; private set; }

    internal bool IsTombstone { get; private set; }

    /// <summary>did:key texts in falling order of authority; none in a tombstone.</summary>
    internal string[] RotationKeys { get; private set; } = [];

    /// <summary>The did:key of commits, if there is one.</summary>
    internal string? SigningKey { get; private set; }

    internal string[] AlsoKnownAs { get; private set; } = [];

    internal string? PdsEndpoint { get; private set; }

    internal static PlcLogError TryRead(JsonElement json, out PlcOperation? operation)
    {
        operation = null;
        if (json.ValueKind != JsonValueKind.Object) return PlcLogError.OperationMalformed;
        if (JsonText.Find(json, "sig") is not { } sig || !TryReadPrev(json, out var prev))
        {
            return PlcLogError.OperationMalformed;
        }

        if (!TryReadSignature(sig, out var signature)) return PlcLogError.SignatureMalformed;
        if (!TryHash(json, omittedKey: null, out var digest)
            || !TryHash(json, omittedKey: "sig", out var unsignedDigest))
        {
            return PlcLogError.OperationMalformed;
        }

        var read = new PlcOperation(new Cid(CidCodec.DagCbor, digest), unsignedDigest, signature)
        {
            Prev = prev,
        };
        var error = JsonText.Find(json, "type") switch
        {
            "plc_operation" => read.ReadRegular(json),
            "plc_tombstone" => read.ReadTombstone(),
            "create" => read.ReadLegacy(json),
            _ => PlcLogError.OperationUnknown,
        };
        if (error == PlcLogError.None) operation = read;
        return error;
    }

    private PlcLogError ReadRegular(JsonElement json)
    {
        if (!TryReadTexts(json, "rotationKeys", out var rotationKeys)
            || !TryReadTexts(json, "alsoKnownAs", out var aliases)
            || !TryReadObject(json, "verificationMethods", out var methods)
            || !TryReadObject(json, "services", out var services))
        {
            return PlcLogError.OperationMalformed;
        }

        if (rotationKeys.Length > PlcAuditLog.RotationKeysMax)
        {
            return PlcLogError.TooManyRotationKeys;
        }

        RotationKeys = rotationKeys;
        AlsoKnownAs = aliases;
        SigningKey = JsonText.Find(methods, "atproto");
        if (TryReadObject(services, "atproto_pds", out var pds)
            && JsonText.Find(pds, "type") == AtprotoAlias.PdsServiceType)
        {
            PdsEndpoint = AtprotoAlias.ToPdsEndpoint(JsonText.Find(pds, "endpoint"));
        }

        return PlcLogError.None;
    }

    private PlcLogError ReadTombstone()
    {
        IsTombstone = true;
        return PlcLogError.None;
    }

    private PlcLogError ReadLegacy(JsonElement json)
    {
        if (JsonText.Find(json, "recoveryKey") is not { } recoveryKey
            || JsonText.Find(json, "signingKey") is not { } signingKey
            || JsonText.Find(json, "handle") is not { } handle
            || JsonText.Find(json, "service") is not { } service)
        {
            return PlcLogError.OperationMalformed;
        }

        // Only ever a genesis operation.
        if (Prev is not null) return PlcLogError.OperationUnknown;
        RotationKeys = [recoveryKey, signingKey];
        SigningKey = signingKey;
        AlsoKnownAs = ["at://" + handle];
        // Some of the oldest name the host alone.
        PdsEndpoint = AtprotoAlias.ToPdsEndpoint(
            service.Contains("://", StringComparison.Ordinal) ? service : "https://" + service);
        return PlcLogError.None;
    }

    private static bool TryReadPrev(JsonElement json, out string? prev)
    {
        prev = JsonText.Find(json, "prev");
        // Null must be written: an operation without the member has another hash.
        return prev is not null
            || (json.TryGetProperty("prev", out var member)
                && member.ValueKind == JsonValueKind.Null);
    }

    /// <summary>
    /// One text per signature: no padding, no white space, no stray bits at the end.
    /// </summary>
    private static bool TryReadSignature(string text, out byte[] signature)
    {
        signature = new byte[SignatureVerifier.SignatureBytes];
        if (text.Length != SignatureLength) return false;
        var status = Base64Url.DecodeFromChars(text, signature, out _, out int written);
        return status == OperationStatus.Done
            && written == signature.Length
            && Base64Url.EncodeToString(signature) == text;
    }

    private static bool TryHash(JsonElement json, string? omittedKey, out byte[] digest)
    {
        var cbor = new ArrayBufferWriter<byte>();
        digest = new byte[Sha256.DigestBytes];
        if (!DagCborFromJson.TryWrite(json, cbor, omittedKey)) return false;
        Sha256.Hash(cbor.WrittenSpan, digest);
        return true;
    }

    private static bool TryReadTexts(JsonElement json, string name, out string[] texts)
    {
        texts = [];
        if (!json.TryGetProperty(name, out var array) || array.ValueKind != JsonValueKind.Array)
        {
            return false;
        }

        texts = [.. JsonText.Texts(json, name)];
        return texts.Length == array.GetArrayLength();
    }

    private static bool TryReadObject(JsonElement json, string name, out JsonElement member) =>
        json.TryGetProperty(name, out member) && member.ValueKind == JsonValueKind.Object;
}
