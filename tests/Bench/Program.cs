using Bench.Loading;

namespace Bench;

/// <summary>Runs one suite of benchmarks against the published binary.</summary>
internal static class Program
{
    private const string Usage =
        "bench loading [--binary FILE] [--work DIR] [--runs N] [--only PART] [--quick]";

    private static int Main(string[] arguments)
    {
        if (arguments.Length == 0 || !BenchOptions.TryParse(arguments.AsSpan(1), out var options))
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        if (arguments[0] != "loading")
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        return LoadingSuite.Run(options);
    }
}
