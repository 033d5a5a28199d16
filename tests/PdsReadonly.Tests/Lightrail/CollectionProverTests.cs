using Atproto.Crypto;
using Atproto.Repo;
using Atproto.Syntax;
using PdsReadonly.Lightrail;
using PdsReadonly.Tests.Support;
using PdsReadonly.Upstream;
using Samples;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>Every way of asking, at every kind of host, honest or not.</summary>
public sealed class CollectionProverTests : IDisposable
{
    private static readonly string[] s_paths =
        [.. Enumerable.Range(0, 9000).Select(i => $"com.example.c{i % 9}/{i:d5}")];

    private readonly SampleKey _key = SampleKey.FromSeed(SampleCurve.P256, "prover");
    private readonly SignatureVerifier _verifier;
    private readonly SampleHost _sample;
    private readonly List<IDisposable> _opened = [];
    private AnsweringHost? _host;
    private XrpcClient? _client;
    private HostProfile? _profile;

    public CollectionProverTests()
    {
        Assert.Equal(KeyError.None, DidKey.TryParse(_key.DidKey, out var point));
        Assert.Equal(SignatureError.None, SignatureVerifier.TryCreate(point!, out var verifier));
        _verifier = verifier!;
        _sample = new SampleHost(SampleIdentity.Plc("prover"), _key, s_paths);
    }

    public void Dispose()
    {
        _opened.ForEach(each => each.Dispose());
        _verifier.Dispose();
        _key.Dispose();
    }

    [Test]
    [Arguments(HostKind.Proving, Strategy.Auto, Strategy.Proof)]
    [Arguments(HostKind.Proving, Strategy.Proof, Strategy.Proof)]
    [Arguments(HostKind.Proving, Strategy.Repo, Strategy.Repo)]
    [Arguments(HostKind.Reference, Strategy.Auto, Strategy.Blocks)]
    [Arguments(HostKind.Reference, Strategy.Blocks, Strategy.Blocks)]
    [Arguments(HostKind.Reference, Strategy.Probe, Strategy.Probe)]
    [Arguments(HostKind.NoExports, Strategy.Auto, Strategy.Blocks)]
    [Arguments(HostKind.FindsSome, Strategy.Auto, Strategy.Blocks)]
    [Arguments(HostKind.CommaCids, Strategy.Auto, Strategy.Blocks)]
    [Arguments(HostKind.FailsOnAbsent, Strategy.Auto, Strategy.Repo)]
    [Arguments(HostKind.DeniesAbsent, Strategy.Auto, Strategy.Repo)]
    [Arguments(HostKind.FailsOnAbsent, Strategy.Probe, Strategy.Probe)]
    [Arguments(HostKind.DeniesAbsent, Strategy.Probe, Strategy.Probe)]
    [Arguments(HostKind.ExportsOnly, Strategy.Auto, Strategy.Repo)]
    internal async Task Prove_HonestHost_GivesTheTruth(
        HostKind kind, Strategy strategy, Strategy expected)
    {
        var prover = Open(_sample, kind);
        var outcome = await ProveAsync(prover, _sample, strategy);
        Assert.Equal(Unproven.None, outcome.Reason);
        Assert.Equal(_sample.Collections(), outcome.Proven!.Collections);
        Assert.True(outcome.Proven.IsSignatureVerified);
        Assert.Equal(expected, outcome.Strategy);
    }

    [Test]
    public async Task Prove_SmallRepo_IsExported()
    {
        var small = new SampleHost(SampleIdentity.Plc("small"), _key, s_paths[..30]);
        var prover = Open(small, HostKind.Reference);
        var outcome = await ProveAsync(prover, small, Strategy.Auto);
        Assert.Equal(Strategy.Repo, outcome.Strategy);
        Assert.Equal(["getRepoCollections", "getRecord", "getRepo"], _host!.Methods);
        Assert.Equal(small.Collections(), outcome.Proven!.Collections);
    }

