using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace Atproto.Crypto;

/// <summary>
/// The numbers of one curve y² = x³ + ax + b over a prime field (SEC 2 §2.4), and what must be done
/// by hand with them: the platform takes points with both coordinates only.
/// </summary>
internal sealed class CurveParameters
{
    internal const int CoordinateBytes = 32;

    internal static readonly CurveParameters P256 = new(
        ECCurve.NamedCurves.nistP256,
        prime: "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF",
        a: "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC",
        b: "5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B",
        order: "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");

    internal static readonly CurveParameters Secp256k1 = new(
        ECCurve.CreateFromValue("1.3.132.0.10"),
        prime: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F",
        a: "00",
        b: "07",
        order: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141");

    private readonly BigInteger _prime;
    private readonly BigInteger _a;
    private readonly BigInteger _b;
    private readonly BigInteger _order;
    private readonly byte[] _orderBytes;
    private readonly byte[] _halfOrderBytes;

    private CurveParameters(ECCurve curve, string prime, string a, string b, string order)
    {
        Curve = curve;
        _prime = Parse(prime);
        _a = Parse(a);
        _b = Parse(b);
        _order = Parse(order);
        _orderBytes = Convert.FromHexString(order);
        _halfOrderBytes = ToBytes(_order / 2);
    }

    internal ECCurve Curve { get; }

    /// <summary>The group order, big-endian.</summary>
    internal ReadOnlySpan<byte> Order => _orderBytes;

    /// <summary>Half of the order, rounded down: the largest s of a low-S signature.</summary>
    internal ReadOnlySpan<byte> HalfOrder => _halfOrderBytes;

    internal static CurveParameters Of(KeyCurve curve) =>
        curve == KeyCurve.P256 ? P256 : Secp256k1;

    /// <summary>Whether both coordinates are below the prime and fit the equation.</summary>
    internal bool Contains(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        var xNumber = FromBytes(x);
        var yNumber = FromBytes(y);
        return xNumber < _prime && yNumber < _prime
            && yNumber * yNumber % _prime == RightSide(xNumber);
    }

    /// <summary>
    /// Finds y of the given parity (SEC 1 §2.3.4); null when no point has that x.
    /// </summary>
    internal byte[]? Decompress(ReadOnlySpan<byte> x, bool isOdd)
    {
        var xNumber = FromBytes(x);
        if (xNumber >= _prime) return null;

        var square = RightSide(xNumber);
        // Both primes are 3 mod 4, so this power is a root wherever there is one.
        var y = BigInteger.ModPow(square, (_prime + 1) / 4, _prime);
        if (y * y % _prime != square) return null;
        if (y.IsEven == isOdd) y = _prime - y;
        return ToBytes(y);
    }

    /// <summary>The order minus s, which signs the same digest.</summary>
    internal byte[] Negate(ReadOnlySpan<byte> s) => ToBytes(_order - FromBytes(s));

    private BigInteger RightSide(BigInteger x) => ((x * x * x) + (_a * x) + _b) % _prime;

    private static BigInteger FromBytes(ReadOnlySpan<byte> bytes) =>
        new(bytes, isUnsigned: true, isBigEndian: true);

    private static BigInteger Parse(string hex) =>
        BigInteger.Parse("0" + hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    // The platform drops leading zeros.
    private static byte[] ToBytes(BigInteger number)
    {
        var bytes = new byte[CoordinateBytes];
        int length = number.GetByteCount(isUnsigned: true);
        number.TryWriteBytes(
            bytes.AsSpan(CoordinateBytes - length), out _, isUnsigned: true, isBigEndian: true);
        return bytes;
    }
}
