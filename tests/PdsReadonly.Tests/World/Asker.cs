using Atproto.Crypto;
using Atproto.Mst;
using Atproto.Repo;
using Atproto.Syntax;
using PdsReadonly.Lightrail;
using PdsReadonly.Tests.Support;
using PdsReadonly.Upstream;
using Samples;
using Samples.World;

namespace PdsReadonly.Tests.World;

/// <summary>Asks a host of the world, repo after repo, and remembers how it behaves.</summary>
internal sealed class Asker : IDisposable
{
    private readonly HttpClient _http;
    private readonly SignatureVerifier _key;
    private readonly TimeProvider _time;
    private readonly Uri _host;

    internal Asker(
        WorldHost host, SampleKey key, TimeProvider? time = null, HttpMessageHandler? way = null)
    {
        _host = host.Url;
        _time = time ?? new ImpatientTime(XrpcClient.AttemptTimeout);
        _http = new HttpClient(way ?? new WorldHandler(host));
        Assert.Equal(KeyError.None, DidKey.TryParse(key.DidKey, out var point));
        Assert.Equal(SignatureError.None, SignatureVerifier.TryCreate(point!, out var verifier));
        _key = verifier!;
        Profile = new HostProfile(_time);
    }

    internal static IEnumerable<Strategy> Proving =>
        [Strategy.Auto, Strategy.Proof, Strategy.Blocks, Strategy.Probe, Strategy.Repo];

    internal HostProfile Profile { get; }

    internal int RequestsMax { get; init; } = 2000;

    internal long ExportBytesMax { get; init; } = 1L << 30;

    internal WalkRoom Room { get; init; } = new();

    internal long WalkBytesMax { get; init; } = SparseTree.BytesMaxDefault;

    internal Task<CollectionsOutcome> ProveAsync(
        string did, Strategy strategy, CommitInbox? stream = null,
        CancellationToken? cancellation = null)
    {
        Assert.True(Did.TryParse(did, out var parsed));
        var client = new XrpcClient(_http, _host, new HostPace(0, _time), _time);
        var prover = new CollectionProver(client, Profile)
        {
            RequestsMax = RequestsMax,
            ExportBytesMax = ExportBytesMax,
            Room = Room,
        };
        var repo = new SparseRepo(parsed, _key, WalkBytesMax, Room.Memory.TryTakeSpare);
        return prover.ProveAsync(
            repo, strategy, stream, cancellation ?? TestRun.Cancellation);
    }

    public void Dispose()
    {
        _http.Dispose();
        _key.Dispose();
    }
}
