namespace Atproto.Crypto;

/// <summary>
/// SHA-256 of one span, without allocation (FIPS 180-4). Chosen once: OpenSSL's own functions where
/// they can be called directly, the platform's elsewhere. For data that arrives in pieces <see
/// cref="System.Security.Cryptography.IncrementalHash"/> serves well: what is saved here is the
/// cost of a call, which large pieces do not feel.
/// </summary>
public static partial class Sha256
{
    public const int DigestBytes = 32;

    /// <summary>Which twin <see cref="Hash"/> uses.</summary>
    internal static readonly bool UsesLibCrypto = LibCrypto.TryLoad();

    /// <summary>Writes the 32 bytes of the digest; any thread.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        if (UsesLibCrypto) LibCrypto.Hash(data, digest);
        else Plain.Hash(data, digest);
    }
}
