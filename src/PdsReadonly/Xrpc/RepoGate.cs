using System.Text;
using Atproto.Syntax;
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
    internal static XrpcError? Open(RepoPool pool, RepoEntry entry, out RepoPool.Lease lease) =>
        Open(pool, entry, forLong: false, out lease);

    /// <summary>The same for as long as a client takes to receive a body.</summary>
    internal static XrpcError? OpenForLong(
        RepoPool pool, RepoEntry entry, out RepoPool.Lease lease) =>
        Open(pool, entry, forLong: true, out lease);

    /// <summary>500: the CAR does not hold a block where the index says.</summary>
    internal static XrpcError Changed(RepoEntry entry) =>
        XrpcError.Internal($"{entry.CarPath} no longer holds what was indexed of {entry.Did}");

    // What cannot be opened is our trouble, not the client's.
    private static XrpcError? Open(
        RepoPool pool, RepoEntry entry, bool forLong, out RepoPool.Lease lease)
    {
        if (pool.TryRent(entry, forLong, out lease, out string? reason)) return null;
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
