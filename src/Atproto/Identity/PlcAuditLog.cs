using System.Text.Json;
using Atproto.Crypto;
using Atproto.Syntax;

namespace Atproto.Identity;

/// <summary>
/// A verified audit log of a did:plc identity, as the directory gives it at /log/audit: every key
/// that ever signed the account's commits. An account that moved was signed with other keys before.
/// </summary>
public sealed class PlcAuditLog
{
    /// <summary>Largest log read, in bytes.</summary>
    public const int BytesMax = 4 * 1024 * 1024;

    /// <summary>Most entries read; the directory itself lets a DID have a hundred a week.</summary>
    public const int EntriesMax = 4096;

    /// <summary>Most rotation keys of one operation; the specification allows fewer.</summary>
    public const int RotationKeysMax = 20;

    private const int DepthMax = 16;

    private PlcAuditLog(Did did, PublicKey? signingKey, IReadOnlyList<PublicKey> earlierSigningKeys)
    {
        Did = did;
        SigningKey = signingKey;
        EarlierSigningKeys = earlierSigningKeys;
    }

    public Did Did { get; }

    /// <summary>
    /// The key in force; null when the account has none, or is deactivated for good.
    /// </summary>
    public PublicKey? SigningKey { get; }

    /// <summary>
    /// The keys in force before, newest first, without the present one. Keys of operations that a
    /// recovery nullified are not among them: they may be a thief's.
    /// </summary>
    public IReadOnlyList<PublicKey> EarlierSigningKeys { get; }

    /// <summary>
    /// The first at:// alias that is a handle; a claim until the handle names the DID too.
    /// </summary>
    public Handle? Handle { get; private init; }

    /// <summary>The PDS's URL, http or https, without a slash at the end.</summary>
    public string? PdsEndpoint { get; private init; }

    /// <summary>The host of that URL, without a port, in lower case.</summary>
    public string? PdsHost => AtprotoAlias.HostOf(PdsEndpoint);

    /// <summary>The last word on this DID is a tombstone: it is deactivated for good.</summary>
    public bool IsTombstoned { get; private init; }

    /// <summary>
    /// Reads and verifies the log of <paramref name="did"/>. On an error that concerns one entry,
    /// <paramref name="entryIndex"/> is its number from 0, else -1.
    /// </summary>
    public static PlcLogError TryVerify(
        ReadOnlyMemory<byte> json, Did did, out PlcAuditLog? log, out int entryIndex)
    {
        log = null;
        entryIndex = -1;
        if (json.Length > BytesMax) return PlcLogError.TooLarge;
        try
        {
            using var parsed = JsonDocument.Parse(
                JsonText.WithoutMark(json), new JsonDocumentOptions { MaxDepth = DepthMax });
            return TryVerify(parsed.RootElement, did, out log, ref entryIndex);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second: text that is no Unicode is found when it is read as a string.
            entryIndex = -1;
            return PlcLogError.NotJson;
        }
    }

    private static PlcLogError TryVerify(
        JsonElement root, Did did, out PlcAuditLog? log, ref int entryIndex)
    {
        log = null;
        if (root.ValueKind != JsonValueKind.Array || root.GetArrayLength() == 0)
        {
            return PlcLogError.NotALog;
        }

        if (root.GetArrayLength() > EntriesMax) return PlcLogError.TooManyEntries;
        using var verification = new PlcLogVerification(did);
        foreach (var entry in root.EnumerateArray())
        {
            entryIndex++;
            var error = verification.Add(entry);
            if (error != PlcLogError.None) return error;
        }

        var nullifiedError = verification.CheckNullified(out entryIndex);
        if (nullifiedError == PlcLogError.None) log = From(did, [.. verification.Chain]);
        return nullifiedError;
    }

    private static PlcAuditLog From(Did did, PlcOperation[] chain)
    {
        var last = chain[^1];
        _ = DidKey.TryParse(last.SigningKey, out var current);
        var earlier = new List<PublicKey>();
        var seen = new HashSet<PublicKey>();
        for (int i = chain.Length - 2; i >= 0; i--)
        {
            if (DidKey.TryParse(chain[i].SigningKey, out var key) != KeyError.None) continue;
            if (!key!.Equals(current) && seen.Add(key)) earlier.Add(key);
        }

        return new PlcAuditLog(did, current, earlier)
        {
            Handle = AtprotoAlias.FindHandle(last.AlsoKnownAs),
            PdsEndpoint = last.PdsEndpoint,
            IsTombstoned = last.IsTombstone,
        };
    }
}
