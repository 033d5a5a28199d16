using System.Security.Cryptography;
using Atproto.Crypto;

namespace Atproto.Tests.Crypto;

public sealed class KeyCacheTests
{
    private static readonly byte[] s_digest = SHA256.HashData("hello"u8);

    [Test]
    public void Find_SameKey_IsTheSameVerifier()
    {
        using var key = PrivateKey.Generate(KeyCurve.P256);
        var cache = new KeyCache(10);
        var first = cache.Find(key.PublicKey);
        Assert.Same(first, cache.Find(key.PublicKey));
        Assert.Equal(1, cache.Count);
        Assert.Equal(SignatureError.None, first!.Verify(s_digest, key.Sign(s_digest)));
    }

    [Test]
    public void Find_MoreKeysThanFit_KeepsTheLastAndThoseInUse()
    {
        var cache = new KeyCache(4);
        using var used = PrivateKey.Generate(KeyCurve.Secp256k1);
        var first = cache.Find(used.PublicKey);
        for (int i = 0; i < 40; i++)
        {
            using var key = PrivateKey.Generate(KeyCurve.P256);
            var verifier = cache.Find(key.PublicKey)!;
            Assert.Equal(SignatureError.None, verifier.Verify(s_digest, key.Sign(s_digest)));
            Assert.InRange(cache.Count, 1, 8);
            Assert.Same(first, cache.Find(used.PublicKey));
        }

        // Pushed out, it is of use still.
        for (int i = 0; i < 10; i++)
        {
            using var key = PrivateKey.Generate(KeyCurve.P256);
            cache.Find(key.PublicKey);
        }

        Assert.NotSame(first, cache.Find(used.PublicKey));
        Assert.Equal(SignatureError.None, first!.Verify(s_digest, used.Sign(s_digest)));
    }
}
