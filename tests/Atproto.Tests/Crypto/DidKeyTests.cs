using Atproto.Crypto;

namespace Atproto.Tests.Crypto;

public sealed class DidKeyTests
{
    private const string P256Key = "did:key:zDnaembgSGUhZULN2Caob4HLJPaxBh92N7rtH21TErzqf8HQo";
    private const string Secp256k1Key = "did:key:zQ3shqwJEJyMBsBXCWyCBpUBMqxcon9oHB7mCvx4sSpMdLJwc";

    [Test]
    [Arguments(P256Key, KeyCurve.P256)]
    [Arguments(Secp256k1Key, KeyCurve.Secp256k1)]
    public void TryParse_Key_PrintsAsItWas(string text, KeyCurve curve)
    {
        Assert.Equal(KeyError.None, DidKey.TryParse(text, out var key));
        Assert.Equal(curve, key!.Curve);
        Assert.Equal(text, key.ToString());
        Assert.Equal(text["did:key:".Length..], DidKey.FormatMultikey(key));
    }

    [Test]
    [Arguments("", KeyError.NotDidKey)]
    [Arguments("did:web:zQ3sh", KeyError.NotDidKey)]
    [Arguments("DID:KEY:zQ3shqwJEJyMBsBXCWyCBpUBMqxcon9oHB7mCvx4sSpMdLJwc", KeyError.NotDidKey)]
    [Arguments("did:key:", KeyError.NotBase58)]
    [Arguments("did:key:z", KeyError.NotBase58)]
    [Arguments("did:key:mAAAA", KeyError.NotBase58)]
    [Arguments("did:key:zQ3sh0", KeyError.NotBase58)] // no zero in base58
    [Arguments("did:key:zQ3shé", KeyError.NotBase58)]
    [Arguments("did:key:zQ3sh ", KeyError.NotBase58)]
    [Arguments("did:key:zQ3sh\u007f", KeyError.NotBase58)] // the last of ASCII
    [Arguments("did:key:z1111", KeyError.UnknownCodec)]
    [Arguments("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp", KeyError.UnknownCodec)]
    public void TryParse_OtherText_IsRefusedByCode(string text, KeyError expected)
    {
        Assert.Equal(expected, DidKey.TryParse(text, out var key));
        Assert.Null(key);
    }

    [Test]
    [Arguments(P256Key)]
    [Arguments(Secp256k1Key)]
    public void TryParse_CutAnywhere_IsNoKey(string text)
    {
        for (int length = 0; length < text.Length; length++)
        {
            Assert.NotEqual(KeyError.None, DidKey.TryParse(text.AsSpan(0, length), out _));
        }

        Assert.NotEqual(KeyError.None, DidKey.TryParse(text + "1", out _));
    }

    [Test]
    public void TryParse_LongText_IsRefusedBeforeItIsDecoded()
    {
        Assert.Equal(KeyError.NotBase58, DidKey.TryParse("did:key:z" + new string('2', 96), out _));
    }

    [Test]
    [Arguments(KeyCurve.P256)]
    [Arguments(KeyCurve.Secp256k1)]
    public void TryParseBarePoint_BothForms_AreTheSameKey(KeyCurve curve)
    {
        for (int i = 0; i < 8; i++)
        {
            using var key = PrivateKey.Generate(curve);
            var compressed = new byte[PublicKey.CompressedBytes];
            key.PublicKey.CopyCompressedTo(compressed);
            var q = key.PublicKey.ToParameters().Q;
            byte[] full = [4, .. q.X!, .. q.Y!];

            var error = DidKey.TryParseBarePoint(curve, Text(compressed), out var left);
            Assert.Equal(KeyError.None, error);
            error = DidKey.TryParseBarePoint(curve, Text(full), out var right);
            Assert.Equal(KeyError.None, error);
            Assert.Equal(key.PublicKey, left);
            Assert.Equal(key.PublicKey, right);
            Assert.Equal(left!.GetHashCode(), right!.GetHashCode());
        }
    }

    [Test]
    [Arguments("z", KeyError.NotBase58)]
    [Arguments("z2", KeyError.NotAPoint)]
    public void TryParseBarePoint_OtherText_IsRefusedByCode(string text, KeyError expected) =>
        Assert.Equal(expected, DidKey.TryParseBarePoint(KeyCurve.P256, text, out _));

    private static string Text(ReadOnlySpan<byte> bytes) =>
        "z" + SimpleBase.Base58.Bitcoin.Encode(bytes);
}
