using System.Security.Cryptography;

namespace Atproto.Crypto;

/// <summary>
/// A point that was checked to lie on its curve. To verify with it, make a
/// <see cref="SignatureVerifier"/>; its text form is <see cref="DidKey"/>'s.
/// </summary>
public sealed class PublicKey : IEquatable<PublicKey>
{
    /// <summary>Length of a point given by x and the parity of y.</summary>
    public const int CompressedBytes = 33;

    /// <summary>Length of a point given by both coordinates.</summary>
    public const int UncompressedBytes = 65;

    private readonly byte[] _x;
    private readonly byte[] _y;

    private PublicKey(KeyCurve curve, byte[] x, byte[] y)
    {
        Curve = curve;
        _x = x;
        _y = y;
    }

    public KeyCurve Curve { get; }

    /// <summary>Reads a point, compressed or not (SEC 1 §2.3.3).</summary>
    public static KeyError TryRead(KeyCurve curve, ReadOnlySpan<byte> point, out PublicKey? key)
    {
        key = null;
        var parameters = CurveParameters.Of(curve);
        if (point.Length == CompressedBytes && point[0] is 2 or 3)
        {
            var y = parameters.Decompress(point[1..], isOdd: point[0] == 3);
            if (y is null) return KeyError.NotOnCurve;
            key = new PublicKey(curve, point[1..].ToArray(), y);
            return KeyError.None;
        }

        if (point.Length != UncompressedBytes || point[0] != 4) return KeyError.NotAPoint;
        var coordinates = point[1..];
        var left = coordinates[..CurveParameters.CoordinateBytes];
        var right = coordinates[CurveParameters.CoordinateBytes..];
        if (!parameters.Contains(left, right)) return KeyError.NotOnCurve;
        key = new PublicKey(curve, left.ToArray(), right.ToArray());
        return KeyError.None;
    }

    /// <summary>Writes the 33 bytes of the compressed point.</summary>
    public void CopyCompressedTo(Span<byte> destination)
    {
        destination[0] = (byte)(2 + (_y[^1] & 1));
        _x.CopyTo(destination[1..]);
    }

    /// <summary>Writes the 65 bytes of the full point.</summary>
    public void CopyUncompressedTo(Span<byte> destination)
    {
        destination[0] = 4;
        _x.CopyTo(destination[1..]);
        _y.CopyTo(destination[(1 + CurveParameters.CoordinateBytes)..]);
    }

    public bool Equals(PublicKey? other) =>
        other is not null && Curve == other.Curve
        && _x.AsSpan().SequenceEqual(other._x) && _y.AsSpan().SequenceEqual(other._y);

    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    // Seeded by the process: any point can be named as a key, so their bytes can be chosen.
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_x);
        return hash.ToHashCode();
    }

    /// <summary>The key as did:key.</summary>
    public override string ToString() => DidKey.Format(this);

    internal ECParameters ToParameters() => new()
    {
        Curve = CurveParameters.Of(Curve).Curve,
        Q = new ECPoint { X = _x, Y = _y },
    };
}
