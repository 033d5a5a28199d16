using System.Globalization;

namespace Bench;

/// <summary>Several runs of one measurement: machines are noisy, so the median speaks.</summary>
internal readonly record struct Figures(double Median, double Least, double Most)
{
    internal static Figures Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1
            ? sorted[middle]
            : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Figures(median, sorted[0], sorted[^1]);
    }

    internal static Figures Repeat(int runs, Func<double> measure) =>
        Of(Enumerable.Range(0, runs).Select(_ => measure()));

    internal string Print(int decimals = 0)
    {
        string format = $"N{decimals}";
        var culture = CultureInfo.InvariantCulture;
        return $"{Median.ToString(format, culture)} ({Least.ToString(format, culture)} to "
            + $"{Most.ToString(format, culture)})";
    }
}