    [Test]
    public async Task Prove_Describe_IsAClaimAndNoProof()
    {
        var prover = Open(_sample, HostKind.Describing);
        var outcome = await ProveAsync(prover, _sample, Strategy.Describe);
        Assert.Null(outcome.Proven);
        Assert.Equal(Unproven.Claimed, outcome.Reason);
        Assert.Equal([.. _sample.Collections(), "com.example.invented"], outcome.Claimed);
        var auto = await ProveAsync(prover, _sample, Strategy.Auto);
        Assert.Equal(Unproven.NotGiven, auto.Reason);
        Assert.Null(auto.Claimed);
        Assert.Contains("getRepo: 501", auto.Detail, StringComparison.Ordinal);
    }

    [Test]
    [Arguments(HostKind.CommaCids, 3)]
    [Arguments(HostKind.FailsOnAbsent, 3)]
    internal async Task Prove_SecondRepo_TakesFewerRequests(HostKind kind, int fewer)
    {
        var prover = Open(_sample, kind);
        int first = (await ProveAsync(prover, _sample, Strategy.Auto)).Requests;
        int second = (await ProveAsync(prover, _sample, Strategy.Auto)).Requests;
        Assert.InRange(second, 1, first - fewer);
    }

    [Test]
    public async Task Prove_SecondRepo_RemembersWhatTheHostHasNot()
    {
        var prover = Open(_sample, HostKind.Reference);
        await ProveAsync(prover, _sample, Strategy.Auto);
        await ProveAsync(prover, _sample, Strategy.Auto);
        Assert.Single(_host!.Methods, method => method == "getRepoCollections");
        Assert.Equal([Strategy.Proof], _profile!.Denied);
    }

    [Test]
    [Arguments(Strategy.Probe)]
    [Arguments(Strategy.Blocks)]
    internal async Task Prove_NastyNames_GivesTheTruth(Strategy strategy)
    {
        for (ulong seed = 1; seed <= 40; seed++)
        {
            var paths = NastyPaths.Make(new SampleRandom(seed), 20, 300, legal: false);
            var host = new SampleHost(SampleIdentity.Plc("nasty"), _key, paths);
            var prover = Open(host, HostKind.Reference);
            var outcome = await ProveAsync(prover, host, strategy);
            Assert.True(outcome.Proven is not null, $"seed {seed}: {outcome.Reason}");
            Assert.Equal(host.Collections(), outcome.Proven.Collections);
        }
    }

    [Test]
    public async Task Prove_Pages_JoinWithoutGaps()
    {
        var prover = Open(_sample, HostKind.Proving, pageLimit: 2);
        var outcome = await ProveAsync(prover, _sample, Strategy.Proof);
        Assert.Equal(_sample.Collections(), outcome.Proven!.Collections);
        Assert.InRange(_client!.Requests, 2, 6);
    }

    [Test]
    public async Task Prove_RequestsSpent_IsUnproven()
    {
        var prover = Open(_sample, HostKind.Reference, requestsMax: 3);
        var outcome = await ProveAsync(prover, _sample, Strategy.Probe);
        Assert.Equal(Unproven.RequestsSpent, outcome.Reason);
        Assert.Equal(3, _client!.Requests);
    }

    [Test]
    public async Task Prove_NewCommitAtEachRequest_IsTrueOrMoving()
    {
        var prover = Open(_sample, HostKind.NoExports);
        int count = 0;
        var truth = new Dictionary<string, IReadOnlyList<string>>();
        _host!.OnRequest = () =>
        {
            _sample.Write([$"com.example.n{count++ % 50:d2}/{count}"], []);
            truth[_sample.Rev] = _sample.Collections();
        };
        foreach (var strategy in Enum.GetValues<Strategy>())
        {
            var outcome = await ProveAsync(prover, _sample, strategy);
            if (outcome.Proven is { } proven)
            {
                Assert.Equal(truth[proven.Rev.ToString()], proven.Collections);
            }
            else
            {
                Assert.True(
                    outcome.Reason is Unproven.Moving or Unproven.NotGiven or Unproven.Claimed,
                    $"{strategy}: {outcome.Reason} {outcome.Detail}");
            }
        }
    }

