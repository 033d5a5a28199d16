using System.Text.Json;
using Atproto.Multiformats;
using Atproto.Syntax;

namespace Atproto.Identity;

/// <summary>
/// Goes through a log in its order and plays the directory's part again: each operation must have
/// been acceptable when it came (https://web.plc.directory/spec/v0.1/did-plc, "Key Rotation &amp;
/// Account Recovery"). Times are the directory's word; all else is proven.
/// </summary>
internal sealed class PlcLogVerification(Did did) : IDisposable
{
    private const int DidIdentifierLength = 24;

    private static readonly TimeSpan RecoveryWindow = TimeSpan.FromHours(72);

    private readonly string _did = did.ToString();
    private readonly List<Link> _links = [];
    private readonly Dictionary<string, Link> _byCid = new(StringComparer.Ordinal);
    private readonly RotationKeyRing _keys = new();

    /// <summary>The operations in force, oldest first.</summary>
    internal IEnumerable<PlcOperation> Chain =>
        _links.Where(static link => !link.IsNullified).Select(static link => link.Operation);

    /// <summary>Verifies one more entry; a refused one changes nothing.</summary>
    internal PlcLogError Add(JsonElement entry)
    {
        var error = TryReadEntry(entry, out var link);
        if (error != PlcLogError.None) return error;
        if (_byCid.ContainsKey(link!.CidText)) return PlcLogError.EntryRepeated;

        error = _links.Count == 0 ? CheckGenesis(link) : CheckSuccessor(link);
        if (error != PlcLogError.None) return error;
        _links.Add(link);
        _byCid.Add(link.CidText, link);
        return PlcLogError.None;
    }

    /// <summary>
    /// What is nullified is known only at the end; names the first entry that says otherwise.
    /// </summary>
    internal PlcLogError CheckNullified(out int entryIndex)
    {
        entryIndex = _links.FindIndex(static link => link.IsNullified != link.SaysNullified);
        return entryIndex < 0 ? PlcLogError.None : PlcLogError.NullifiedWrong;
    }

    public void Dispose() => _keys.Dispose();

    private PlcLogError TryReadEntry(JsonElement entry, out Link? link)
    {
        link = null;
        if (entry.ValueKind != JsonValueKind.Object
            || JsonText.Find(entry, "did") is not { } entryDid
            || JsonText.Find(entry, "cid") is not { } cid
            || !entry.TryGetProperty("nullified", out var nullified)
            || nullified.ValueKind is not (JsonValueKind.True or JsonValueKind.False)
            || JsonText.Find(entry, "createdAt") is null
            || !entry.GetProperty("createdAt").TryGetDateTimeOffset(out var createdAt)
            || !entry.TryGetProperty("operation", out var json))
        {
            return PlcLogError.EntryMalformed;
        }

        if (entryDid != _did) return PlcLogError.WrongDid;
        var error = PlcOperation.TryRead(json, out var operation);
        if (error != PlcLogError.None) return error;
        if (operation!.Cid.ToString() != cid) return PlcLogError.CidMismatch;
        link = new Link(operation, cid, createdAt, nullified.GetBoolean());
        return PlcLogError.None;
    }

    private PlcLogError CheckGenesis(Link link)
    {
        var operation = link.Operation;
        if (operation.IsTombstone) return PlcLogError.OperationUnknown;
        if (operation.Prev is not null) return PlcLogError.GenesisMisplaced;
        if (_did != DidOf(operation.Cid)) return PlcLogError.GenesisMismatch;
        return _keys.FindSigner(operation, operation.RotationKeys, out _);
    }

    private PlcLogError CheckSuccessor(Link link)
    {
        if (link.Operation.Prev is not { } prevCid) return PlcLogError.GenesisMisplaced;
        if (!_byCid.TryGetValue(prevCid, out var prev)) return PlcLogError.PrevUnknown;
        if (prev.IsNullified) return PlcLogError.PrevNullified;
        if (link.CreatedAt < _links[^1].CreatedAt) return PlcLogError.TimeNotAscending;

        var error = _keys.FindSigner(
            link.Operation, prev.Operation.RotationKeys, out int signerIndex);
        if (error != PlcLogError.None) return error;
        // Each successor of an operation must be signed by a stronger key than the one before it.
        if (signerIndex >= prev.AllowedKeyCount) return PlcLogError.KeyLacksAuthority;
        if (prev.Successor is { } replaced
            && link.CreatedAt - replaced.CreatedAt > RecoveryWindow)
        {
            return PlcLogError.RecoveryTooLate;
        }

        for (var next = prev.Successor; next is not null; next = next.Successor)
        {
            next.IsNullified = true;
        }

        prev.AllowedKeyCount = signerIndex;
        prev.Successor = link;
        return PlcLogError.None;
    }

    private static string DidOf(Cid genesis)
    {
        Span<byte> digest = stackalloc byte[Crypto.Sha256.DigestBytes];
        genesis.CopyDigestTo(digest);
        Span<byte> text = stackalloc byte[Base32.EncodedLength(digest.Length)];
        Base32.Encode(digest, text);
        return "did:plc:" + System.Text.Encoding.ASCII.GetString(text[..DidIdentifierLength]);
    }

    private sealed class Link(
        PlcOperation operation, string cidText, DateTimeOffset createdAt, bool saysNullified)
    {
        internal PlcOperation Operation => operation;

        internal string CidText => cidText;

        internal DateTimeOffset CreatedAt => createdAt;

        internal bool SaysNullified => saysNullified;

        internal bool IsNullified { get; set; }

        /// <summary>The newest operation that follows this one.</summary>
        internal Link? Successor { get; set; }

        /// <summary>
        /// How many of the rotation keys, from the strongest, may still sign a successor.
        /// </summary>
        internal int AllowedKeyCount { get; set; } = operation.RotationKeys.Length;
    }
}
