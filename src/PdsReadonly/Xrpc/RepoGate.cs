using System.Text;
using Atproto.Syntax;
using Http.Connections;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;

namespace PdsReadonly.Xrpc;

/// <summary>
/// Looks repos up for endpoints, and refuses those that are not shown. Endpoints differ in how they
/// treat an inactive repo; what they share is here.
/// </summary>
internal static class RepoGate
{
    private static ReadOnlySpan<byte> DidPrefix => "did:"u8;

    /// <summary>
    /// Null for a repo that may be read, else the refusal every gated endpoint gives.
    /// </summary>
    internal static XrpcError? Check(
        RepoCatalog catalog, ReadOnlySpan<byte> id, out RepoEntry entry)
    {
        if (!TryFind(catalog, id, activeOnly: false, out entry)) return XrpcError.RepoNotFound(id);
        return entry.Status switch
        {
            HostingStatus.Active => null,
            HostingStatus.Takendown => XrpcError.RepoTakendown(id),
            HostingStatus.Suspended => XrpcError.RepoSuspended(id),
            HostingStatus.Deactivated => XrpcError.RepoDeactivated(id),
            _ => XrpcError.RepoNotFound(id),
        };
    }

    /// <summary>Finds an active repo by DID or handle.</summary>
    internal static bool TryFindActive(
        RepoCatalog catalog, ReadOnlySpan<byte> id, out RepoEntry entry) =>
        TryFind(catalog, id, activeOnly: true, out entry) && entry.Status == HostingStatus.Active;

    /// <summary>The repo's index and CAR, for a moment.</summary>
    internal static XrpcResult? Open(
        RepoPool pool, RepoEntry entry, HttpRequest request, out RepoPool.Lease lease) =>
        Open(pool, entry, request, forLong: false, out lease);

    /// <summary>The same for as long as a client takes to receive a body.</summary>
    internal static XrpcResult? OpenForLong(
        RepoPool pool, RepoEntry entry, HttpRequest request, out RepoPool.Lease lease) =>
        Open(pool, entry, request, forLong: true, out lease);

    /// <summary>
    /// What there is to say instead of a block: later, or 500 where the CAR does not hold it.
    /// </summary>
    internal static XrpcResult Unread(ReadStatus status, RepoEntry entry) =>
        status == ReadStatus.Blocked
            ? XrpcResult.Postponed
            : XrpcError.Internal(
                $"{entry.CarPath} no longer holds what was indexed of {entry.Did}");

    // What cannot be opened is our trouble, not the client's.
    private static XrpcResult? Open(
        RepoPool pool, RepoEntry entry, HttpRequest request, bool forLong,
        out RepoPool.Lease lease)
    {
        var turn = request.Turn;
        if (pool.TryRent(entry, forLong, out lease, out string? reason, turn)) return null;
        if (!turn.MayBlock && reason is null) return XrpcResult.Postponed;
        return forLong ? XrpcError.Busy(reason) : XrpcError.Internal(reason);
    }

    private static bool TryFind(
        RepoCatalog catalog, ReadOnlySpan<byte> id, bool activeOnly, out RepoEntry entry)
    {
        if (id.StartsWith(DidPrefix)) return catalog.TryFind(id, out entry);
        entry = null!;
        return Handle.TryParse(Encoding.ASCII.GetString(id), out var handle)
            && catalog.TryFindByHandle(handle, activeOnly, out entry);
    }
}
