using System.Globalization;

namespace Bench.Http;

/// <summary>How long requests of one kind took, in milliseconds, and how many failed.</summary>
/// <param name="Answered">How many.</param>
/// <param name="Failed">How many.</param>
/// <param name="Median">Of those that were answered.</param>
/// <param name="P99">The same.</param>
/// <param name="Most">The same.</param>
/// <param name="Silence">The longest that no answer came.</param>
internal readonly record struct RequestTimes(
    int Answered, int Failed, double Median, double P99, double Most, TimeSpan Silence)
{
    // From here on it is shown: a request that fails takes five seconds, however long it is.
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(1);

    /// <summary>What <see cref="Write"/> wrote, by another process.</summary>
    internal static RequestTimes Read(string line)
    {
        double[] values = [.. line.Split(' ').Select(word =>
            double.Parse(word, CultureInfo.InvariantCulture))];
        return new RequestTimes(
            (int)values[0], (int)values[1], values[2], values[3], values[4],
            TimeSpan.FromSeconds(values[5]));
    }

    internal string Write() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Answered} {Failed} {Median:R} {P99:R} {Most:R} {Silence.TotalSeconds:R}");

    internal string Print() => Answered == 0
        ? "none answered"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"p50 {Median:N2} ms, p99 {P99:N2} ms, max {Most:N1} ms{PrintSilence()}");

    internal string PrintWhole() => $"{Print()}; {PrintFailed()}";

    internal string PrintFailed() => string.Create(
        CultureInfo.InvariantCulture, $"{Failed:N0} of {Answered + Failed:N0} failed");

    /// <summary>For a cell of a table.</summary>
    internal string PrintShort() => Answered == 0
        ? $"none answered; {Failed:N0} failed"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{Median:N1} / {P99:N1} / {Most:N0}; {Failed:N0} failed{PrintSilence()}");

    private string PrintSilence() => Silence < s_long
        ? ""
        : string.Create(
            CultureInfo.InvariantCulture, $", silent for {Silence.TotalSeconds:F1} s");
}
