using Atproto.Crypto;
using Atproto.Repo;
using Atproto.Syntax;
using PdsReadonly.Lightrail;
using PdsReadonly.Tests.Support;
using PdsReadonly.Upstream;
using Samples;
using Samples.World;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>
/// Repos that are written to while they are walked, with and without their event stream: what is
/// proven is the truth at the commit it names.
/// </summary>
public sealed class MovingRepoTests : IDisposable
{
    private const int Records = 5000;
    private const int Collections = 20;
    private const int Repos = 10;

    private readonly SampleKey _key = SampleKey.FromSeed(SampleCurve.P256, "moving");
    private readonly SignatureVerifier _verifier;

    public MovingRepoTests()
    {
        Assert.Equal(KeyError.None, DidKey.TryParse(_key.DidKey, out var point));
        Assert.Equal(SignatureError.None, SignatureVerifier.TryCreate(point!, out var verifier));
        _verifier = verifier!;
    }

    public void Dispose()
    {
        _verifier.Dispose();
        _key.Dispose();
    }

    [Test]
    [Arguments(Strategy.Probe)]
    [Arguments(Strategy.Blocks)]
    [Arguments(Strategy.Proof)]
    [Arguments(Strategy.Repo)]
    [Arguments(Strategy.Auto)]
    internal async Task Prove_TwentyWritesEachRequest_WithTheStream_EndsProven(Strategy strategy)
    {
        int requests = 0;
        for (ulong seed = 1; seed <= Repos; seed++)
        {
            var outcome = await ProveAsync(seed, HostTraits.Proving, strategy, 20, new());
            Assert.True(
                outcome.Proven is not null, $"seed {seed}: {outcome.Reason} {outcome.Detail}");
            requests += outcome.Requests;
        }

        Console.WriteLine($"{strategy}: {requests} in {Repos}");
        Assert.InRange(requests, Repos, 14 * Repos);
    }

    [Test]
    [Arguments(Strategy.Probe)]
    [Arguments(Strategy.Blocks)]
    [Arguments(Strategy.Auto)]
    internal async Task Prove_TwentyWritesEachRequest_WithAStreamThatLags_WaitsForIt(
        Strategy strategy)
    {
        int requests = 0;
        for (ulong seed = 1; seed <= Repos; seed++)
        {
            var outcome = await ProveAsync(
                seed, HostTraits.Reference, strategy, 20, new(), streamLags: true);
            Assert.True(
                outcome.Proven is not null, $"seed {seed}: {outcome.Reason} {outcome.Detail}");
            requests += outcome.Requests;
        }

        Console.WriteLine($"{strategy}: {requests} in {Repos}");
        Assert.InRange(requests, Repos, 14 * Repos);
    }

    [Test]
    [Arguments(Strategy.Probe, 0.2)]
    [Arguments(Strategy.Blocks, 0.2)]
    [Arguments(Strategy.Auto, 0.2)]
    [Arguments(Strategy.Probe, 1)]
    [Arguments(Strategy.Blocks, 1)]
    [Arguments(Strategy.Auto, 1)]
    [Arguments(Strategy.Probe, 5)]
    [Arguments(Strategy.Blocks, 5)]
    [Arguments(Strategy.Auto, 5)]
    internal async Task Prove_Writes_WithoutTheStream_IsTrueOrMoving(
        Strategy strategy, double writesPerRequest)
    {
        int provenCount = 0;
        int requests = 0;
        for (ulong seed = 1; seed <= Repos; seed++)
        {
            var outcome = await ProveAsync(
                seed, HostTraits.Reference, strategy, writesPerRequest, stream: null);
            requests += outcome.Requests;
            if (outcome.Proven is not null) provenCount++;
            else Assert.Equal(Unproven.Moving, outcome.Reason);
        }

        Console.WriteLine(
            $"{strategy} {writesPerRequest}: {provenCount} of {Repos}, {requests} requests");
        // One export is of one commit, however fast the repo is.
        if (strategy == Strategy.Auto) Assert.Equal(Repos, provenCount);
    }

    private async Task<CollectionsOutcome> ProveAsync(
        ulong seed, HostTraits traits, Strategy strategy, double writesPerRequest,
        CommitInbox? stream, bool streamLags = false)
    {
        var random = new Random((int)seed);
        var paths = Enumerable.Range(0, Records).Select(
            _ => $"com.example.c{random.Next(Collections)}/{random.Next(1_000_000):d6}");
        var repo = new WorldRepo(SampleIdentity.Plc($"mover{seed}"), _key, paths)
        {
            ForgetsOldBlocks = true,
        };
        var network = new WorldNetwork();
        var host = new WorldHost(network, traits);
        network.Add(repo, host);
        // Lagging, all comes at some time, but only for those who wait.
        var late = new Queue<WorldCommit>();
        var time = new ImpatientTime(XrpcClient.AttemptTimeout) { OnDelay = () => Flush(0) };
        var mover = new Mover(repo, writesPerRequest, seed) { OnCommit = Send };
        mover.Attach(host);

        using var http = new HttpClient(new WorldHandler(host), disposeHandler: true);
        var client = new XrpcClient(http, host.Url, new HostPace(0, time), time);
        Assert.True(Did.TryParse(repo.Did, out var did));
        var outcome = await new CollectionProver(client, new HostProfile(time)).ProveAsync(
            new SparseRepo(did, _verifier), strategy, stream,
            TestRun.Cancellation);
        if (outcome.Proven is { } proven)
        {
            Assert.Equal(repo.CollectionsAt(proven.Commit.Cid), proven.Collections);
        }

        return outcome;

        void Send(WorldCommit commit)
        {
            late.Enqueue(commit);
            Flush(streamLags ? 25 : 0);
        }

        void Flush(int left)
        {
            while (stream is not null && late.Count > left) stream.Offer(late.Dequeue().Blocks);
        }
    }
}
