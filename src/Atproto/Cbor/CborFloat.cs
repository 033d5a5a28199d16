using System.Globalization;

namespace Atproto.Cbor;

/// <summary>
/// Floats of the three widths, which occur in old records though atproto has none.
/// </summary>
internal static class CborFloat
{
    // From here on JavaScript prints an exponent, and so do the servers clients know.
    private const int DecimalExponentMax = 21;
    private const int DecimalExponentMin = -6;

    /// <summary>The number behind additional information 25, 26 or 27 (RFC 8949 §3.3).</summary>
    internal static double FromBits(int info, ulong bits) => info switch
    {
        25 => (double)BitConverter.UInt16BitsToHalf((ushort)bits),
        26 => BitConverter.UInt32BitsToSingle((uint)bits),
        _ => BitConverter.UInt64BitsToDouble(bits),
    };

    /// <summary>A finite number as JavaScript prints it (ECMA-262, Number::toString).</summary>
    internal static string Print(double value)
    {
        if (value == 0) return "0";
        // The shortest digits that give the number again, though in .NET's notation.
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        (string digits, int exponent) = Digits(shortest);
        string sign = value < 0 ? "-" : "";
        int point = exponent + 1;
        if (point is > DecimalExponentMax or <= DecimalExponentMin)
        {
            string fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent)}";
        }

        if (point <= 0) return $"{sign}0.{new string('0', -point)}{digits}";
        return digits.Length <= point
            ? sign + digits.PadRight(point, '0')
            : $"{sign}{digits[..point]}.{digits[point..]}";
    }

    // The significant digits without zeros at either end, and the exponent of the first. Both come
    // from the one text: 1E+23 is shortest for a number that lies a little below it.
    private static (string Digits, int Exponent) Digits(string shortest)
    {
        int mark = shortest.IndexOf('E', StringComparison.Ordinal);
        int exponent = mark < 0
            ? 0
            : int.Parse(shortest.AsSpan(mark + 1), CultureInfo.InvariantCulture);
        string mantissa = (mark < 0 ? shortest : shortest[..mark]).TrimStart('-');
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        int whole = point < 0 ? mantissa.Length : point;
        string all = mantissa.Replace(".", "", StringComparison.Ordinal);
        int zeros = all.Length - all.TrimStart('0').Length;
        return (all.Trim('0'), exponent + whole - 1 - zeros);
    }
}