    [Test]
    public async Task Prove_EveryLieByEveryStrategy_NeverGivesAWrongSet()
    {
        var other = new SampleHost(SampleIdentity.Plc("other"), _key, s_paths[..50]);
        using var strange = SampleKey.FromSeed(SampleCurve.P256, "strange");
        var forged = new SampleHost(_sample.Did, strange, s_paths[..50]);
        var random = new Random(5);
        var lies = new Dictionary<string, Func<string, byte[], byte[]>>
        {
            ["nothing"] = (_, _) => [],
            ["half"] = (_, body) => body[..(body.Length / 2)],
            ["foreign commit"] = (_, _) => other.ProvenPage(),
            ["forged commit"] = (_, _) => forged.ProvenPage(),
            ["a changed byte"] = (_, body) =>
            {
                body[random.Next(body.Length)] ^= 1;
                return body;
            },
            ["root alone"] = (_, _) => _sample.Blocks([_sample.Commit.Cid, _sample.Data])!,
            ["another proof"] = (_, _) => _sample.Proof("com.example.c4/~"),
            ["noise"] = (_, body) =>
            {
                random.NextBytes(body);
                return body;
            },
        };
        foreach (var (name, lie) in lies)
        {
            foreach (var strategy in Enum.GetValues<Strategy>())
            {
                var prover = Open(_sample, HostKind.Proving, requestsMax: 50);
                _host!.OnAnswer = lie;
                var outcome = await ProveAsync(prover, _sample, strategy);
                if (outcome.Proven is null) continue;
                Assert.True(outcome.Proven.Collections.SequenceEqual(_sample.Collections()), name);
            }
        }
    }

    [Test]
    public async Task Prove_TreeThatIsNone_IsMalformed()
    {
        // The commit is signed, but the data it names is the commit of somebody else.
        var other = new SampleHost(SampleIdentity.Plc("other"), _key, s_paths[..50]);
        var prover = Open(_sample, HostKind.Proving);
        byte[] bytes = PreorderRepo.Sign(
            _sample.Did, SampleTid.Of(1_900_000_000_000_000), _key, other.Commit.Cid);
        var commit = SampleBlock.Of(bytes);
        _host!.OnAnswer = (_, _) => CarOf(commit, other.Commit);
        var outcome = await ProveAsync(prover, _sample, Strategy.Proof);
        Assert.Null(outcome.Proven);
        Assert.True(outcome.Reason is Unproven.Malformed or Unproven.NotGiven);
    }

    private static byte[] CarOf(params SampleBlock[] blocks)
    {
        var car = new System.Buffers.ArrayBufferWriter<byte>();
        Atproto.Car.CarWriter.WriteHeader(car, blocks[0].Cid);
        foreach (var block in blocks)
        {
            Atproto.Car.CarWriter.WriteSection(car, block.Cid, block.Bytes);
        }

        return car.WrittenSpan.ToArray();
    }

    private CollectionProver Open(
        SampleHost sample, HostKind kind, int pageLimit = 1000, int requestsMax = 1000)
    {
        _host = new AnsweringHost(sample, kind);
        var http = new HttpClient(_host, disposeHandler: true);
        _opened.Add(http);
        var time = new ImpatientTime(XrpcClient.AttemptTimeout);
        _profile = new HostProfile(time);
        _client = new XrpcClient(
            http, new Uri("https://host.example"), new HostPace(0, time), time);
        return new CollectionProver(_client, _profile)
        {
            PageLimit = pageLimit,
            RequestsMax = requestsMax,
        };
    }

    private Task<CollectionsOutcome> ProveAsync(
        CollectionProver prover, SampleHost sample, Strategy strategy)
    {
        Assert.True(Did.TryParse(sample.Did, out var did));
        return prover.ProveAsync(
            new SparseRepo(did, _verifier), strategy, stream: null,
            TestRun.Cancellation);
    }
}
