using System.Security.Cryptography;

namespace Atproto.Crypto;

/// <summary>SHA-256 of one span, without allocation (FIPS 180-4).</summary>
public static class Sha256
{
    public const int DigestBytes = 32;

    /// <summary>Writes the 32 bytes of the digest.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> digest) => SHA256.HashData(data, digest);
}
