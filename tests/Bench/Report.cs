using System.Runtime.InteropServices;

namespace Bench;

/// <summary>The text block a suite prints, to be kept under results/.</summary>
internal static class Report
{
    /// <summary>The machine, the binary, and how to read the figures.</summary>
    internal static void Describe(BenchOptions options)
    {
        string cpu = File.ReadLines("/proc/cpuinfo")
            .First(line => line.StartsWith("model name", StringComparison.Ordinal))
            .Split(':')[1].Trim();
        Row("machine", $"{cpu}, {Environment.ProcessorCount} cores");
        Row("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}");
        Row("compiled for", RuntimeInformation.FrameworkDescription);
        Row("binary", $"{new FileInfo(options.Binary).Length:N0} bytes");
        Row("figures", $"median (least to most) of {options.Runs} runs");
    }

    internal static void Title(string text) => Console.WriteLine($"\n{text}");

    internal static void Row(string what, string figure) =>
        Console.WriteLine($"  {what,-42} {figure}");
}
