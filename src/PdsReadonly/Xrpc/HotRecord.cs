using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Atproto.Multiformats;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;

namespace PdsReadonly.Xrpc;

/// <summary>
/// A record's JSON among what is hot, good for as long as the CAR it was read from is the same
/// file. A default value keeps and finds nothing.
/// </summary>
internal readonly ref struct HotRecord(HotCache cache, ReadOnlySpan<byte> key, RepoEntry repo)
{
    // Of which version of the file, its CID, and then the JSON.
    private const int HeadBytes = sizeof(long) + Cid.Bytes;

    private readonly ReadOnlySpan<byte> _key = key;
    private readonly long _version = cache.Cars.VersionOf(repo);

    internal bool TryFind(out Cid cid, out ReadOnlySpan<byte> json)
    {
        cid = default;
        json = default;
        if (!cache.TryFind(_key, out var value)) return false;
        if (BinaryPrimitives.ReadInt64LittleEndian(value) != _version) return false;
        json = value[HeadBytes..];
        return Cid.TryRead(value[sizeof(long)..HeadBytes], out cid);
    }

    [SkipLocalsInit]
    internal void Keep(in Cid cid, ReadOnlySpan<byte> json)
    {
        if (cache is null || json.Length > HotCache.ValueBytesMax - HeadBytes) return;
        Span<byte> value = stackalloc byte[HotCache.ValueBytesMax];
        BinaryPrimitives.WriteInt64LittleEndian(value, _version);
        cid.CopyTo(value[sizeof(long)..]);
        json.CopyTo(value[HeadBytes..]);
        cache.Add(_key, value[..(HeadBytes + json.Length)]);
    }
}
