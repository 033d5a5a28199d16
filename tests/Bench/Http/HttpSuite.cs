using static Bench.Report;

namespace Bench.Http;

/// <summary>
/// The published binary under load, beside Kestrel, nginx and the reference PDS in the same run;
/// its memory; and its manners under attack. Servers on one core, clients on the other.
/// </summary>
internal static class HttpSuite
{
    internal static int Run(BenchOptions options)
    {
        if (Environment.ProcessorCount < 2)
        {
            Console.Error.WriteLine("http: needs two processors, one for the clients");
            return 3;
        }

        Directory.CreateDirectory(options.Work);
        var archive = new HttpArchive(options);
        CpuPin.PinClient();
        Describe(options);
        Row("load", $"{Wrk.Version()}, on a core of its own");
        Row("nginx", NginxPeer.Version(options));
        Row("archive", $"10 repos, {archive.Records:N0} records in the one asked for records");
        var throughput = new Throughput(options, archive);
        if (Array.Exists(Throughput.Parts, options.Wants)) throughput.Run();
        if (options.Wants("reference")) new ReferencePart(options, archive).Run();
        if (options.Wants("memory")) new MemoryPart(options, archive).Run();
        if (options.Wants("scenarios")) new ScenariosPart(options, archive).Run();
        return 0;
    }
}
