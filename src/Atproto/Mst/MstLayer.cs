using System.Numerics;
using System.Buffers.Binary;
using Atproto.Crypto;

namespace Atproto.Mst;

/// <summary>On which layer of the tree a key lives.</summary>
public static class MstLayer
{
    /// <summary>
    /// Pairs of leading zero bits in the key's SHA-256, since the fanout is 4; an odd last zero is
    /// dropped. 0 to 128.
    /// </summary>
    public static int Of(ReadOnlySpan<byte> key)
    {
        Span<byte> digest = stackalloc byte[Sha256.DigestBytes];
        Sha256.Hash(key, digest);
        int zeros = 0;
        for (int at = 0; at < digest.Length; at += 8)
        {
            ulong word = BinaryPrimitives.ReadUInt64BigEndian(digest[at..]);
            zeros += BitOperations.LeadingZeroCount(word);
            if (word != 0) break;
        }

        return zeros / 2;
    }
}
