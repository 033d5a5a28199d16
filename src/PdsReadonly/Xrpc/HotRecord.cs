using System.Buffers.Binary;
using Atproto.Multiformats;
using PdsReadonly.Archive;

namespace PdsReadonly.Xrpc;

/// <summary>
/// A record's JSON among what is hot. Kept for a second: then it is read and hashed again, so that
/// a file that was changed is noticed however often one record is asked for. A default value keeps
/// and finds nothing.
/// </summary>
internal readonly ref struct HotRecord(HotCache cache, ReadOnlySpan<byte> key, TimeProvider time)
{
    // When it was read, its CID, and then the JSON.
    private const int HeadBytes = sizeof(long) + Cid.Bytes;
    private static readonly TimeSpan s_ageMax = TimeSpan.FromSeconds(1);

    private readonly ReadOnlySpan<byte> _key = key;

    internal bool TryFind(out Cid cid, out ReadOnlySpan<byte> json)
    {
        cid = default;
        json = default;
        if (!cache.TryFind(_key, out var value)) return false;
        long read = BinaryPrimitives.ReadInt64LittleEndian(value);
        if (time.GetElapsedTime(read) > s_ageMax) return false;
        json = value[HeadBytes..];
        return Cid.TryRead(value[sizeof(long)..HeadBytes], out cid);
    }

    internal void Keep(in Cid cid, ReadOnlySpan<byte> json)
    {
        if (cache is null || json.Length > HotCache.ValueBytesMax - HeadBytes) return;
        Span<byte> value = stackalloc byte[HotCache.ValueBytesMax];
        BinaryPrimitives.WriteInt64LittleEndian(value, time.GetTimestamp());
        cid.CopyTo(value[sizeof(long)..]);
        json.CopyTo(value[HeadBytes..]);
        cache.Add(_key, value[..(HeadBytes + json.Length)]);
    }
}
