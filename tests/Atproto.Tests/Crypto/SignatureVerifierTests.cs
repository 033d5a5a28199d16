using System.Security.Cryptography;
using Atproto.Crypto;
using Samples;

namespace Atproto.Tests.Crypto;

public sealed class SignatureVerifierTests
{
    private const string P256Order =
        "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";
    private const string Secp256k1Order =
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141";
    private const string Zero = "0000000000000000000000000000000000000000000000000000000000000000";
    private const string One = "0000000000000000000000000000000000000000000000000000000000000001";
    private const string P256Half =
        "7FFFFFFF800000007FFFFFFFFFFFFFFFDE737D56D38BCF4279DCE5617E3192A8";
    private const string P256HalfNext =
        "7FFFFFFF800000007FFFFFFFFFFFFFFFDE737D56D38BCF4279DCE5617E3192A9";
    private const string Secp256k1Half =
        "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0";
    private const string Secp256k1HalfNext =
        "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A1";

    private static readonly byte[] Digest = SHA256.HashData("hello"u8);

    [Test]
    [Arguments(KeyCurve.P256)]
    [Arguments(KeyCurve.Secp256k1)]
    public void Verify_OwnSignatures_AreAcceptedByTheirKeyOnly(KeyCurve curve)
    {
        using var key = PrivateKey.Generate(curve);
        using var other = PrivateKey.Generate(curve);
        using var verifier = Verifier(key.PublicKey);
        for (int i = 0; i < 16; i++)
        {
            var signature = key.Sign(Digest);
            Assert.Equal(SignatureError.None, verifier.Verify(Digest, signature));
            Assert.Equal(
                SignatureError.KeyMismatch, verifier.Verify(SHA256.HashData([]), signature));
            Assert.Equal(
                SignatureError.KeyMismatch,
                SignatureVerifier.Verify(other.PublicKey, Digest, signature));
        }
    }

    [Test]
    [Arguments(KeyCurve.P256)]
    [Arguments(KeyCurve.Secp256k1)]
    public void Verify_ChangedBits_AreRefusedByBothTwins(KeyCurve curve)
    {
        ulong seed = (ulong)Environment.TickCount64;
        Console.WriteLine($"seed {seed}");
        var random = new SampleRandom(seed);
        for (int i = 0; i < 40; i++)
        {
            using var key = PrivateKey.Generate(curve);
            byte[] digest = new byte[Sha256.DigestBytes];
            random.Fill(digest);
            byte[] signature = key.Sign(digest);
            AssertTwins(SignatureError.None, key.PublicKey, digest, signature);
            byte[] otherDigest = [.. digest];
            otherDigest[random.Below(32)] ^= (byte)(1 << random.Below(8));
            AssertTwins(SignatureError.KeyMismatch, key.PublicKey, otherDigest, signature);
            // The lowest bits, so that r and s stay in range.
            signature[random.Chance(50) ? 31 : 63] ^= 1;
            AssertTwins(SignatureError.KeyMismatch, key.PublicKey, digest, signature);
        }
    }

    [Test]
    [Arguments(KeyCurve.P256)]
    [Arguments(KeyCurve.Secp256k1)]
    public void Verify_ShortNumbers_AreTheSameToBothTwins(KeyCurve curve)
    {
        using var key = PrivateKey.Generate(curve);
        for (int length = 1; length <= 32; length++)
        {
            foreach (byte first in (byte[])[0x01, 0x7f, 0x80, 0xff])
            {
                byte[] signature = new byte[64];
                signature[32 - length] = length == 32 ? (byte)0x7f : first;
                signature[64 - length] = length == 32 ? (byte)0x01 : first;
                AssertTwins(SignatureError.KeyMismatch, key.PublicKey, Digest, signature);
            }
        }
    }

    [Test]
    [Arguments(KeyCurve.P256)]
    [Arguments(KeyCurve.Secp256k1)]
    public void Verify_OneVerifierOnManyThreads_IsRight(KeyCurve curve)
    {
        using var key = PrivateKey.Generate(curve);
        using var other = PrivateKey.Generate(curve);
        byte[] signature = key.Sign(Digest);
        foreach (bool usesLibCrypto in Twins())
        {
            using var right = Verifier(key.PublicKey, usesLibCrypto);
            using var wrong = Verifier(other.PublicKey, usesLibCrypto);
            Parallel.For(0, 64, i =>
            {
                Assert.Equal(SignatureError.None, right.Verify(Digest, signature));
                Assert.Equal(SignatureError.KeyMismatch, wrong.Verify(Digest, signature));
            });
        }
    }

    [Test]
    public void TryCreate_OnLinux_UsesLibCrypto()
    {
        Skip.Unless(Sha256.UsesLibCrypto, "no libcrypto here");
        Assert.True(SignatureVerifier.UsesLibCrypto(KeyCurve.P256));
        Assert.True(SignatureVerifier.UsesLibCrypto(KeyCurve.Secp256k1));
    }

