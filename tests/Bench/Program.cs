using Bench.Attacks;
using Bench.Collections;
using Bench.Firehose;
using Bench.Http;
using Bench.Lightrail;
using Bench.Loading;
using Bench.Readers;

namespace Bench;

/// <summary>Runs one suite of benchmarks against the published binary.</summary>
internal static class Program
{
    private const string Usage =
        """
        bench loading|http|attacks|collections|firehose|lightrail|readers [--binary FILE]
              [--peers DIR] [--work DIR] [--runs N] [--only PART] [--quick]

        parts of loading: verify load many
        parts of collections: strategies server
        parts of firehose: signatures unsigned stream
        parts of lightrail: following pages server
        parts of readers: cbor json blobs header car tree table proof event commit document plc
        parts of http: getRecord listRecords proofs getBlob getRepo reference memory scenarios
        parts of attacks: poison blocks blob describe gzip readers streams busy cgroup leaving
        """;

    private static int Main(string[] arguments)
    {
        if (arguments is [NormalClients.Verb])
        {
            return NormalClients.Serve(Console.In, Console.Out);
        }

        if (arguments.Length > 0 && BenchOptions.TryParse(arguments.AsSpan(1), out var options))
        {
            switch (arguments[0])
            {
                case "loading": return LoadingSuite.Run(options);
                case "http": return HttpSuite.Run(options);
                case "attacks": return AttacksSuite.Run(options);
                case "firehose": return FirehoseSuite.Run(options);
                case "collections": return CollectionsSuite.Run(options);
                case "lightrail": return LightrailSuite.Run(options);
                case "readers": return ReadersSuite.Run(options);
            }
        }

        Console.Error.WriteLine(Usage);
        return 2;
    }
}
