using System.Text.Json;
using Atproto.Crypto;
using Shared;
using SimpleBase;

namespace Conformance.Tests;

/// <summary>The signature and did:key files that all implementations share.</summary>
public sealed class CryptoVectors
{
    private const string Signatures = "interop/crypto/signature-fixtures.json";
    private const string Secp256k1Keys = "interop/crypto/w3c_didkey_K256.json";
    private const string P256Keys = "interop/crypto/w3c_didkey_P256.json";

    public static IEnumerable<int> Indices(string file) => Corpus.Indices(file);

    [Test]
    [MethodDataSource(nameof(Indices), Arguments = [Signatures])]
    public void Verify_SharedSignature_GivesItsVerdict(int index)
    {
        var fixture = Corpus.Element(Signatures, index);
        var signature = Unpadded(fixture, "signatureBase64");
        var digest = new byte[Sha256.DigestBytes];
        Sha256.Hash(Unpadded(fixture, "messageBase64"), digest);
        var expected = fixture.GetProperty("validSignature").GetBoolean() ? SignatureError.None
            : signature.Length == SignatureVerifier.SignatureBytes ? SignatureError.HighS
            : SignatureError.WrongLength;

        Assert.Equal(KeyError.None, DidKey.TryParse(Text(fixture, "publicKeyDid"), out var key));
        Assert.Equal(expected, SignatureVerifier.Verify(key!, digest, signature));
    }

    [Test]
    [MethodDataSource(nameof(Indices), Arguments = [Signatures])]
    public void TryParseBarePoint_SharedKey_IsTheKeyOfItsDid(int index)
    {
        var fixture = Corpus.Element(Signatures, index);
        var curve = Text(fixture, "didDocSuite") == "EcdsaSecp256r1VerificationKey2019"
            ? KeyCurve.P256
            : KeyCurve.Secp256k1;

        var error = DidKey.TryParseBarePoint(
            curve, Text(fixture, "publicKeyMultibase"), out var bare);
        Assert.Equal(KeyError.None, error);
        Assert.Equal(Text(fixture, "publicKeyDid"), DidKey.Format(bare!));
    }

    [Test]
    [MethodDataSource(nameof(Indices), Arguments = [Secp256k1Keys])]
    public void DidKey_Secp256k1PrivateKey_GivesItsDid(int index)
    {
        var fixture = Corpus.Element(Secp256k1Keys, index);
        GivesItsDid(
            fixture,
            KeyCurve.Secp256k1,
            Convert.FromHexString(Text(fixture, "privateKeyBytesHex")));
    }

    [Test]
    [MethodDataSource(nameof(Indices), Arguments = [P256Keys])]
    public void DidKey_P256PrivateKey_GivesItsDid(int index)
    {
        var fixture = Corpus.Element(P256Keys, index);
        GivesItsDid(
            fixture, KeyCurve.P256, Base58.Bitcoin.Decode(Text(fixture, "privateKeyBytesBase58")));
    }

    private static void GivesItsDid(JsonElement fixture, KeyCurve curve, byte[] scalar)
    {
        using var key = PrivateKey.FromScalar(curve, scalar);
        var did = Text(fixture, "publicDidKey");
        Assert.Equal(did, DidKey.Format(key.PublicKey));
        Assert.Equal(KeyError.None, DidKey.TryParse(did, out var parsed));
        Assert.Equal(key.PublicKey, parsed);
    }

    private static string Text(JsonElement fixture, string name) =>
        fixture.GetProperty(name).GetString()!;

    private static byte[] Unpadded(JsonElement fixture, string name)
    {
        var text = Text(fixture, name);
        return Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
    }
}
