using System.Security.Cryptography;

namespace Atproto.Crypto;

public static partial class Sha256
{
    /// <summary>
    /// The twin of <see cref="LibCrypto"/> for platforms without it, tested together.
    /// </summary>
    internal static class Plain
    {
        internal static void Hash(ReadOnlySpan<byte> data, Span<byte> digest) =>
            SHA256.HashData(data, digest);
    }
}