    [Test]
    [Arguments(KeyCurve.P256)]
    [Arguments(KeyCurve.Secp256k1)]
    public void Verify_OtherHalfOfAValidSignature_IsHighS(KeyCurve curve)
    {
        using var key = PrivateKey.Generate(curve);
        var signature = key.Sign(Digest);
        CurveParameters.Of(curve).Negate(signature.AsSpan(32)).CopyTo(signature, 32);
        Assert.Equal(
            SignatureError.HighS, SignatureVerifier.Verify(key.PublicKey, Digest, signature));
    }

    [Test]
    [Arguments(KeyCurve.P256, Zero, One, SignatureError.OutOfRange)]
    [Arguments(KeyCurve.P256, One, Zero, SignatureError.OutOfRange)]
    [Arguments(KeyCurve.P256, P256Order, One, SignatureError.OutOfRange)]
    [Arguments(KeyCurve.P256, One, P256Order, SignatureError.OutOfRange)]
    [Arguments(KeyCurve.P256, One, P256Half, SignatureError.KeyMismatch)]
    [Arguments(KeyCurve.P256, One, P256HalfNext, SignatureError.HighS)]
    [Arguments(KeyCurve.Secp256k1, Zero, One, SignatureError.OutOfRange)]
    [Arguments(KeyCurve.Secp256k1, One, Zero, SignatureError.OutOfRange)]
    [Arguments(KeyCurve.Secp256k1, Secp256k1Order, One, SignatureError.OutOfRange)]
    [Arguments(KeyCurve.Secp256k1, One, Secp256k1Order, SignatureError.OutOfRange)]
    [Arguments(KeyCurve.Secp256k1, One, Secp256k1Half, SignatureError.KeyMismatch)]
    [Arguments(KeyCurve.Secp256k1, One, Secp256k1HalfNext, SignatureError.HighS)]
    public void Verify_EdgesOfTheRange_GiveTheirCode(
        KeyCurve curve, string r, string s, SignatureError expected)
    {
        using var key = PrivateKey.Generate(curve);
        var signature = Convert.FromHexString(r + s);
        Assert.Equal(expected, SignatureVerifier.Verify(key.PublicKey, Digest, signature));
    }

    [Test]
    public void Verify_EveryOtherLength_IsWrongLength()
    {
        using var key = PrivateKey.Generate(KeyCurve.P256);
        using var verifier = Verifier(key.PublicKey);
        byte[] signature = [.. key.Sign(Digest), .. new byte[16]];
        for (int length = 0; length <= signature.Length; length++)
        {
            var expected = length == 64 ? SignatureError.None : SignatureError.WrongLength;
            Assert.Equal(expected, verifier.Verify(Digest, signature.AsSpan(0, length)));
        }
    }

    [Test]
    public void Verify_DigestOfAnotherLength_IsAnExceptionOfOurs()
    {
        using var key = PrivateKey.Generate(KeyCurve.P256);
        using var verifier = Verifier(key.PublicKey);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => verifier.Verify(new byte[31], new byte[64]));
    }

    [Test]
    public void TryCreate_CurveThePlatformMayLack_SaysSo()
    {
        // The generator of secp256k1, so that no key of ours must be made first.
        Assert.Equal(
            KeyError.None,
            PublicKey.TryRead(
                KeyCurve.Secp256k1,
                Convert.FromHexString(
                    "0279BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798"),
                out var key));
        var error = SignatureVerifier.TryCreate(key!, out var verifier);
        using (verifier)
        {
            Assert.Equal(
                OperatingSystem.IsMacOS() ? SignatureError.CurveUnavailable : SignatureError.None,
                error);
            Assert.Equal(error == SignatureError.None, verifier is not null);
        }
    }

    private static void AssertTwins(
        SignatureError expected, PublicKey key, byte[] digest, byte[] signature)
    {
        foreach (bool usesLibCrypto in Twins())
        {
            using var verifier = Verifier(key, usesLibCrypto);
            Assert.Equal(expected, verifier.Verify(digest, signature));
        }
    }

    private static bool[] Twins() =>
        SignatureVerifier.UsesLibCrypto(KeyCurve.P256) ? [false, true] : [false];

    private static SignatureVerifier Verifier(PublicKey key, bool usesLibCrypto)
    {
        Assert.Equal(
            SignatureError.None,
            SignatureVerifier.TryCreate(key, usesLibCrypto, out var verifier));
        return verifier!;
    }

    private static SignatureVerifier Verifier(PublicKey key)
    {
        Assert.Equal(SignatureError.None, SignatureVerifier.TryCreate(key, out var verifier));
        return verifier!;
    }
}
