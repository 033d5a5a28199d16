using System.Globalization;

namespace Atproto.Cbor;

/// <summary>Floats of the three widths, which occur in old records though atproto has none.</summary>
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
        // Shortest digits that give the number again, as d.dddE±xxx.
        string shortest = value.ToString("E16", CultureInfo.InvariantCulture);
        string round = value.ToString("R", CultureInfo.InvariantCulture);
        (string digits, int exponent) = Digits(round, shortest);
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

    // The significant digits without zeros at either end, and the exponent of the first.
    private static (string Digits, int Exponent) Digits(string round, string scientific)
    {
        int mark = scientific.IndexOf('E', StringComparison.Ordinal);
        int exponent = int.Parse(scientific.AsSpan(mark + 1), CultureInfo.InvariantCulture);
        int end = round.IndexOf('E', StringComparison.Ordinal);
        string mantissa = end < 0 ? round : round[..end];
        string digits = mantissa.Replace("-", "", StringComparison.Ordinal)
            .Replace(".", "", StringComparison.Ordinal).Trim('0');
        return (digits, exponent);
    }
}
