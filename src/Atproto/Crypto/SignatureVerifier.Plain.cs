using System.Security.Cryptography;

namespace Atproto.Crypto;

public sealed partial class SignatureVerifier
{
    /// <summary>
    /// The twin of <see cref="LibCrypto"/> for platforms without it, tested together.
    /// </summary>
    private sealed class Plain : Twin
    {
        private readonly ECDsa _key;
        private readonly Lock _lock = new();

        private Plain(ECDsa key) => _key = key;

        /// <summary>Null where the platform lacks the curve.</summary>
        internal static Plain? TryCreate(PublicKey key)
        {
            try
            {
                // The point is known to be on the curve: what the platform refuses is the curve.
                return new Plain(ECDsa.Create(key.ToParameters()));
            }
            catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
            {
                return null;
            }
        }

        internal override bool Verify(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
        {
            lock (_lock)
            {
                return _key.VerifyHash(
                    digest, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            }
        }

        public override void Dispose() => _key.Dispose();
    }
}
