using System.Globalization;

namespace PdsReadonly.Cli;

/// <summary>Numbers as people read them: digits in groups, sizes in decimal units.</summary>
internal static class Figures
{
    internal static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number and its noun, which takes an s beyond one.</summary>
    internal static string Count(long count, string noun) =>
        $"{Count(count)} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>Exact below 10 kB, then in kB or MB with one decimal.</summary>
    internal static string Bytes(long bytes) => bytes switch
    {
        < 10_000 => $"{Count(bytes)} B",
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:N1} kB"),
        _ => Megabytes(bytes),
    };

    internal static string Megabytes(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:N1} MB");

    /// <summary>Bytes by time, in MB/s; "-" when the clock did not move.</summary>
    internal static string Rate(long bytes, TimeSpan elapsed) => elapsed <= TimeSpan.Zero
        ? "-"
        : string.Create(
            CultureInfo.InvariantCulture, $"{bytes / 1e6 / elapsed.TotalSeconds:N0} MB/s");
}
