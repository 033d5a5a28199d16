using System.Globalization;
using Fuzz.Targets;
using Samples;

namespace Fuzz;

/// <summary>
/// Every reader of formats under mutated input. Here is how it works:
/// 1. each target makes a case from good inputs and random numbers of its own;
/// 2. the case runs: no exception, the target's own promises, memory within its bound;
/// 3. a case that does not end is noticed by another thread, which names it.
/// PDS_FUZZ_CASES sets how many cases there are over all targets, PDS_TEST_SEED repeats a run.
/// </summary>
public sealed class ReaderFuzzTests
{
    private const long CasesDefault = 20_000;
    private const int ShareOfAll = 100;

    // Far above the slowest case, and not a measurement of anything.
    private static readonly TimeSpan s_caseTimeMax = TimeSpan.FromMinutes(1);

    [Test]
    [Category("Fuzz")]
    [Arguments("cbor")]
    [Arguments("car")]
    [Arguments("node")]
    [Arguments("commit")]
    [Arguments("blobs")]
    [Arguments("multiformats")]
    [Arguments("repo")]
    [Arguments("tree")]
    [Arguments("proof")]
    [Arguments("frame")]
    [Arguments("document")]
    [Arguments("plc")]
    [Arguments("syntax")]
    public void Read_MutatedInput_KeepsItsPromises(string name)
    {
        using var target = TargetOf(name);
        ulong seed = Number("PDS_TEST_SEED") ?? (ulong)Environment.TickCount64;
        ulong all = Number("PDS_FUZZ_CASES") ?? CasesDefault;
        long cases = Math.Max(100, (long)all * target.Share / ShareOfAll);
        Console.WriteLine($"PDS_TEST_SEED={seed} PDS_FUZZ_CASES={all}: {cases} of {name}");
        // Good inputs first: what they make the target keep is not counted against a case.
        foreach (byte[] good in target.Seeds) target.Run(good);

        var run = new Run(target, seed, cases);
        var thread = new Thread(run.All) { IsBackground = true };
        thread.Start();
        long seen = -1;
        while (!thread.Join(s_caseTimeMax))
        {
            long at = run.Case;
            Assert.True(at != seen, $"case {at} of seed {seed} does not end: {run.Input()}");
            seen = at;
        }

        Assert.True(
            run.Failure is null,
            $"case {run.Case} of seed {seed}: {run.Failure}\n{run.Input()}");
    }

    private static FuzzTarget TargetOf(string name) => name switch
    {
        "cbor" => new CborTarget(),
        "car" => new CarTarget(),
        "node" => new NodeTarget(),
        "commit" => new CommitTarget(),
        "blobs" => new BlobTarget(),
        "multiformats" => new MultiformatsTarget(),
        "repo" => new RepoTarget(),
        "tree" => new TreeTarget(),
        "proof" => new ProofTarget(),
        "frame" => new FrameTarget(),
        "document" => new DocumentTarget(),
        "plc" => new PlcTarget(),
        _ => new SyntaxTarget(),
    };

    private static ulong? Number(string variable)
    {
        string? text = Environment.GetEnvironmentVariable(variable);
        return ulong.TryParse(text, CultureInfo.InvariantCulture, out ulong number) ? number : null;
    }

    /// <summary>All cases of one target, on a thread that another one watches.</summary>
    private sealed class Run(FuzzTarget target, ulong seed, long cases)
    {
        private long _case;
        private byte[] _input = [];

        internal long Case => Interlocked.Read(ref _case);

        internal Exception? Failure { get; private set; }

        internal string Input() => $"input, base64: {Convert.ToBase64String(_input)}";

        internal void All()
        {
            try
            {
                for (; _case < cases; Interlocked.Increment(ref _case)) One();
            }
            catch (Exception e)
            {
                Failure = e;
            }
        }

        private void One()
        {
            _input = target.Make(new SampleRandom(unchecked((seed * 1_000_003) + (ulong)_case)));
            long bound = target.AllocatedBytesMax
                + ((long)target.AllocatedPerByteMax * _input.Length);
            long before = GC.GetAllocatedBytesForCurrentThread();
            target.Run(_input);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= bound, $"{allocated} bytes allocated, {bound} allowed");
        }
    }
}
