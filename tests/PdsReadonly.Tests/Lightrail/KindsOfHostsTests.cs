using System.Net;
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

    [Test]
    [MethodDataSource(nameof(Names))]
    internal async Task Prove_EachKind_OneRepoAfterTheOther_LearnsWhatItCanDo(string name)
    {
        var traits = HostTraits.All.First(each => each.Name == name);
        var (proven, requests, bytes, detail) = await ProveAllAsync(traits, Strategy.Auto);
        Console.WriteLine(
            $"seed {Seed}, {name}: {proven} of {Repos}, {requests} requests, {bytes} bytes");
        bool isAble = traits.HasRepo || traits.HasRecord;
        Assert.True((isAble ? Repos : 0) == proven, detail);
        // What is refused once is not asked for of each repo again.
        if (isAble) Assert.InRange(requests, Repos, 6 * Repos);
    }

    [Test]
    [Arguments("proving")]
    [Arguments("reference")]
    [Arguments("cirrus")]
    [Arguments("cocoon")]
    internal async Task Prove_HostThatFailsNowAndThen_IsNeverWrongAndMostlyProven(string name)
    {
        var traits = HostTraits.All.First(each => each.Name == name);
        var (proven, requests, _, detail) = await ProveAllAsync(traits, Strategy.Auto, faults: 30);
        Console.WriteLine(
            $"seed {Seed}, {name}: {proven} of {Repos}, {requests} requests, {detail}");
        Assert.InRange(proven, Repos * 3 / 4, Repos);
    }

    private async Task<(int Proven, int Requests, long Bytes, string? Detail)> ProveAllAsync(
        HostTraits traits, Strategy strategy, int faults = 0)
    {
        var (provenCount, requests, bytes, detail) = (0, 0, 0L, (string?)null);
        var time = new ImpatientTime(XrpcClient.AttemptTimeout);
        var profile = new HostProfile(time);
        foreach (var repo in s_repos)
        {
            var network = new WorldNetwork();
            var host = new WorldHost(network, traits);
            network.Add(repo, host);
            using var http = new HttpClient(
                new FailingHandler(new WorldHandler(host), Seed + (ulong)provenCount, faults),
                disposeHandler: true);
            var client = new XrpcClient(http, host.Url, new HostPace(0, time), time);
            Assert.True(Did.TryParse(repo.Did, out var did));
            var outcome = await new CollectionProver(client, profile).ProveAsync(
                new SparseRepo(did, _verifier), strategy, stream: null,
                TestRun.Cancellation);
            requests += outcome.Requests;
            bytes += outcome.Bytes;
            detail ??= outcome.Detail;
            if (outcome.Proven is not { } proven) continue;
            provenCount++;
            Assert.Equal(repo.Collections(), proven.Collections);
        }

        return (provenCount, requests, bytes, detail);
    }

    /// <summary>So many of a hundred answers are replaced by all that can go wrong.</summary>
    private sealed class FailingHandler(HttpMessageHandler honest, ulong seed, int percent)
        : DelegatingHandler(honest)
    {
        private readonly SampleRandom _random = new(seed);

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (!_random.Chance(percent)) return answer;
            byte[] body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            switch (_random.Below(5))
            {
                case 0: return new HttpResponseMessage(HttpStatusCode.BadGateway);
                case 1: return new HttpResponseMessage(HttpStatusCode.InternalServerError);
                case 2: throw new HttpRequestException("reset");
                case 3:
                    var busy = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
                    busy.Headers.Add("Retry-After", "2");
                    return busy;
                default:
                    answer.Content = new ByteArrayContent(body[..(body.Length / 2)]);
                    return answer;
            }
        }
    }
}
