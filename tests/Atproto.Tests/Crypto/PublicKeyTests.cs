using Atproto.Crypto;

namespace Atproto.Tests.Crypto;

public sealed class PublicKeyTests
{
    // The generators (SEC 2 §2.4): known points of both curves.
    private const string P256X = "6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296";
    private const string P256Y = "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5";
    private const string Secp256k1X =
        "79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798";
    private const string Secp256k1Y =
        "483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8";

    [Test]
    [Arguments(KeyCurve.P256, P256X, P256Y, 3)]
    [Arguments(KeyCurve.Secp256k1, Secp256k1X, Secp256k1Y, 2)]
    public void TryRead_Generator_IsDecompressedToItsOwnY(
        KeyCurve curve, string x, string y, byte parity)
    {
        byte[] compressed = [parity, .. Convert.FromHexString(x)];
        Assert.Equal(KeyError.None, PublicKey.TryRead(curve, compressed, out var key));
        Assert.Equal(y, Convert.ToHexString(key!.ToParameters().Q.Y!));

        compressed[0] ^= 1;
        Assert.Equal(KeyError.None, PublicKey.TryRead(curve, compressed, out var mirrored));
        Assert.NotEqual(key, mirrored);
        byte[] full = [4, .. Convert.FromHexString(x), .. Convert.FromHexString(y)];
        Assert.Equal(KeyError.None, PublicKey.TryRead(curve, full, out var same));
        Assert.Equal(key, same);
        Assert.False(key.Equals((object)"another type"));
    }

    [Test]
    public void TryRead_PointOfTheOtherCurve_IsNotOnThisOne()
    {
        byte[] full = [4, .. Convert.FromHexString(P256X), .. Convert.FromHexString(P256Y)];
        Assert.Equal(KeyError.NotOnCurve, PublicKey.TryRead(KeyCurve.Secp256k1, full, out _));
    }

    [Test]
    [Arguments(
        KeyCurve.P256, "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF")] // p
    [Arguments(
        KeyCurve.P256, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF")]
    [Arguments(
        KeyCurve.Secp256k1,
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F")] // p
    [Arguments(
        KeyCurve.Secp256k1, "0000000000000000000000000000000000000000000000000000000000000005")]
    public void TryRead_XOfNoPoint_IsNotOnCurve(KeyCurve curve, string x)
    {
        byte[] compressed = [2, .. Convert.FromHexString(x)];
        Assert.Equal(KeyError.NotOnCurve, PublicKey.TryRead(curve, compressed, out var key));
        Assert.Null(key);
    }

    [Test]
    [Arguments("")]
    [Arguments("00")] // the point at infinity
    [Arguments("04" + P256X)]
    [Arguments("05" + P256X)]
    [Arguments("02" + P256X + P256Y)]
    [Arguments("06" + P256X + P256Y)] // hybrid form
    [Arguments("04" + P256X + P256Y + "00")]
    public void TryRead_OtherForms_AreNotAPoint(string hex)
    {
        var point = Convert.FromHexString(hex);
        Assert.Equal(KeyError.NotAPoint, PublicKey.TryRead(KeyCurve.P256, point, out _));
    }
}
