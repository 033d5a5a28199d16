namespace Atproto.Crypto;

/// <summary>SHA-256 of one span, without allocation (FIPS 180-4).</summary>
public static class Sha256
{
    public const int DigestBytes = 32;
}
