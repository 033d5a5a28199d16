using System.Globalization;

namespace PdsReadonly.Xrpc.Parameters;

/// <summary>
/// Integers as the query spells them: an optional minus and ASCII digits, leading zeros allowed, no
/// plus and no spaces.
/// </summary>
internal static class IntegerText
{
    internal static bool IsInteger(ReadOnlySpan<byte> text)
    {
        var digits = Digits(text);
        return !digits.IsEmpty && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    /// <summary>False for an integer beyond ±(2^53−1), however many digits it has.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        foreach (byte digit in Digits(text))
        {
            value = (value * 10) + (digit - '0');
            if (value > QueryParameters.IntegerMax) return false;
        }

        if (text[0] == '-') value = -value;
        return true;
    }

    /// <summary>
    /// The integer as JavaScript prints its nearest double, which is what clients compare.
    /// </summary>
    internal static string Print(ReadOnlySpan<byte> text)
    {
        if (TryRead(text, out long value)) return value.ToString(CultureInfo.InvariantCulture);

        double number = double.Parse(
            text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (double.IsInfinity(number)) return number < 0 ? "-Infinity" : "Infinity";

        // Shortest digits that give the double again: "d.ddddE+xx", or plain digits.
        string shortest = number.ToString("R", CultureInfo.InvariantCulture);
        int mark = shortest.IndexOf('E');
        if (mark < 0) return shortest;

        string mantissa = shortest[..mark];
        int exponent = int.Parse(shortest.AsSpan(mark + 1), CultureInfo.InvariantCulture);
        if (exponent >= 21) return $"{mantissa}e+{exponent}";

        string sign = number < 0 ? "-" : "";
        string digits = mantissa.TrimStart('-').Replace(".", "", StringComparison.Ordinal);
        return sign + digits.PadRight(exponent + 1, '0');
    }

    private static ReadOnlySpan<byte> Digits(ReadOnlySpan<byte> text) =>
        text.StartsWith("-"u8) ? text[1..] : text;
}
