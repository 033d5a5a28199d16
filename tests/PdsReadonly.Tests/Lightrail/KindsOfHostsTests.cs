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
/// Every implementation of hosts there is, one after the other with repos of every kind: the host's
/// profile goes from one to the next.
/// </summary>
public sealed class KindsOfHostsTests : IDisposable
{
    private const ulong Seed = 20260101;
    private const int Repos = 24;

    private static readonly SampleKey s_key = SampleKey.FromSeed(SampleCurve.P256, "kinds");
    private static readonly WorldRepo[] s_repos =
        [.. Enumerable.Range(0, Repos).Select(i =>
            RandomRepos.Make(Seed, i, s_key, legal: i % 2 == 0))];

    private readonly SignatureVerifier _verifier;

    public KindsOfHostsTests()
    {
        Assert.Equal(KeyError.None, DidKey.TryParse(s_key.DidKey, out var point));
        Assert.Equal(SignatureError.None, SignatureVerifier.TryCreate(point!, out var verifier));
        _verifier = verifier!;
    }

    public static TheoryData<string> Names =>
        [.. HostTraits.All.Select(traits => traits.Name)];

    public void Dispose() => _verifier.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    internal async Task Prove_EachKind_GivesTheTruthOrNothing(string name)
    {
        var traits = HostTraits.All.First(each => each.Name == name);
        foreach (var strategy in Enum.GetValues<Strategy>())
        {
            var (proven, requests, bytes, detail) = await ProveAllAsync(traits, strategy);
            TestContext.Current.TestOutputHelper!.WriteLine(
                $"{name} {strategy}: {proven} of {Repos}, {requests} requests, {bytes} bytes"
                + $", {detail}");
            bool isAble = traits.HasRepo || traits.HasRecord;
            if (strategy == Strategy.Auto) Assert.Equal(isAble ? Repos : 0, proven);
            if (strategy == Strategy.Describe) Assert.Equal(0, proven);
        }
    }

    private async Task<(int Proven, int Requests, long Bytes, string? Detail)> ProveAllAsync(
        HostTraits traits, Strategy strategy)
    {
        var (provenCount, requests, bytes, detail) = (0, 0, 0L, (string?)null);
        var time = new ImpatientTime(XrpcClient.AttemptTimeout);
        var profile = new HostProfile(time);
        foreach (var repo in s_repos)
        {
            var network = new WorldNetwork();
            var host = new WorldHost(network, traits);
            network.Add(repo, host);
            using var http = new HttpClient(new WorldHandler(host), disposeHandler: true);
            var client = new XrpcClient(http, host.Url, new HostPace(0, time), time);
            Assert.True(Did.TryParse(repo.Did, out var did));
            var outcome = await new CollectionProver(client, profile).ProveAsync(
                new SparseRepo(did, _verifier), strategy, stream: null,
                TestContext.Current.CancellationToken);
            requests += outcome.Requests;
            bytes += outcome.Bytes;
            detail ??= outcome.Detail;
            if (outcome.Proven is not { } proven) continue;
            provenCount++;
            Assert.Equal(repo.Collections(), proven.Collections);
        }

        return (provenCount, requests, bytes, detail);
    }
}
