using System.Diagnostics;
using System.Net;
using Bench.Http;

namespace Bench.Attacks;

/// <summary>
/// Everyone else: records over a kept connection, records over fresh ones, and proofs, which the
/// server makes beside its loops. They live in a process of their own: in that of the attackers
/// they would stand still whenever its collector waits for one of those.
/// </summary>
internal sealed class NormalClients : IDisposable
{
    /// <summary>What the benchmarks are started with to be such a process.</summary>
    internal const string Verb = "normal-clients";

    private const string BeginCommand = "begin";
    private const string TimesCommand = "times";

    private readonly Process _process;

    internal NormalClients(OwnServer server, AttackArchive archive)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Verb])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException("cannot start");
        var input = _process.StandardInput;
        input.AutoFlush = true;
        input.WriteLine(server.EndPoint.ToString());
        foreach (var paths in (IEnumerable<string>[])[archive.RecordPaths, archive.ProofPaths])
        {
            foreach (string path in paths) input.WriteLine(path);
            input.WriteLine();
        }
    }

    /// <summary>
    /// That process: reads a server and paths of records and of proofs, then does as it is told,
    /// until its input ends.
    /// </summary>
    internal static int Serve(TextReader input, TextWriter output)
    {
        var server = IPEndPoint.Parse(input.ReadLine()!);
        byte[][] records = ReadRequests(input);
        byte[][] proofs = ReadRequests(input);
        using var kept = new NormalClient(server, records, keeps: true);
        using var fresh = new NormalClient(server, records, keeps: false);
        using var proof = new NormalClient(server, proofs, keeps: true);
        NormalClient[] all = [kept, fresh, proof];
        while (input.ReadLine() is { } command)
        {
            if (command == BeginCommand)
            {
                foreach (var client in all) client.Begin();
                continue;
            }

            foreach (var client in all) output.WriteLine(client.Times().Write());
            output.WriteLine(kept.Overslept().Write());
            output.Flush();
        }

        return 0;
    }

    internal void Begin() => _process.StandardInput.WriteLine(BeginCommand);

    internal (RequestTimes Kept, RequestTimes Fresh, RequestTimes Proofs) Times()
    {
        var (kept, fresh, proofs, _) = Ask();
        return (kept, fresh, proofs);
    }

    internal void Print(string when)
    {
        var (kept, fresh, proofs, overslept) = Ask();
        Report.Row($"getRecord, kept, {when}", kept.PrintWhole());
        Report.Row($"getRecord, fresh, {when}", fresh.PrintWhole());
        Report.Row($"proof, kept, {when}", proofs.PrintWhole());
        Report.Row($"the client's own lateness, {when}", overslept.Print());
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static byte[][] ReadRequests(TextReader input)
    {
        var requests = new List<byte[]>();
        while (input.ReadLine() is { Length: > 0 } path) requests.Add(RawConnection.Get(path));
        return [.. requests];
    }

    private (RequestTimes Kept, RequestTimes Fresh, RequestTimes Proofs, RequestTimes Overslept)
        Ask()
    {
        _process.StandardInput.WriteLine(TimesCommand);
        var answers = new RequestTimes[4];
        foreach (ref var answer in answers.AsSpan())
        {
            answer = RequestTimes.Read(_process.StandardOutput.ReadLine()!);
        }

        return (answers[0], answers[1], answers[2], answers[3]);
    }
}
