using Atproto.Crypto;
using Atproto.Repo;
using Atproto.Syntax;
using PdsReadonly.Lightrail;
using PdsReadonly.Tests.Support;
using PdsReadonly.Upstream;
using Samples;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>
/// Repos that are written to while they are walked, with and without their event stream: what is
/// proven is the truth at the commit it names.
/// </summary>
public sealed class MovingRepoTests : IDisposable
{
    private const int Records = 5000;
    private const int Collections = 20;

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

    [Theory]
    [InlineData(Strategy.Probe)]
    [InlineData(Strategy.Blocks)]
    [InlineData(Strategy.Proof)]
    [InlineData(Strategy.Repo)]
    [InlineData(Strategy.Auto)]
    internal async Task Prove_TwentyWritesEachRequest_WithTheStream_EndsProven(Strategy strategy)
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            var inbox = new CommitInbox();
            var mover = new Mover(_key, seed, writesPerRequest: 20, inbox);
            var outcome = await ProveAsync(mover, HostKind.Proving, strategy, inbox);
            Assert.True(
                outcome.Proven is not null, $"seed {seed}: {outcome.Reason} {outcome.Detail}");
            mover.AssertTrue(outcome.Proven, seed);
            int requestsMax = strategy == Strategy.Probe ? Collections + 10 : 14;
            Assert.InRange(outcome.Requests, 1, requestsMax);
        }
    }

    [Theory]
    [InlineData(Strategy.Probe, 0.2)]
    [InlineData(Strategy.Blocks, 0.2)]
    [InlineData(Strategy.Auto, 0.2)]
    [InlineData(Strategy.Probe, 1)]
    [InlineData(Strategy.Blocks, 1)]
    [InlineData(Strategy.Auto, 1)]
    [InlineData(Strategy.Probe, 5)]
    [InlineData(Strategy.Blocks, 5)]
    [InlineData(Strategy.Auto, 5)]
    internal async Task Prove_Writes_WithoutTheStream_IsTrueOrMoving(
        Strategy strategy, double writesPerRequest)
    {
        int provenCount = 0;
        int requests = 0;
        for (ulong seed = 1; seed <= 10; seed++)
        {
            var mover = new Mover(_key, seed, writesPerRequest, stream: null);
            var outcome = await ProveAsync(mover, HostKind.Reference, strategy, stream: null);
            requests += outcome.Requests;
            if (outcome.Proven is { } proven) mover.AssertTrue(proven, seed);
            else Assert.Equal(Unproven.Moving, outcome.Reason);
            if (outcome.Proven is not null) provenCount++;
        }

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{strategy} {writesPerRequest}: {provenCount} of 10, {requests / 10} requests");
        // One export is of one commit, however fast the repo is.
        if (strategy == Strategy.Auto) Assert.Equal(10, provenCount);
    }

    private async Task<CollectionsOutcome> ProveAsync(
        Mover mover, HostKind kind, Strategy strategy, CommitInbox? stream)
    {
        using var http = new HttpClient(
            new AnsweringHost(mover.Host, kind) { OnRequest = mover.Move }, disposeHandler: true);
        var time = new ImpatientTime(XrpcClient.AttemptTimeout);
        var client = new XrpcClient(
            http, new Uri("https://host.example"), new HostPace(0, time), time);
        Assert.True(Did.TryParse(mover.Host.Did, out var did));
        return await new CollectionProver(client, new HostProfile(time)).ProveAsync(
            new SparseRepo(did, _verifier), strategy, stream,
            TestContext.Current.CancellationToken);
    }

    /// <summary>A repo in which records, and with them collections, come and go.</summary>
    private sealed class Mover
    {
        private readonly Dictionary<string, IReadOnlyList<string>> _truth = [];
        private readonly Random _random;
        private readonly double _writesPerRequest;
        private readonly CommitInbox? _stream;
        private double _due;

        internal Mover(SampleKey key, ulong seed, double writesPerRequest, CommitInbox? stream)
        {
            _random = new Random((int)seed);
            _writesPerRequest = writesPerRequest;
            _stream = stream;
            var paths = Enumerable.Range(0, Records).Select(_ => NewPath()).Distinct();
            Host = new SampleHost(SampleIdentity.Plc($"mover{seed}"), key, paths);
            _truth[Host.Rev] = Host.Collections();
        }

        internal SampleHost Host { get; }

        internal void Move()
        {
            for (_due += _writesPerRequest; _due >= 1; _due--) Write();
        }

        internal void AssertTrue(ProvenCollections proven, ulong seed) => Assert.True(
            _truth[proven.Rev.ToString()].SequenceEqual(proven.Collections), $"seed {seed}");

        private void Write()
        {
            string path = _random.Next(4) == 0
                ? $"com.example.n{_random.Next(10)}/{_random.Next(2)}"
                : NewPath();
            byte[] car = Host.Paths.Contains(path) ? Host.Write([], [path]) : Host.Write([path], []);
            _truth[Host.Rev] = Host.Collections();
            _stream?.Offer(car);
        }

        private string NewPath() =>
            $"com.example.c{_random.Next(Collections)}/{_random.Next(100_000):d5}";
    }
}
