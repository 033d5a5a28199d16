using PdsReadonly.Lightrail;
using PdsReadonly.Upstream;
using Samples;
using Samples.World;

namespace PdsReadonly.Tests.World;

/// <summary>The prover by its own way out, to hosts on real sockets.</summary>
public sealed class SocketTests : IDisposable
{
    private readonly SampleKey _key = SampleKey.FromSeed(SampleCurve.P256, "socket");
    private readonly WorldNetwork _network = new();
    private readonly WorldRepo _repo;

    public SocketTests() => _repo = new WorldRepo(
        SampleIdentity.Plc("socket"), _key,
        Enumerable.Range(0, 3000).Select(i => $"com.example.c{i % 9}/{i:d5}"));

    public void Dispose() => _key.Dispose();

    [Test]
    [Arguments("proving")]
    [Arguments("reference")]
    [Arguments("cocoon")]
    [Arguments("atproto-crates")]
    public async Task Prove_EveryStrategy_GivesTheTruth(string kind)
    {
        var traits = HostTraits.All.Single(each => each.Name == kind);
        var host = new WorldHost(_network, traits);
        _network.Add(_repo, host);
        await using var server = WorldServer.Start(host);
        foreach (var strategy in Asker.Proving)
        {
            using var asker = Ask(host, allowPrivate: true, TimeProvider.System);
            var outcome = await asker.ProveAsync(_repo.Did, strategy);
            bool isLacking = strategy == Strategy.Proof && !traits.HasCollections;
            Assert.Equal(isLacking, outcome.Proven is null);
            if (!isLacking) Assert.Equal(_repo.Collections(), outcome.Proven!.Collections);
        }
    }

    [Test]
    public async Task Prove_Redirect_IsNotFollowed()
    {
        var inner = new WorldHost(_network, HostTraits.Proving);
        var outer = new WorldHost(_network, HostTraits.Proving);
        _network.Add(_repo, outer);
        await using var innerServer = WorldServer.Start(inner);
        await using var outerServer = WorldServer.Start(outer);
        outer.Lie = (_, _, _) => new WorldAnswer(302, [], "text/plain")
        {
            Headers = [("Location", innerServer.Url.ToString())],
        };
        foreach (var strategy in Enum.GetValues<Strategy>())
        {
            using var asker = Ask(outer, allowPrivate: true);
            var outcome = await asker.ProveAsync(_repo.Did, strategy);
            Assert.Null(outcome.Proven);
        }

        Assert.Equal(0, inner.Requests);
    }

    [Test]
    public async Task Prove_PrivateAddress_IsNotConnectedTo()
    {
        var host = new WorldHost(_network, HostTraits.Proving);
        _network.Add(_repo, host);
        await using var server = WorldServer.Start(host);
        using var asker = Ask(host, allowPrivate: false);
        var outcome = await asker.ProveAsync(_repo.Did, Strategy.Auto);
        Assert.Null(outcome.Proven);
        Assert.Equal(0, host.Requests);
    }

    [Test]
    public async Task Prove_EndlessAndCutBodies_ComeToAnEnd()
    {
        var host = new WorldHost(_network, HostTraits.Proving);
        _network.Add(_repo, host);
        await using var server = WorldServer.Start(host);
        foreach (var shape in new[] { BodyShape.Endless, BodyShape.Cut })
        {
            host.Lie = (_, _, honest) => honest with { Shape = shape };
            foreach (var strategy in Asker.Proving)
            {
                using var asker = Ask(host, allowPrivate: true);
                var outcome = await asker.ProveAsync(_repo.Did, strategy);
                if (outcome.Proven is not { } proven) continue;
                Assert.Equal(_repo.Collections(), proven.Collections);
            }
        }
    }

    private Asker Ask(WorldHost host, bool allowPrivate, TimeProvider? time = null) =>
        new(host, _key, time ?? new HastyTime(), OutboundHandler.Create(allowPrivate))
        {
            RequestsMax = 60,
            ExportBytesMax = 8 << 20,
        };
}
