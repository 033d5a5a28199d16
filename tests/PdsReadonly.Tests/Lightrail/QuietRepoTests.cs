using PdsReadonly.Lightrail;
using PdsReadonly.Tests.Support;
using PdsReadonly.Tests.World;
using PdsReadonly.Upstream;
using Samples;
using Samples.World;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>A repo that nothing happens to, with its stream at hand.</summary>
public sealed class QuietRepoTests
{
    [Test]
    [Arguments(Strategy.Auto)]
    [Arguments(Strategy.Blocks)]
    [Arguments(Strategy.Probe)]
    internal async Task Prove_StreamThatBringsNothing_IsNotWaitedFor(Strategy strategy)
    {
        using var key = SampleKey.FromSeed(SampleCurve.P256, "quiet");
        var network = new WorldNetwork();
        var host = new WorldHost(network, HostTraits.Reference);
        var repo = new WorldRepo(
            SampleIdentity.Plc("quiet"), key,
            Enumerable.Range(0, 4000).Select(i => $"com.example.c{i % 12}/{i:d5}"));
        network.Add(repo, host);
        var time = new ImpatientTime(XrpcClient.AttemptTimeout);
        using var asker = new Asker(host, key, time);
        var outcome = await asker.ProveAsync(repo.Did, strategy, new CommitInbox());
        Assert.Equal(repo.Collections(), outcome.Proven!.Collections);
        Assert.True(outcome.Requests > 1);
        Assert.Empty(time.Delays);
    }
}
