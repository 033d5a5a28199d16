using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Atproto.Multiformats;

/// <summary>
/// Hashes of digests for tables in memory. A digest that is only named can be chosen, since nothing
/// has to hash to it: so with a key of this process, or a table becomes a list.
/// </summary>
internal static class DigestHash
{
    private static readonly ulong s_firstKey = NewKey();
    private static readonly ulong s_secondKey = NewKey();

    /// <summary>
    /// The product of two sums with a random key: two inputs give the same by chance alone.
    /// </summary>
    internal static uint Of(ulong first, ulong second)
    {
        ulong high = Math.BigMul(first + s_firstKey, second + s_secondKey, out ulong low);
        return (uint)((high ^ low) >> 32);
    }

    private static ulong NewKey()
    {
        Span<byte> key = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(key);
        return BinaryPrimitives.ReadUInt64LittleEndian(key);
    }
}
