using System.Text;
using Atproto.Crypto;

namespace Atproto.Tests.Crypto;

public sealed class Sha256Tests
{
    private delegate void Hasher(ReadOnlySpan<byte> data, Span<byte> digest);

    // The examples of FIPS 180-4.
    [Test]
    [Arguments("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [Arguments("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [Arguments(
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    public void Hash_KnownText_HasItsDigest(string text, string expected)
    {
        foreach (var hash in Twins())
        {
            var digest = new byte[Sha256.DigestBytes];
            hash(Encoding.ASCII.GetBytes(text), digest);
            Assert.Equal(expected, Convert.ToHexStringLower(digest));
        }
    }

    [Test]
    public void Hash_EveryLengthAroundBlocksAndTheLongCall_IsTheSameInBothTwins()
    {
        var data = new byte[5000];
        new Random(1).NextBytes(data);
        var expected = new byte[Sha256.DigestBytes];
        var digest = new byte[Sha256.DigestBytes + 1];
        foreach (int length in (int[])[.. Enumerable.Range(0, 1100), 4096, 5000])
        {
            System.Security.Cryptography.SHA256.HashData(data.AsSpan(0, length), expected);
            foreach (var hash in Twins())
            {
                digest[^1] = 0xa5;
                hash(data.AsSpan(0, length), digest);
                Assert.Equal(expected, digest[..^1]);
                Assert.Equal(0xa5, digest[^1]);
            }
        }
    }

    [Test]
    public void Hash_DigestThatDoesNotFit_IsAnExceptionOfOurs()
    {
        foreach (var hash in Twins())
        {
            Assert.ThrowsAny<ArgumentException>(() => hash([], new byte[Sha256.DigestBytes - 1]));
        }
    }

    private static IEnumerable<Hasher> Twins()
    {
        yield return Sha256.Hash;
        yield return Sha256.Plain.Hash;
        if (Sha256.UsesLibCrypto) yield return Sha256.LibCrypto.Hash;
    }
}
